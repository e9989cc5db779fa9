package io.github.rolekeeper.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.rolekeeper.testkit.awssdk.SdkClients;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.InstanceProfileCredentialsProvider;
import software.amazon.awssdk.imds.Ec2MetadataClient;
import software.amazon.awssdk.services.ec2.Ec2Client;

/** The metadata of one instance at the root of a port, for clients that know no path. */
class MetadataRootTest {
  private static final String ID = "/latest/meta-data/instance-id";
  private static final HttpClient HTTP =
      HttpClient.newBuilder().proxy(HttpClient.Builder.NO_PROXY).build();

  private SimulatedAccount account;
  private SimulatedInstance instance;

  @BeforeEach
  void launch() {
    account = SimulatedAccount.create();
    account.createInstanceProfile("web", "web-role");
    instance = account.launchInstance("web");
  }

  @AfterEach
  void close() {
    account.close();
  }

  private static HttpResponse<String> get(URI root, String path) throws Exception {
    return HTTP.send(HttpRequest.newBuilder(root.resolve(path)).build(), BodyHandlers.ofString());
  }

  @Test
  void each_instance_has_a_root_of_its_own_that_stays() throws Exception {
    SimulatedInstance other = account.launchInstance("web");

    URI root = instance.metadataRoot();

    assertThat(root.getPath()).isEmpty();
    assertThat(account.instance(instance.id()).metadataRoot()).isEqualTo(root);
    assertThat(other.metadataRoot()).isNotEqualTo(root);
    assertThat(get(root, ID).body()).isEqualTo(instance.id());
    assertThat(get(other.metadataRoot(), ID).body()).isEqualTo(other.id());
    assertThat(get(root, "/_instances/" + other.id() + ID).statusCode()).isEqualTo(404);
    assertThat(get(root, "/").body()).contains("latest");
  }

  @Test
  void the_sdks_clients_read_it() {
    String root = instance.metadataRoot().toString();
    try (var metadata = Ec2MetadataClient.builder().endpoint(URI.create(root)).build();
        var provider = InstanceProfileCredentialsProvider.builder().endpoint(root).build()) {
      assertThat(metadata.get(ID).asString()).isEqualTo(instance.id());
      assertThat(provider.resolveCredentials().accessKeyId()).startsWith("ASIA");
    }
  }

  @Test
  void faults_and_the_journal_know_whose_it_is() throws Exception {
    account.inject(Fault.status(503).on("imds:*").forInstance(instance.id()).times(1));

    assertThat(get(instance.metadataRoot(), ID).statusCode()).isEqualTo(503);

    assertThat(account.calls())
        .last()
        .satisfies(
            call -> {
              assertThat(call.operation()).isEqualTo("GET " + ID);
              assertThat(call.parameters()).containsEntry("InstanceId", instance.id());
            });
  }

  @Test
  void nobody_answers_while_the_instance_is_stopped() {
    URI root = instance.metadataRoot();
    try (var ec2 = SdkClients.administrator(account).build(Ec2Client.builder())) {
      ec2.stopInstances(r -> r.instanceIds(instance.id()));
    }
    assertThatThrownBy(() -> get(root, ID)).isInstanceOf(IOException.class);
  }

