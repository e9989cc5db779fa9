package io.github.rolekeeper.imds;

import static io.github.rolekeeper.imds.ScriptedMetadataServer.TOKEN;
import static io.github.rolekeeper.imds.ScriptedMetadataServer.status;
import static io.github.rolekeeper.imds.ScriptedMetadataServer.thenSilence;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.rolekeeper.imds.InstanceMetadataException.Kind;
import io.github.rolekeeper.imds.Origin.Source;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class ConfigurationTest {
  private static final String ID = "meta-data/instance-id";
  private static final String GET = "GET /latest/" + ID;
  private static final String ENDPOINT_PROPERTY = "aws.ec2MetadataServiceEndpoint";
  private static final String ENDPOINT_VARIABLE = "AWS_EC2_METADATA_SERVICE_ENDPOINT";

  private final Map<String, String> properties = new HashMap<>();
  private final Map<String, String> environment = new HashMap<>();
  private final Map<String, String> profile = new HashMap<>();
  private final ScriptedMetadataServer server = ScriptedMetadataServer.start().serves(ID, "i-1");

  @AfterEach
  void stop() {
    server.close();
  }

  private InstanceMetadataClient.Builder builder() {
    return InstanceMetadataClient.builder()
        .lookups(
            new Lookups(
                properties::get, environment::get, key -> Optional.ofNullable(profile.get(key))))
        .platformCheck(false);
  }

  /** With time for a machine that is busy with other things. */
  private InstanceMetadataClient.Builder asking() {
    return builder()
        .endpoint(server.endpoint())
        .timeout(Duration.ofSeconds(60))
        .connectTimeout(Duration.ofSeconds(60))
        .readTimeout(Duration.ofSeconds(60));
  }

  private EffectiveConfiguration resolved() {
    return builder().build().configuration();
  }

  @Test
  void nothing_said_means_the_defaults() {
    EffectiveConfiguration defaults = resolved();
    assertThat(defaults.disabled()).hasToString("false (default)");
    assertThat(defaults.imdsV1Allowed()).hasToString("false (default)");
    assertThat(defaults.endpoint().value()).isEqualTo(EndpointMode.IPV4.endpoint());
    assertThat(defaults.timeout()).hasToString("PT5S (default)");
    assertThat(defaults.connectTimeout()).hasToString("PT0.25S (default)");
    assertThat(defaults.readTimeout()).hasToString("PT1S (default)");
    assertThat(defaults.attempts()).hasToString("4 (default)");
    assertThat(defaults.roleName().value()).isEmpty();
  }

  @Test
  void builder_beats_property_beats_variable_beats_profile() {
    profile.put("ec2_metadata_service_endpoint", "http://127.0.0.1:4");
    assertOrigin("http://127.0.0.1:4", "profile file key ec2_metadata_service_endpoint");
    environment.put(ENDPOINT_VARIABLE, "http://127.0.0.1:3/");
    assertOrigin("http://127.0.0.1:3", "environment variable " + ENDPOINT_VARIABLE);
    properties.put(ENDPOINT_PROPERTY, " http://127.0.0.1:2 ");
    assertOrigin("http://127.0.0.1:2", "JVM property " + ENDPOINT_PROPERTY);
    Setting<URI> built =
        builder().endpoint(URI.create("http://127.0.0.1:1")).build().configuration().endpoint();
    assertThat(built.origin()).isEqualTo(new Origin(Source.BUILDER, "endpoint"));
    assertThat(built).hasToString("http://127.0.0.1:1 (builder method endpoint)");
  }

  private void assertOrigin(String value, String origin) {
    assertThat(resolved().endpoint()).hasToString(value + " (" + origin + ")");
  }

  // Each name is the one that the SDKs have for it.
  @ParameterizedTest
  @CsvSource({
    "disabled, aws.disableEc2Metadata, AWS_EC2_METADATA_DISABLED, disable_ec2_metadata, TRUE, true",
    "endpoint mode, aws.ec2MetadataServiceEndpointMode, AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE,"
        + " ec2_metadata_service_endpoint_mode, ipV6, IPV6",
    "endpoint, aws.ec2MetadataServiceEndpoint, AWS_EC2_METADATA_SERVICE_ENDPOINT,"
        + " ec2_metadata_service_endpoint, 'http://[::1]:9', 'http://[::1]:9'",
    "read timeout, aws.ec2MetadataServiceTimeout, AWS_METADATA_SERVICE_TIMEOUT,"
        + " metadata_service_timeout, 2.5, PT2.5S",
    "connect timeout, aws.ec2MetadataServiceTimeout, AWS_METADATA_SERVICE_TIMEOUT,"
        + " metadata_service_timeout, 3, PT3S",
    "attempts, '', AWS_METADATA_SERVICE_NUM_ATTEMPTS, metadata_service_num_attempts, 1, 1",
    "role name, aws.ec2InstanceProfileName, AWS_EC2_INSTANCE_PROFILE_NAME,"
        + " ec2_instance_profile_name, web, web"
  })
  void every_setting_is_found_in_every_place(
      String line, String property, String variable, String key, String text, String value) {
    String found = "\n" + line + ": " + value + " (";
    profile.put(key, text);
    assertThat("\n" + resolved().describe()).contains(found + "profile file key " + key + ")");
    environment.put(variable, text);
    assertThat("\n" + resolved().describe()).contains(found + "environment variable " + variable);
    if (!property.isEmpty()) {
      properties.put(property, text);
      assertThat("\n" + resolved().describe()).contains(found + "JVM property " + property + ")");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "AWS_EC2_METADATA_DISABLED, yes, true or false",
    "AWS_EC2_METADATA_SERVICE_ENDPOINT, 127.0.0.1, http://HOST:PORT",
    "AWS_EC2_METADATA_SERVICE_ENDPOINT, http://:80, http://HOST:PORT",
    "AWS_EC2_METADATA_SERVICE_ENDPOINT, https://127.0.0.1, http://HOST:PORT",
    "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE, IPv5, IPv6 or auto",
    "AWS_METADATA_SERVICE_TIMEOUT, 1s, number of seconds",
    "AWS_METADATA_SERVICE_TIMEOUT, 0, number of seconds",
    "AWS_METADATA_SERVICE_TIMEOUT, -1, number of seconds",
    "AWS_METADATA_SERVICE_TIMEOUT, 3600.1, number of seconds",
    "AWS_METADATA_SERVICE_NUM_ATTEMPTS, 0, 1 to 100",
    "AWS_METADATA_SERVICE_NUM_ATTEMPTS, 2.5, 1 to 100",
    "AWS_METADATA_SERVICE_NUM_ATTEMPTS, 101, 1 to 100",
    "AWS_EC2_INSTANCE_PROFILE_NAME, '', the name of a role",
    "AWS_EC2_INSTANCE_PROFILE_NAME, a//b, the name of a role"
  })
  void a_bad_value_is_refused_with_value_source_and_rule(
      String variable, String text, String expected) {
    environment.put(variable, text);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder().build())
        .withMessageContainingAll(
            "\"" + text + "\" (environment variable " + variable + ")", expected);
  }

  @Test
  void a_bad_value_that_is_not_in_force_harms_nobody() {
    environment.put(ENDPOINT_VARIABLE, "nonsense");
    properties.put(ENDPOINT_PROPERTY, "http://127.0.0.1:2");
    environment.put("AWS_METADATA_SERVICE_NUM_ATTEMPTS", "  ");
    assertThat(resolved().endpoint().value()).isEqualTo(URI.create("http://127.0.0.1:2"));
    assertThat(resolved().attempts().value()).isEqualTo(4);
  }

  @Test
  void an_endpoint_beats_a_mode_and_a_mode_explains_the_default() {
    environment.put("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "IPv6");
    assertThat(resolved().endpoint())
        .hasToString(
            EndpointMode.IPV6.endpoint()
                + " (default for the mode of environment variable"
                + " AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE)");
    environment.put(ENDPOINT_VARIABLE, "http://127.0.0.1:3");
    assertThat(resolved().endpoint().value()).isEqualTo(URI.create("http://127.0.0.1:3"));
    environment.put("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "neither");
    assertThat(resolved().endpoint().value()).isEqualTo(URI.create("http://127.0.0.1:3"));
  }

  @Test
  void a_wait_that_somebody_asked_for_is_not_cut_by_a_default() {
    environment.put("AWS_METADATA_SERVICE_TIMEOUT", "10");
    assertThat(resolved().timeout().value()).isEqualTo(Duration.ofSeconds(20));
    EffectiveConfiguration brief =
        builder()
            .timeout(Duration.ofMillis(400))
            .readTimeout(Duration.ofSeconds(9))
            .build()
            .configuration();
    assertThat(brief.readTimeout().value()).isEqualTo(Duration.ofSeconds(9));
    assertThat(brief.timeout().value()).isEqualTo(Duration.ofMillis(400));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, 101})
  void a_number_of_attempts_outside_the_limits_is_refused(int attempts) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder().attempts(attempts))
        .withMessageContainingAll("\"" + attempts + "\" (builder method attempts)", "1 to 100");
  }

  /** A call of the builder with a value that it cannot take, and what is said of it. */
  record Refused(String text, Consumer<InstanceMetadataClient.Builder> call, String rule) {
    @Override
    public String toString() {
      return text;
    }
  }

  private static Refused refused(
      String method,
      BiConsumer<InstanceMetadataClient.Builder, Duration> setter,
      String value,
      String rule) {
    return new Refused(
        "\"" + value + "\" (builder method " + method + ")",
        builder -> setter.accept(builder, Duration.parse(value)),
        rule);
  }

  static Stream<Refused> refusals() {
    List<Refused> all = new ArrayList<>();
    for (String value : List.of("PT0S", "PT-1S", "PT0.0009S", "PT1H0.001S", "PT9999999H")) {
      String rule = "1 ms to 1 h is expected, such as";
      all.add(refused("timeout", InstanceMetadataClient.Builder::timeout, value, rule));
      all.add(
          refused("connectTimeout", InstanceMetadataClient.Builder::connectTimeout, value, rule));
      all.add(refused("readTimeout", InstanceMetadataClient.Builder::readTimeout, value, rule));
      all.add(refused("backOff", (b, pause) -> b.backOff(pause, Duration.ofHours(1)), value, rule));
      if (!value.equals("PT0S")) {
        all.add(
            refused(
                "rememberUnreachable",
                InstanceMetadataClient.Builder::rememberUnreachable,
                value,
                "or zero"));
      }
    }
    for (String value : List.of("PT0S", "PT-1S", "PT0.5S", "PT1.5S", "PT6H1S")) {
      all.add(
          refused(
              "tokenTtl",
              InstanceMetadataClient.Builder::tokenTtl,
              value,
              "whole seconds from 1 s"));
    }
    all.add(
        refused(
            "backOff",
            (b, pause) -> b.backOff(Duration.ofMillis(5), pause),
            "PT0.004S",
            "PT0.005S"));
    all.add(
        new Refused(
            "\"..\" (builder method roleName)", b -> b.roleName("..").build(), "name of a role"));
    all.add(
        new Refused(
            "\"ftp://h\" (builder method endpoint)",
            b -> b.endpoint(URI.create("ftp://h")).build(),
            "http://HOST"));
    return all.stream();
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void what_the_builder_cannot_take_is_refused_with_value_source_rule_and_remedy(Refused refused) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> refused.call().accept(builder()))
        .withMessageContainingAll(refused.text(), refused.rule(), "Correct it there");
  }

  private static final List<List<String>> NAMES =
      List.of(
          List.of("aws.disableEc2Metadata", "AWS_EC2_METADATA_DISABLED", "disable_ec2_metadata"),
          List.of(ENDPOINT_PROPERTY, ENDPOINT_VARIABLE, "ec2_metadata_service_endpoint"),
          List.of(
              "aws.ec2MetadataServiceEndpointMode",
              "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
              "ec2_metadata_service_endpoint_mode"),
          List.of(
              "aws.ec2MetadataServiceTimeout",
              "AWS_METADATA_SERVICE_TIMEOUT",
              "metadata_service_timeout"),
          List.of("", "AWS_METADATA_SERVICE_NUM_ATTEMPTS", "metadata_service_num_attempts"),
          List.of(
              "aws.ec2InstanceProfileName",
              "AWS_EC2_INSTANCE_PROFILE_NAME",
              "ec2_instance_profile_name"),
          List.of(
              "aws.disableEc2MetadataV1",
              "AWS_EC2_METADATA_V1_DISABLED",
              "ec2_metadata_v1_disabled"));

  /** Nonsense of every sort, in every place. */
  @Test
  void whatever_stands_in_a_setting_is_a_value_or_refused_by_name() {
    List<String> nonsense =
        List.of(
            "\0",
            "\uD83D\uDE00",
            "tru",
            "1e3",
            "+1",
            "-0",
            "0x10",
            "١",
            "NaN",
            "1,5",
            "1.",
            ".5",
            "99999999999999999999",
            "%s%n$",
            "http://",
            "http:///",
            "http://[",
            "http://a:b:c",
            "http://a:-1",
            "http://a%zz",
            "http://\u0000",
            "//a",
            "..",
            ".",
            "a/../b",
            "a b",
            "\n",
            "${x}",
            "x".repeat(70_000));
    List<Map<String, String>> places = List.of(properties, environment, profile);
    List<String> accepted = new ArrayList<>();
    for (List<String> names : NAMES) {
      for (String text : nonsense) {
        for (int place = names.get(0).isEmpty() ? 1 : 0; place < 3; place++) {
          places.get(place).put(names.get(place), text);
          try {
            builder().build().close(); // without allowImdsV1, which must not matter
            accepted.add(text);
          } catch (IllegalArgumentException e) {
            assertThat(e.getMessage())
                .containsAnyOf(
                    "\"" + text.strip().replaceAll("\\p{C}", " ") + "\" (", "(not shown: ")
                .contains(" " + names.get(place) + ") is not accepted: ");
          }
          places.get(place).clear();
        }
      }
    }
    // What is blank is as good as none, and much may be the name of a role.
    assertThat(accepted)
        .contains("\n", "tru")
        .doesNotContain("..", ".", "a/../b", "1.5.", "http://");
    assertThat(accepted).hasSizeLessThan(nonsense.size() * 2);
  }

  @Test
  void the_life_of_a_token_is_asked_for_as_set_and_counts_where_the_service_says_nothing() {
    AtomicLong nanos = new AtomicLong();
    server.on(TOKEN, ScriptedMetadataServer.ok("without-a-life"));
    InstanceMetadataClient client =
        asking().tokenTtl(Duration.ofSeconds(60)).nanos(nanos::get).build();
    client.text(ID);
    assertThat(server.requests().get(0).headers())
        .containsEntry("x-aws-ec2-metadata-token-ttl-seconds", "60");
    nanos.addAndGet(Duration.ofSeconds(53).toNanos());
    client.text(ID);
    assertThat(server.trace()).containsExactly(TOKEN, GET, GET);
    nanos.addAndGet(Duration.ofSeconds(2).toNanos());
    client.text(ID);
    assertThat(server.trace()).containsExactly(TOKEN, GET, GET, TOKEN, GET);
    assertThat(client.configuration().tokenTtl()).hasToString("PT1M (builder method tokenTtl)");
  }

  @Test
  void the_pauses_are_as_long_as_set() {
    server.on(GET, status(503, ""));
    Duration hour = Duration.ofHours(1);
    InstanceMetadataException patient = Clients.failure(asking().backOff(hour, hour).build(), ID);
    assertThat(patient.attempts()).isEqualTo(1); // the pause would outlast the call
    Duration brief = Duration.ofMillis(1);
    InstanceMetadataClient hasty =
        asking().backOff(brief, brief).attempts(100).timeout(hour).build();
    assertThat(Clients.failure(hasty, ID).attempts()).isEqualTo(100); // not 50 s of pauses
    assertThat(hasty.configuration().describe())
        .contains("first pause: PT0.001S (builder method backOff)\nlongest pause: PT0.001S (");
    assertThat(resolved().describe())
        .contains(
            "first pause: PT0.1S (default)\nlongest pause: PT1S (default)\n"
                + "token TTL: PT6H (default)\n",
            "unreachable memory: PT10S (default)\n");
  }

  @Test
  void the_attempts_of_the_environment_are_the_attempts_made() {
    environment.put("AWS_METADATA_SERVICE_NUM_ATTEMPTS", "2");
    server.on(GET, status(503, ""));
    InstanceMetadataException failure = Clients.failure(asking().build(), ID);
    assertThat(failure.attempts()).isEqualTo(2);
  }

  @Test
  void the_off_switch_is_honoured_and_says_where_it_is() {
    environment.put("AWS_EC2_METADATA_DISABLED", "true");
    InstanceMetadataException failure = Clients.failure(asking().build(), ID);
    assertThat(failure.kind()).isEqualTo(Kind.METADATA_DISABLED);
    assertThat(failure.attempts()).isZero();
    assertThat(failure.status()).isEmpty();
    assertThat(failure)
        .hasMessageContaining("environment variable AWS_EC2_METADATA_DISABLED, nothing sent");
    assertThat(server.connections()).isZero();
    assertThat(asking().disabled(false).build().text(ID)).contains("i-1");
  }

  @Test
  void what_is_switched_off_is_off_whatever_else_is_set() {
    environment.put("AWS_EC2_METADATA_DISABLED", "true");
    environment.put(ENDPOINT_VARIABLE, "https://user:hunter2@nowhere");
    environment.put("AWS_METADATA_SERVICE_TIMEOUT", "soon");
    environment.put("AWS_EC2_METADATA_V1_DISABLED", "perhaps");
    environment.put("AWS_EC2_INSTANCE_PROFILE_NAME", " ");
    InstanceMetadataClient off = builder().build();
    assertThat(off.observe().notApplicable().orElseThrow())
        .contains("AWS_EC2_METADATA_DISABLED")
        .doesNotContain("hunter2");
    assertThat(off.configuration().disabled())
        .hasToString("true (environment variable AWS_EC2_METADATA_DISABLED)");
    assertThat(off.configuration().timeout()).hasToString("PT5S (default)");
    // What the program itself says is looked at, and so is everything once the switch is not on.
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder().endpoint(URI.create("ftp://h")).build());
    assertThatIllegalArgumentException().isThrownBy(() -> builder().disabled(false).build());
    environment.put("AWS_EC2_METADATA_DISABLED", "perhaps");
    assertThatIllegalArgumentException().isThrownBy(() -> builder().build());
  }

  @Test
  void what_is_switched_off_shows_the_settings_that_it_can_have() {
    environment.put("AWS_EC2_METADATA_DISABLED", "true");
    environment.put(ENDPOINT_VARIABLE, "http://127.0.0.1:9");
    assertThat(resolved().endpoint())
        .hasToString("http://127.0.0.1:9 (environment variable " + ENDPOINT_VARIABLE + ")");
  }

  @Test
  void a_failure_says_where_the_endpoint_came_from() {
    environment.put(ENDPOINT_VARIABLE, server.endpoint().toString());
    server.on(GET, status(403, ""));
    InstanceMetadataException failure = Clients.failure(builder().build(), ID);
    assertThat(failure.endpointOrigin())
        .isEqualTo(new Origin(Source.ENVIRONMENT, ENDPOINT_VARIABLE));
    assertThat(failure)
        .hasMessageContainingAll(
            server.endpoint() + " (environment variable " + ENDPOINT_VARIABLE + ")",
            Kind.FORBIDDEN.documentation().toString());
  }

  @Test
  void a_role_that_was_named_is_not_looked_up() {
    server.serves(RoleCredentialsDocument.path("app"), Documents.CREDENTIALS);
    InstanceMetadataClient client = asking().roleName("app").build();
    assertThat(client.credentialsMetadata()).isInstanceOf(RoleCredentials.Available.class);
    assertThat(server.trace())
        .containsExactly(
            TOKEN,
            "GET /latest/meta-data/iam/security-credentials-extended/app",
            "GET /latest/" + RoleCredentialsDocument.path("app"));
  }

  @ParameterizedTest
  @CsvSource({"403, FORBIDDEN", "404, V1_ONLY", "405, V1_ONLY"})
  void without_a_token_nothing_is_read_unless_v1_was_allowed_by_name(int status, Kind kind) {
    server.on(TOKEN, status(status, ""));
    assertThat(Clients.failure(asking().build(), ID).kind()).isEqualTo(kind);
    assertThat(server.trace()).containsExactly(TOKEN);

    InstanceMetadataClient v1 = asking().allowImdsV1().build();
    assertThat(v1.text(ID)).contains("i-1");
    assertThat(v1.text(ID)).contains("i-1");
    assertThat(server.trace()).containsExactly(TOKEN, TOKEN, GET, GET);
    assertThat(server.requests().get(2).headers()).doesNotContainKey("x-aws-ec2-metadata-token");
  }

  @Test
  void v1_is_left_again_after_a_while() {
    AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);
    server.on(TOKEN, status(404, ""), ScriptedMetadataServer.token("late", 60));
    InstanceMetadataClient client = asking().allowImdsV1().nanos(nanos::get).build();
    client.text(ID);
    nanos.addAndGet(Duration.ofMinutes(1).toNanos());
    client.text(ID);
    assertThat(server.trace()).containsExactly(TOKEN, GET, TOKEN, GET);
  }

  @Test
  void v1_takes_over_where_the_token_does_not_arrive() {
    server.on(TOKEN, thenSilence(""));
    InstanceMetadataClient client =
        asking().readTimeout(Duration.ofMillis(300)).allowImdsV1().build();
    assertThat(Clients.textInTime(client, ID)).contains("i-1");
  }

  @ParameterizedTest
  @CsvSource({"400, 0, BAD_REQUEST", "404, 401, V2_REQUIRED"})
  void a_bad_request_does_not_lead_to_v1_and_v1_may_be_refused(int token, int read, Kind kind) {
    server.on(TOKEN, status(token, "")).on(GET, status(read == 0 ? 200 : read, ""));
    InstanceMetadataException failure = Clients.failure(asking().allowImdsV1().build(), ID);
    assertThat(failure.kind()).isEqualTo(kind);
  }

  @Test
  void the_settings_of_the_sdks_forbid_v1_whatever_the_builder_says() {
    environment.put("AWS_EC2_METADATA_V1_DISABLED", "true");
    EffectiveConfiguration configuration = builder().allowImdsV1().build().configuration();
    assertThat(configuration.imdsV1Allowed())
        .hasToString("false (environment variable AWS_EC2_METADATA_V1_DISABLED)");
    assertThat(resolved().imdsV1Allowed())
        .hasToString("false (environment variable AWS_EC2_METADATA_V1_DISABLED)");
    environment.put("AWS_EC2_METADATA_V1_DISABLED", "false");
    assertThat(resolved().imdsV1Allowed().value()).isFalse();
    assertThat(builder().allowImdsV1().build().configuration().imdsV1Allowed().value()).isTrue();
  }

  @Test
  void a_page_in_the_place_of_a_document_is_told_by_its_kind_and_length() {
    server.serves(
        "meta-data/iam/info", "<html>Please log in wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY");
    InstanceMetadataException failure =
        org.assertj.core.api.Assertions.catchThrowableOfType(
            InstanceMetadataException.class, asking().build()::iamInfo);
    assertThat(failure.kind()).isEqualTo(Kind.MALFORMED_ANSWER);
    assertThat(failure)
        .hasMessageContaining("what came is text/plain, 58 bytes")
        .hasMessageNotContainingAny("wJalr", "Please");
  }

  @Test
  void the_name_of_a_host_is_resolved() {
    URI byName = URI.create("http://localhost:" + server.port());
    assertThat(asking().endpoint(byName).build().text(ID)).contains("i-1");
  }
}
