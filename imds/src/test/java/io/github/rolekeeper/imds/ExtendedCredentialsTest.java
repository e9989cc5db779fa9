package io.github.rolekeeper.imds;

import static io.github.rolekeeper.imds.ScriptedMetadataServer.ok;
import static io.github.rolekeeper.imds.ScriptedMetadataServer.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.rolekeeper.imds.InstanceMetadataException.Kind;
import io.github.rolekeeper.imds.awssdk.InstanceMetadataCredentialsProvider;
import io.github.rolekeeper.testkit.MutableClock;
import io.github.rolekeeper.testkit.Rule;
import io.github.rolekeeper.testkit.SimulatedAccount;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;

/** What is beside the SDKs' shared vectors, which {@code SharedVectorsTest} has. */
@Timeout(120)
class ExtendedCredentialsTest {
  private static final String EXTENDED = "GET /latest/meta-data/iam/security-credentials-extended/";
  private static final String PLAIN = "GET /latest/meta-data/iam/security-credentials/";

  private final ScriptedMetadataServer server = ScriptedMetadataServer.start();
  private final InstanceMetadataClient client = Clients.builder(server).build();

  @AfterEach
  void stop() {
    client.close();
    server.close();
  }

  private RoleCredentials.Status read() {
    return client.credentialsMetadata().status();
  }

  private void servesThePlainTree() {
    server.on(PLAIN, ok("web-role")).on(PLAIN + "web-role", ok(Documents.CREDENTIALS));
  }

  private long asked(String line) {
    return server.trace().stream().filter(line::equals).count();
  }

  @Test
  void without_a_profile_nothing_is_learnt_of_the_trees() {
    assertThat(read()).isEqualTo(RoleCredentials.Status.NONE);
    server
        .on(EXTENDED, ok("web-role"))
        .on(
            EXTENDED + "web-role",
            ok(Documents.CREDENTIALS.replace("}", ",\"AccountId\":\"123456789012\"}")));
    servesThePlainTree();
    assertThat(read()).isEqualTo(RoleCredentials.Status.AVAILABLE);
    assertThat(asked(PLAIN + "web-role")).isZero();
  }

