package io.github.rolekeeper.examples.springboot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.rolekeeper.core.CredentialState;
import io.github.rolekeeper.core.CredentialTracker;
import io.github.rolekeeper.core.awssdk.TrafficInterceptor;
import io.github.rolekeeper.core.awssdk.WatchedProvider;
import io.github.rolekeeper.testkit.MutableClock;
import io.github.rolekeeper.testkit.SimulatedAccount;
import io.github.rolekeeper.testkit.SimulatedInstance;
import io.github.rolekeeper.testkit.awssdk.SdkClients;
import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.InstanceProfileCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.s3.S3Client;

/** The application as it runs, over HTTP, while its instance profile comes and goes. */
class ActuatorTest {
  private final HttpClient http = HttpClient.newHttpClient();
  private final MutableClock clock = MutableClock.at("2026-01-01T12:00:00Z");
  private JvmProperties properties;
  private SimulatedAccount account;
  private SimulatedInstance instance;
  private AwsCredentialsProvider chain;
  private ConfigurableApplicationContext application;
  private S3Client s3;

  @BeforeEach
  void start() throws Exception {
    account = SimulatedAccount.create(clock);
    account.createInstanceProfile("web", "web-role");
    instance = account.launchInstance("web");
    properties =
        JvmProperties.with(
            Map.of(
                "aws.ec2MetadataServiceEndpoint", instance.metadataEndpoint().toString(),
                "aws.ec2MetadataServiceEndpointMode", "IPv4",
                "aws.disableEc2Metadata", "false",
                // A cold server on a busy machine, which may stand still for a while.
                "aws.ec2MetadataServiceTimeout", "60"));
    chain = instanceProfile();
    ApplicationContextInitializer<GenericApplicationContext> virtualTime =
        context -> {
          context.registerBean("credentialClock", InstantSource.class, () -> clock);
          context.registerBean(
              WatchedProvider.class,
              () -> WatchedProvider.watch((AwsCredentialsProvider) this::resolveCredentials));
        };
    application =
        new SpringApplicationBuilder(Application.class)
            .initializers(virtualTime)
            .run(
                "--server.port=0",
                "--server.address=127.0.0.1",
                "--spring.main.banner-mode=off",
                "--management.health.diskspace.enabled=false",
                // The test moves the time, so it also says when to look.
                "--rolekeeper.watch=false");
    TrafficInterceptor traffic = application.getBean(TrafficInterceptor.class);
    s3 =
        SdkClients.using(account, provider())
            .build(
                S3Client.builder().overrideConfiguration(c -> c.addExecutionInterceptor(traffic)));
  }

  @AfterEach
  void stop() {
    s3.close();
    application.close();
    account.close();
    properties.close();
  }

  @Test
  void health_and_metrics_tell_of_the_loss_in_time_and_of_the_repair() throws Exception {
    assertHealth(200, "UNKNOWN", CredentialState.UNKNOWN);
    assertThat(metric("rolekeeper_credentials_remaining_seconds")).isNaN();

    tracker().poll();
    assertHealth(200, "UP", CredentialState.VALID);
    assertThat(credentials()).as("what a use would get").contains("NOT_USED", "web-role");
    s3.listBuckets();
    tracker().poll();
    assertHealth(200, "UP", CredentialState.VALID);
    assertThat(credentials()).contains("web-role").doesNotContain("NOT_USED", "warning");
    assertThat(metric("rolekeeper_credentials_remaining_seconds")).isEqualTo(6 * 3600);
    assertThat(metric("rolekeeper_credentials_expiration_seconds"))
        .isEqualTo(clock.instant().plus(Duration.ofHours(6)).getEpochSecond());
    assertThat(metric("rolekeeper_credentials_forecast_seconds")).isNaN();

    account.clearJournal();
    assertHealth(200, "UP", CredentialState.VALID);
    assertThat(account.calls()).as("requests read memory only").isEmpty();

    account.deleteInstanceProfile("web");
    clock.advance(Duration.ofMinutes(70)); // the metadata looks at its profile once an hour
    s3.listBuckets();
    tracker().poll();
    assertHealth(200, "UP", CredentialState.VALID);
    assertThat(credentials())
        .contains("PROFILE_NOT_FOUND", "lossForetold", "lossAtLatest", "\"cure\"")
        .contains("\"lossConfidence\":\"HIGH\"");
    assertThat(metric("rolekeeper_credentials_forecast_seconds"))
        .isEqualTo(metric("rolekeeper_credentials_remaining_seconds"))
        .isGreaterThan(3600);

    clock.advance(Duration.ofMinutes(240));
    assertHealth(200, "UNKNOWN", CredentialState.EXPIRING);
    assertThat(credentials()).as("nobody looked").contains("NOT_LOOKED");
    assertThat(metric("rolekeeper_credentials_flag{flag=\"not_looked\"}")).isEqualTo(1);
    s3.listBuckets();
    tracker().poll();
    assertHealth(200, "UP", CredentialState.EXPIRING);
    assertThat(metric("rolekeeper_credentials_flag{flag=\"not_looked\"}")).isZero();

    clock.advance(Duration.ofMinutes(46));
    s3.listBuckets();
    tracker().poll();
    assertHealth(200, "UP", CredentialState.RENEWAL_OVERDUE);
    assertThat(credentials()).contains("\"warning\":\"the successors");

    clock.advance(Duration.ofMinutes(14));
    assertHealth(200, "UNKNOWN", CredentialState.EXPIRED);
    assertThatThrownBy(s3::listBuckets).isInstanceOf(AwsServiceException.class);
    tracker().poll();
    assertHealth(503, "DOWN", CredentialState.EXPIRED);
    assertThat(credentials())
        .contains("SERVED_PAST_EXPIRY", "\"cause\":\"PROFILE_NOT_FOUND\"", "\"cure\"")
        .doesNotContain("lossForetold");
    assertThat(get("/actuator/health/readiness").statusCode()).isEqualTo(503);
    assertThat(get("/actuator/health/liveness").statusCode()).as("no restart helps").isEqualTo(200);
    tracker().poll(); // no traffic comes while it is not ready, so nothing is used
    assertHealth(503, "DOWN", CredentialState.MISSING);
    assertThat(metric("rolekeeper_credentials_polls_total{outcome=\"none\"}")).isEqualTo(1);

    repair();
    tracker().poll();
    assertHealth(200, "UP", CredentialState.VALID);
    clock.advance(Duration.ofMinutes(10)); // the longest that the SDK waits after a failure
    s3.listBuckets();
    tracker().poll();
    assertHealth(200, "UP", CredentialState.VALID);
    assertThat(credentials()).contains("web-role").doesNotContain("lossForetold", "NOT_USED");
    assertThat(metric("rolekeeper_credentials_polls_total{outcome=\"credentials\"}"))
        .isGreaterThanOrEqualTo(4);
  }