  @Test
  void a_port_that_is_another_ones_or_none_is_refused() throws Exception {
    int open = instance.metadataRoot().getPort();
    assertThat(instance.metadataRoot(open).getPort()).isEqualTo(open);
    assertThatThrownBy(() -> instance.metadataRoot(open - 1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(instance.id());
    SimulatedInstance other = account.launchInstance("web");
    assertThatThrownBy(() -> other.metadataRoot(open))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("port " + open);
    assertThatThrownBy(() -> other.metadataRoot(65_536))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("65536");
    assertThat(other.metadataRoot()).isNotEqualTo(instance.metadataRoot());
  }

  @Test
  void nobody_answers_once_the_account_is_closed() {
    URI root = instance.metadataRoot();

    account.close();

    assertThatThrownBy(() -> get(root, ID)).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> instance.metadataRoot()).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void an_account_without_a_port_can_have_one_for_an_instance() throws Exception {
    try (SimulatedAccount silent = SimulatedAccount.builder().withoutPort().build()) {
      SimulatedInstance only = silent.launchInstance(InstanceOptions.of());
      assertThat(get(only.metadataRoot(), ID).body()).isEqualTo(only.id());
    }
  }

  @Test
  void a_server_opens_it_on_demand_and_keeps_it_over_a_reset() throws Exception {
    String seed = "{\"instances\":[{\"id\":\"i-0123456789abcdef0\"}]}";
    try (AccountServer server =
        AccountServer.start(() -> SimulatedAccount.builder().seed(seed), "127.0.0.1", 0)) {
      String path = "/_rolekeeper/instances/i-0123456789abcdef0/metadata-root";
      JsonNode before = json(server, "GET", "/_rolekeeper/health").at("/instances/0/metadataRoot");
      assertThat(before.isMissingNode()).isTrue();

      URI root = URI.create(json(server, "POST", path).path("metadataRoot").asText());

      assertThat(get(root, ID).body()).isEqualTo("i-0123456789abcdef0");
      assertThat(json(server, "POST", path).path("metadataRoot").asText())
          .isEqualTo(root.toString());
      server.reset();
      assertThat(get(root, ID).body()).isEqualTo("i-0123456789abcdef0");
      assertThat(
              json(server, "GET", "/_rolekeeper/health").at("/instances/0/metadataRoot").asText())
          .isEqualTo(root.toString());
    }
  }

  @Test
  void a_server_refuses_what_cannot_be_opened() throws Exception {
    String seed = "{\"instances\":[{\"id\":\"i-0123456789abcdef0\"}]}";
    try (AccountServer server =
        AccountServer.start(() -> SimulatedAccount.builder().seed(seed), "127.0.0.1", 0)) {
      String path = "/_rolekeeper/instances/i-0123456789abcdef0/metadata-root";
      int taken = server.endpoint().getPort();
      assertThat(post(server, path.replace("f0/", "f1/"), "").statusCode()).isEqualTo(404);
      assertThat(post(server, path, "{\"port\":\"x\"}").statusCode()).isEqualTo(400);
      assertThat(post(server, path, "{\"port\":65536}").statusCode()).isEqualTo(400);
      assertThat(post(server, path, "{\"prot\":1}").statusCode()).isEqualTo(400);
      assertThat(post(server, path, "{\"port\":" + taken + "}"))
          .satisfies(
              refusal -> {
                assertThat(refusal.statusCode()).isEqualTo(409);
                assertThat(refusal.body()).contains("port " + taken);
              });
    }
  }

  private static HttpResponse<String> post(AccountServer server, String path, String body)
      throws Exception {
    return HTTP.send(
        HttpRequest.newBuilder(server.endpoint().resolve(path))
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build(),
        BodyHandlers.ofString());
  }

  private static JsonNode json(AccountServer server, String method, String path) throws Exception {
    HttpResponse<String> answer =
        HTTP.send(
            HttpRequest.newBuilder(server.endpoint().resolve(path))
                .method(method, HttpRequest.BodyPublishers.noBody())
                .build(),
            BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return new ObjectMapper().readTree(answer.body());
  }

  @Test
  void a_port_whose_instance_is_gone_after_a_reset_is_free_for_another() throws Exception {
    try (AccountServer server = AccountServer.start(SimulatedAccount::builder, "127.0.0.1", 0)) {
      server.account().launchInstance(InstanceOptions.of());
      String gone = server.account().launchInstance(InstanceOptions.of()).id();
      URI root = URI.create(json(server, "POST", pathOf(gone)).path("metadataRoot").asText());
      server.reset();
      String next = server.account().launchInstance(InstanceOptions.of()).id();
      assertThat(next).isNotEqualTo(gone);

      HttpResponse<String> opened = post(server, pathOf(next), "{\"port\":" + root.getPort() + "}");

      assertThat(opened.statusCode()).as(opened.body()).isEqualTo(200);
      assertThat(get(root, ID).body()).isEqualTo(next);
    }
  }

  @Test
  void a_port_can_be_given_back() throws Exception {
    try (AccountServer server = AccountServer.start(SimulatedAccount::builder, "127.0.0.1", 0)) {
      String first = server.account().launchInstance(InstanceOptions.of()).id();
      String second = server.account().launchInstance(InstanceOptions.of()).id();
      URI root = URI.create(json(server, "POST", pathOf(first)).path("metadataRoot").asText());
      String samePort = "{\"port\":" + root.getPort() + "}";
      assertThat(post(server, pathOf(second), samePort).statusCode()).isEqualTo(409);

      json(server, "DELETE", pathOf(first));

      assertThat(post(server, pathOf(second), samePort).statusCode()).isEqualTo(200);
      assertThat(get(root, ID).body()).isEqualTo(second);
    }
  }

  @Test
  void the_port_of_the_start_is_there_again_when_its_instance_is() throws Exception {
    String seed = "{\"instances\":[{\"id\":\"i-0123456789abcdef0\"}]}";
    try (AccountServer server =
        AccountServer.start(() -> SimulatedAccount.builder().seed(seed), "127.0.0.1", 0)) {
      URI root = server.metadataRoot("i-0123456789abcdef0", 0);
      assertThat(post(server, "/_rolekeeper/restore", "{}").statusCode()).isEqualTo(200);
      assertThatThrownBy(() -> get(root, ID)).isInstanceOf(IOException.class);

      server.reset();

      assertThat(get(root, ID).body()).isEqualTo("i-0123456789abcdef0");
    }
  }

  private static String pathOf(String instance) {
    return "/_rolekeeper/instances/" + instance + "/metadata-root";
  }
}