  // A login page, a document in the place of a list, a way out of the path.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "<html><body>Sign in</body></html>",
        "{\"SecretAccessKey\":\"wJalrXUtnFEMIsecret\",\"Token\":\"wJalrXUtnFEMIsecret\"}",
        "..",
        "web//role"
      })
  void what_stands_in_the_place_of_a_role_is_malformed_and_is_not_repeated(String body) {
    server.on(PLAIN, ok(body));

    InstanceMetadataException failure =
        catchThrowableOfType(InstanceMetadataException.class, client::credentialsMetadata);

    assertThat(failure.kind()).isEqualTo(Kind.MALFORMED_ANSWER);
    assertThat(failure.path() + failure).doesNotContain(body, "wJalrXUtnFEMI");
    assertThat(server.trace()).noneMatch(line -> line.startsWith(PLAIN) && !line.equals(PLAIN));
  }

  @Test
  void an_empty_extended_list_does_not_hide_the_plain_one() {
    server.on(EXTENDED, ok(""));
    servesThePlainTree();
    assertThat(read()).isEqualTo(RoleCredentials.Status.AVAILABLE);
  }

  // A mock that raises an error at any path that it does not know answers 500, for one.
  @ParameterizedTest
  @ValueSource(ints = {302, 400, 403, 405, 500, 501})
  void a_look_alike_that_refuses_the_extended_tree_is_read_as_before(int code) {
    server.on(EXTENDED, status(code, ""));
    servesThePlainTree();
    assertThat(read()).isEqualTo(RoleCredentials.Status.AVAILABLE);
  }

  @ParameterizedTest
  @ValueSource(ints = {302, 400, 403, 405, 500, 501})
  void a_look_alike_that_refuses_the_extended_tree_is_not_asked_for_it_again(int code) {
    server.on(EXTENDED, status(code, "")).on(EXTENDED + "web-role", status(code, ""));
    servesThePlainTree();
    read();
    server.requests().clear();
    read();
    assertThat(server.trace()).containsExactly(PLAIN + "web-role");
  }

  @Test
  void a_refused_tree_and_no_role_in_the_other_one_teach_nothing() {
    server.on(EXTENDED, status(403, ""), ok("web-role"));
    assertThat(read()).isEqualTo(RoleCredentials.Status.NONE);
    server.on(EXTENDED + "web-role", ok(Documents.CREDENTIALS));
    assertThat(read()).isEqualTo(RoleCredentials.Status.AVAILABLE);
  }

  @Test
  void the_evidence_of_a_refused_role_names_no_tree_that_did_not_say_it() {
    server
        .on(EXTENDED, ok("web-role"))
        .on(EXTENDED + "web-role", ok("{\"Code\":\"AssumeRoleUnauthorizedAccess\"}"));
    assertThat(client.observe().signal().orElseThrow().evidence())
        .isEqualTo("the credentials document of web-role says Code AssumeRoleUnauthorizedAccess");
  }

  @ParameterizedTest
  @ValueSource(ints = {429, 503})
  void a_service_that_is_overloaded_is_not_asked_at_another_path(int code) {
    server.on(EXTENDED, status(code, ""));
    servesThePlainTree();
    assertThat(catchThrowableOfType(InstanceMetadataException.class, client::credentialsMetadata))
        .hasMessageContaining(String.valueOf(code));
    assertThat(asked(PLAIN)).isZero();
  }

  @Test
  void a_service_without_the_extended_tree_is_asked_for_it_once() {
    servesThePlainTree();
    for (int i = 0; i < 5; i++) {
      read();
    }
    assertThat(server.trace()).filteredOn(line -> line.startsWith(EXTENDED)).hasSize(1);
    assertThat(asked(PLAIN)).isEqualTo(1);
    assertThat(asked(PLAIN + "web-role")).isEqualTo(5);
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 403, 404})
  void an_extended_tree_that_is_gone_does_not_hide_the_plain_one(int code) {
    server.on(EXTENDED, ok("web-role")).on(EXTENDED + "web-role", ok(Documents.CREDENTIALS));
    assertThat(read()).isEqualTo(RoleCredentials.Status.AVAILABLE);
    server.on(EXTENDED, status(code, "")).on(EXTENDED + "web-role", status(code, ""));
    servesThePlainTree();
    assertThat(read()).isEqualTo(RoleCredentials.Status.AVAILABLE);
    assertThat(asked(PLAIN + "web-role")).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 403, 404})
  void it_does_not_hide_a_configured_role_either(int code) {
    server.on(EXTENDED + "web-role", ok(Documents.CREDENTIALS), status(code, ""));
    servesThePlainTree();
    try (InstanceMetadataClient configured = Clients.builder(server).roleName("web-role").build()) {
      for (int i = 0; i < 3; i++) {
        assertThat(configured.credentialsMetadata().status())
            .isEqualTo(RoleCredentials.Status.AVAILABLE);
      }
    }
    assertThat(asked(EXTENDED + "web-role")).isEqualTo(2);
    assertThat(asked(PLAIN + "web-role")).isEqualTo(2);
  }

  @Test
  void what_a_parser_of_the_caller_throws_is_thrown_and_what_it_returns_returned() {
    servesThePlainTree();
    assertThat(client.roleDocument((path, json) -> path + " " + json.length))
        .contains("meta-data/iam/security-credentials/web-role " + Documents.CREDENTIALS.length());
    IllegalStateException thrown = new IllegalStateException("mine");
    assertThat(
            catchThrowable(
                () ->
                    client.roleDocument(
                        (path, json) -> {
                          throw thrown;
                        })))
        .isSameAs(thrown);
  }

  @Test
  void malformed_credentials_of_the_extended_tree_are_told_without_an_excerpt() {
    server.on(EXTENDED, ok("web-role")).on(EXTENDED + "web-role", ok("{\"SecretAccessKey\":oops"));
    InstanceMetadataException failure =
        catchThrowableOfType(InstanceMetadataException.class, client::credentialsMetadata);
    assertThat(failure.kind()).isEqualTo(Kind.MALFORMED_ANSWER);
    assertThat(failure).hasMessageNotContaining("oops");
  }

  @Test
  void a_simulated_account_can_serve_the_extended_tree_and_name_its_account() {
    MutableClock clock = MutableClock.at("2025-01-01T00:00:00Z");
    try (SimulatedAccount account =
        SimulatedAccount.builder()
            .clock(clock)
            .without(Rule.EXTENDED_CREDENTIALS_ARE_ABSENT)
            .build()) {
      account.createInstanceProfile("web", "web-role");
      try (InstanceMetadataClient simulated =
          Clients.builder(account.launchInstance("web").metadataEndpoint()).build()) {
        AwsSessionCredentials served =
            (AwsSessionCredentials)
                InstanceMetadataCredentialsProvider.create(simulated, clock).resolveCredentials();
        assertThat(served.accountId()).contains(account.accountId());
      }
    }
  }
}