  @Test
  void keys_that_nobody_renews_are_not_applicable_and_show_no_times_of_others() throws Exception {
    s3.listBuckets();
    tracker().poll();
    assertHealth(200, "UP", CredentialState.VALID);
    chain = () -> AwsBasicCredentials.create("AKIAEXAMPLE000000001", "a-secret");
    provider().resolveCredentials();

    tracker().poll();

    assertHealth(200, "UNKNOWN", CredentialState.NOT_APPLICABLE);
    assertThat(credentials())
        .contains("\"notApplicable\":\"a long-term access key")
        .doesNotContain("web-role", "remaining", "expiration");
    assertThat(metric("rolekeeper_credentials_remaining_seconds")).isNaN();
    assertThat(metric("rolekeeper_credentials_polls_total{outcome=\"not_applicable\"}"))
        .isEqualTo(1);
  }

  private AwsCredentials resolveCredentials() {
    return chain.resolveCredentials();
  }

  private WatchedProvider provider() {
    return application.getBean(WatchedProvider.class);
  }

  /** The SDK lets only its own tests set the clock. */
  private InstanceProfileCredentialsProvider instanceProfile() throws ReflectiveOperationException {
    InstanceProfileCredentialsProvider.Builder builder =
        InstanceProfileCredentialsProvider.builder()
            .endpoint(instance.metadataEndpoint().toString());
    Method clockOf = builder.getClass().getDeclaredMethod("clock", Clock.class);
    clockOf.setAccessible(true);
    clockOf.invoke(builder, clock);
    return builder.build();
  }

  private void repair() {
    account.createInstanceProfile("web-2", "web-role");
    try (Ec2Client ec2 = SdkClients.administrator(account).build(Ec2Client.builder())) {
      String association =
          ec2.describeIamInstanceProfileAssociations()
              .iamInstanceProfileAssociations()
              .get(0)
              .associationId();
      ec2.replaceIamInstanceProfileAssociation(
          r -> r.associationId(association).iamInstanceProfile(p -> p.name("web-2")));
      // The metadata of a running instance may lag for an hour behind a new association.
      ec2.stopInstances(r -> r.instanceIds(instance.id()));
      ec2.startInstances(r -> r.instanceIds(instance.id()));
    }
  }

  private void assertHealth(int status, String health, CredentialState state) throws Exception {
    HttpResponse<String> answer = get("/actuator/health");
    // Boot ranks UNKNOWN below UP: what is not known yet brings no application down.
    String whole = "\"status\":\"" + (health.equals("UNKNOWN") ? "UP" : health) + "\"";
    // Boot 3 writes it first, Boot 4 last.
    assertThat(answer.body()).matches("\\{" + whole + ",.*|.*," + whole + "}");
    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(credentials())
        .contains("\"status\":\"" + health + "\"", "\"state\":\"" + state + "\"");
    for (CredentialState each : CredentialState.values()) {
      assertThat(
              metric(
                  "rolekeeper_credentials_state{state=\""
                      + each.name().toLowerCase(Locale.ROOT)
                      + "\"}"))
          .as("%s", each)
          .isEqualTo(each == state ? 1 : 0);
    }
  }

  private String credentials() throws Exception {
    return get("/actuator/health/credentials").body();
  }

  private double metric(String name) throws Exception {
    return get("/actuator/prometheus")
        .body()
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .map(line -> Double.parseDouble(line.substring(name.length() + 1)))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no metric " + name));
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    int port = ((WebServerApplicationContext) application).getWebServer().getPort();
    return http.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private CredentialTracker tracker() {
    return application.getBean(CredentialTracker.class);
  }
}
