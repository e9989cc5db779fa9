package io.github.rolekeeper.imds;

import static io.github.rolekeeper.imds.Clients.builder;
import static io.github.rolekeeper.imds.Clients.said;
import static io.github.rolekeeper.imds.ScriptedMetadataServer.TOKEN;
import static io.github.rolekeeper.imds.ScriptedMetadataServer.ok;
import static io.github.rolekeeper.imds.ScriptedMetadataServer.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.rolekeeper.imds.InstanceMetadataException.Kind;
import io.github.rolekeeper.imds.awssdk.InstanceMetadataCredentialsProvider;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever the service says goes through one door before it is sent, kept or shown. */
class UntrustedTextTest {
  private static final String DOCUMENT =
      """
      {"AccessKeyId":"ASIAEXAMPLE0000","Code":"Success","Expiration":"2019-01-29T18:06:11Z",\
      "LastUpdated":"2019-01-29T17:36:11Z","SecretAccessKey":"SECRET","Token":"TOKEN",\
      "Type":"AWS-HMAC"}""";

  private static final String PAGE =
      "<!DOCTYPE html>\n<html>\n<head><title>Login</title></head>\n<body>\nPlease log in\n</body>\n";

  private static final String MACS = "meta-data/network/interfaces/macs/";
  private static final String MAC = MACS + "02:00:00:00:00:01/";
  private static final String INFO = "meta-data/iam/info";
  private static final String LIST = "meta-data/iam/security-credentials/";

  // The character that a line feed is, for a parser that knows Unicode, and what steers terminals.
  private static final String FORGED =
      "x\nforged\r\u001b[2J\u202eevil\u0085new\u2028line\u2029\u0000";

  private final ScriptedMetadataServer server = ScriptedMetadataServer.start();
  private final InstanceMetadataClient client = builder(server).build();

  @AfterEach
  void stop() {
    client.close();
    server.close();
  }

  private List<String> reads() {
    return server.trace().stream().filter(line -> line.startsWith("GET")).toList();
  }

  private static final Map<String, Function<InstanceMetadataClient, Object>> LISTS =
      Map.of(
          "meta-data/block-device-mapping/",
          InstanceMetadataClient::blockDevices,
          MACS,
          InstanceMetadataClient::networkInterfaces,
          "meta-data/tags/instance",
          InstanceMetadataClient::tags,
          "meta-data/public-keys/",
          InstanceMetadataClient::publicKeys,
          LIST.replace("credentials/", "credentials-extended/"),
          InstanceMetadataClient::credentialsMetadata);

  static Stream<Arguments> noNames() {
    return LISTS.keySet().stream()
        .flatMap(
            path ->
                Stream.of(
                        DOCUMENT,
                        DOCUMENT.replace(",", ",\n").replace("{", "{\n"),
                        PAGE,
                        "../iam/security-credentials/r",
                        "..",
                        "%2e%2e/iam",
                        "a\u001b[2J",
                        "a\u202eb",
                        "a\u2028b",
                        "a\u0085b",
                        "a\u0000b",
                        "a?x=1\"",
                        "x".repeat(3000),
                        "a\n".repeat(1000))
                    .map(body -> Arguments.of(path, body)));
  }

  @ParameterizedTest
  @MethodSource("noNames")
  void a_list_of_what_is_no_name_is_malformed_and_sends_no_second_request(
      String path, String body) {
    server.serves(path, body);

    InstanceMetadataException failure =
        catchThrowableOfType(InstanceMetadataException.class, () -> LISTS.get(path).apply(client));

    assertThat(failure).as("no failure").isNotNull();
    assertThat(failure.kind()).isEqualTo(Kind.MALFORMED_ANSWER);
    assertThat(failure.path()).isEqualTo(path);
    assertThat(reads()).containsExactly("GET /latest/" + path);
    assertThat(said(failure)).doesNotContain("SECRET", "ASIAEXAMPLE", "\u001b", "\u202e", "\u2028");
  }

  @ParameterizedTest
  @MethodSource("noNames")
  void the_lists_below_an_interface_are_no_better(String path, String body) {
    server.serves(MACS, "02:00:00:00:00:01/").serves(MAC, body);
    assertThat(kind(InstanceMetadataClient::networkInterfaces)).isEqualTo(Kind.MALFORMED_ANSWER);
    server.serves(MAC, "ipv4-associations/").serves(MAC + "ipv4-associations/", body);
    assertThat(kind(InstanceMetadataClient::networkInterfaces)).isEqualTo(Kind.MALFORMED_ANSWER);
    assertThat(reads()).last().isEqualTo("GET /latest/" + MAC + "ipv4-associations/");
  }

  private Kind kind(Function<InstanceMetadataClient, Object> call) {
    return catchThrowableOfType(InstanceMetadataException.class, () -> call.apply(client)).kind();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "local-ipv4s",
        "ipv6s",
        "security-groups",
        "security-group-ids",
        "vpc-ipv4-cidr-blocks"
      })
  void what_an_interface_lists_is_no_page_and_no_document(String attribute) {
    server.serves(MACS, "02:00:00:00:00:01/").serves(MAC, attribute);
    for (String body : List.of(PAGE, DOCUMENT, "a\u001b[2J", "a\u2028b")) {
      server.serves(MAC + attribute, body);
      assertThat(kind(InstanceMetadataClient::networkInterfaces)).isEqualTo(Kind.MALFORMED_ANSWER);
    }
  }

  static Stream<Arguments> values() {
    return Stream.of(PAGE, DOCUMENT, "i-1\nforged", "i-1\u001b[2J", "i-1\u202e", "x".repeat(9000))
        .flatMap(
            body ->
                Stream.of(
                        "meta-data/instance-id",
                        "meta-data/security-groups",
                        "meta-data/instance-life-cycle")
                    .map(path -> Arguments.of(path, body)));
  }

  @ParameterizedTest
  @MethodSource("values")
  void a_value_is_one_line_and_no_page_and_no_document(String path, String body) {
    if (path.endsWith("security-groups") && body.equals("i-1\nforged")) {
      return; // which are two groups
    }
    server.serves(path, body);
    assertThat(kind(InstanceMetadataClient::instance)).isEqualTo(Kind.MALFORMED_ANSWER);
  }

  private static String json(String text) {
    StringBuilder json = new StringBuilder();
    text.chars().forEach(c -> json.append(String.format("\\u%04x", c)));
    return json.toString();
  }

  private static void assertOnOneLine(Object shown) {
    assertThat(String.valueOf(shown))
        .doesNotContain("\n", "\r", "\u001b", "\u202e", "\u0085", "\u2028", "\u2029", "\u0000");
  }

  @Test
  void what_the_service_says_forges_no_line_anywhere() {
    server
        .serves(
            INFO, "{\"Code\":\"Bad" + json(FORGED) + "\",\"Message\":\"m" + json(FORGED) + "\"}")
        .serves(LIST, "web-role")
        .serves(LIST + "web-role", "{\"Code\":\"X\",\"Message\":\"" + json(FORGED) + "\"}")
        .serves(
            "meta-data/events/maintenance/scheduled",
            "[{\"EventId\":\"" + json(FORGED) + "\",\"Description\":\"" + json(FORGED) + "\"}]")
        .serves("meta-data/spot/instance-action", "{\"action\":\"stop\",\"time\":\"t\"}")
        .serves(
            "dynamic/instance-identity/document",
            "{\"region\":\"" + json(FORGED) + "\",\"billingProducts\":[\"" + json(FORGED) + "\"]}");

    assertOnOneLine(client.iamInfo());
    assertOnOneLine(client.credentialsMetadata());
    assertOnOneLine(client.observe());
    assertOnOneLine(client.scheduledMaintenance());
    assertOnOneLine(client.identityDocument());
    MetadataReport report = client.report();
    assertThat(report.describe().lines().filter(line -> line.startsWith("forged"))).isEmpty();
    assertOnOneLine(report.describe().replace("\n", ""));
  }

  @Test
  void an_id_with_control_characters_is_none() {
    String arn = "arn:aws:iam::123456789012:instance-profile/web";
    String info = "{\"InstanceProfileArn\":\"%s\",\"InstanceProfileId\":\"%s\"}";
    server.serves(INFO, info.formatted(arn, "A" + json("\n\u001b")));
    assertThat(kind(InstanceMetadataClient::iamInfo)).isEqualTo(Kind.MALFORMED_ANSWER);
    server.serves(INFO, info.formatted(arn + json("\u202e"), "A"));
    assertThat(kind(InstanceMetadataClient::iamInfo)).isEqualTo(Kind.MALFORMED_ANSWER);
    server.serves(INFO, info.formatted("arn:a" + json("\u001b") + arn.substring(4), "A"));
    assertThat(kind(InstanceMetadataClient::iamInfo)).isEqualTo(Kind.MALFORMED_ANSWER);
    server
        .serves(LIST, "web-role")
        .serves(LIST + "web-role", DOCUMENT.replace("0000", json("\n\u001b[2")));
    assertThat(kind(InstanceMetadataClient::credentialsMetadata)).isEqualTo(Kind.MALFORMED_ANSWER);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://user:hunter2@127.0.0.1:9",
        "http://me@corp.example:hunter2@127.0.0.1:9",
        "http://me%40corp.example:hunter2@127.0.0.1:9",
        "http://user%3Ahunter2@127.0.0.1:9",
        "http://user:hunter2%40127.0.0.1",
        "http://user:hunter2%2540127.0.0.1",
        "http://user:hunter2\uff20127.0.0.1:9",
        "http://CORP/user:hunter2@127.0.0.1:9",
        "http://CORP\\user:hunter2@127.0.0.1:9",
        "http://user:12/hunter2@127.0.0.1:9",
        "http://user:12/hunter2%40127.0.0.1:9",
        "http://user:hunter2",
        "http://user:hunter2/",
        "http://hunter2@127.0.0.1:9",
        "http://:hunter2@127.0.0.1:9",
        "http://user:hun?hunter2@127.0.0.1",
        "http://127.0.0.1:9/?password=hunter2",
        "http://127.0.0.1:9/#hunter2",
        "http://127.0.0.1:9/?p=a@hunter2",
        "http:/user:hunter2@127.0.0.1",
        "http:///user:hunter2@127.0.0.1",
        "https://user:hunter2@127.0.0.1",
        "user:hunter2@127.0.0.1",
        "user:hunter2",
        "me@x.example:hunter2@127.0.0.1:9",
        "http://us er:hunter2@127.0.0.1:9",
        "http://user:hunter2\n@127.0.0.1:9"
      })
  void a_password_in_an_endpoint_is_refused_and_shown_nowhere(String endpoint) {
    Lookups set =
        new Lookups(
            name -> null,
            name -> name.equals("AWS_EC2_METADATA_SERVICE_ENDPOINT") ? endpoint : null,
            key -> Optional.empty());
    assertThatThrownBy(() -> InstanceMetadataClient.builder().lookups(set).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("AWS_EC2_METADATA_SERVICE_ENDPOINT")
        .satisfies(e -> assertThat(said(e)).doesNotContain("hunter2"));
    URI uri;
    try {
      uri = URI.create(endpoint);
    } catch (IllegalArgumentException e) {
      return;
    }
    assertThatThrownBy(() -> Clients.nothingSet().endpoint(uri).build())
        .isInstanceOf(IllegalArgumentException.class)
        .satisfies(e -> assertThat(said(e)).doesNotContain("hunter2"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/latest", "/latest/", "/a/../b", "/a/./b", "/%2e%2e/b", "/latest/x/.."})
  void an_endpoint_that_names_latest_or_leads_elsewhere_is_refused_with_the_remedy(String path) {
    assertThatThrownBy(
            () -> Clients.nothingSet().endpoint(URI.create("http://127.0.0.1:9" + path)).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("/latest");
  }

  static Stream<String> bodies() {
    String key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    return Stream.of(
        "{\"SecretAccessKey\":\"SECRET\",\"Token\":\"TOKEN",
        "{\"AccessKeyId\" : \"SECRET\" }",
        "<p>SecretAccessKey: wJalrXUtnFEMI&#47;K7MDENG&#47;bPxRfiCYEXAMPLEKEY</p>",
        "&#119;&#74;&#97;&#108;&#114;&#88; SECRET7",
        new String(key.getBytes(StandardCharsets.UTF_16LE), StandardCharsets.ISO_8859_1),
        String.join(" ", key.split("")),
        key,
        "SECRETSECRETSECRETSECRET");
  }

  @ParameterizedTest
  @MethodSource("bodies")
  void key_material_is_not_quoted_in_any_encoding(String body) {
    String text = "meta-data/instance-id";
    for (int status : List.of(200, 400, 403, 503)) {
      server
          .on("GET /latest/" + text, status(status, body))
          .on("GET /latest/" + INFO, status(status, body));
      for (Function<InstanceMetadataClient, Object> call :
          List.<Function<InstanceMetadataClient, Object>>of(
              InstanceMetadataClient::iamInfo, InstanceMetadataClient::instance)) {
        try {
          assertThat(call.apply(client)).isNotNull();
        } catch (InstanceMetadataException e) {
          assertThat(said(e) + e.excerpt())
              .doesNotContain("SECRET", "TOKEN", "wJ", "w J", "bPx", "K7", "&#", "w a l");
        }
      }
    }
  }

  @Test
  void a_refused_path_is_not_repeated_in_the_message() {
    for (String path :
        List.of(
            "/" + LIST + DOCUMENT,
            LIST + "./" + DOCUMENT,
            LIST + DOCUMENT,
            DOCUMENT + "/" + LIST + "r",
            "/" + DOCUMENT,
            "../" + DOCUMENT)) {
      assertThatThrownBy(() -> client.text(path))
          .isInstanceOf(IllegalArgumentException.class)
          .satisfies(e -> assertThat(said(e)).doesNotContainIgnoringCase("SECRET\"", "ASIAEX"));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "api/token",
        "api/%74oken",
        "api//token",
        "api/token/",
        "API/token",
        "api/token;x",
        "api;x/token",
        "api;/token",
        "api;a=b;c/%74oken;d"
      })
  void a_session_token_is_not_read_as_text(String path) {
    server.on("GET /latest/" + path, ok("a-token"));
    assertThatThrownBy(() -> client.text(path)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> client.bytes(path)).isInstanceOf(IllegalArgumentException.class);
    assertThat(server.trace()).isEmpty();
  }

  @Test
  void credentials_leave_by_no_path_that_is_read_as_text() {
    String path = "meta-data/tags/instance/x";
    server.serves(path, DOCUMENT).serves("user-data", DOCUMENT);
    for (Function<InstanceMetadataClient, Object> door :
        List.<Function<InstanceMetadataClient, Object>>of(
            c -> c.text(path),
            c -> c.bytes(path),
            c -> c.lines(path),
            c -> c.listing(path),
            c -> c.tag("x"))) {
      assertThat(kind(door)).isEqualTo(Kind.MALFORMED_ANSWER);
    }
    assertThat(client.text("user-data")).contains(DOCUMENT);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\\u0053ecretAccessKey",
        "Secret\\u0041ccessKey",
        "SecretAccessKe\\u0079",
        "\\u0053\\u0065\\u0063\\u0072\\u0065\\u0074\\u0041\\u0063cess\\u004bey"
      })
  void credentials_are_seen_however_their_members_are_escaped(String name) {
    server.serves("meta-data/instance-id", DOCUMENT.replace("SecretAccessKey", name));
    assertThat(kind(c -> c.text("meta-data/instance-id"))).isEqualTo(Kind.MALFORMED_ANSWER);
    assertThat(kind(c -> c.bytes("meta-data/instance-id"))).isEqualTo(Kind.MALFORMED_ANSWER);
  }

  // The time that it takes to take every encoding away grows faster than the length of the path.
  @Test
  void a_path_is_refused_for_its_length_before_anything_else_is_looked_at() {
    for (String path :
        List.of(LIST + "r".repeat(5000), "a/../b" + "c".repeat(5000), "a\n" + "b".repeat(5000))) {
      assertThatThrownBy(() -> client.text(path))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("at most 4096");
    }
  }

  // IAM allows U+007F in the path of a profile: it is kept, and not printed raw.
  @Test
  void the_delete_character_in_a_profiles_path_is_kept_and_printed_as_a_space() {
    String arn = "arn:aws:iam::123456789012:instance-profile/a\u007fb/web";
    String info = "{\"InstanceProfileArn\":\"" + arn + "\",\"InstanceProfileId\":\"A\"%s}";
    server.serves(INFO, info.formatted(""));
    IamInfo.Associated associated = (IamInfo.Associated) client.iamInfo();
    assertThat(associated.arn()).hasToString(arn);
    assertThat(client.report().describe())
        .contains(arn.replace('\u007f', ' '))
        .doesNotContain("\u007f");
    assertThatThrownBy(InstanceMetadataCredentialsProvider.create(client)::resolveCredentials)
        .hasMessageContaining(arn.replace('\u007f', ' '))
        .hasMessageNotContaining("\u007f");
    server.serves(
        INFO, info.formatted(",\"Message\":\"Instance Profile does not contain a role.\""));
    assertThat(client.report().describe())
        .contains(arn.replace('\u007f', ' '))
        .doesNotContain("\u007f");
  }

  @Test
  void a_path_with_control_characters_is_refused() {
    assertThatThrownBy(() -> client.text("meta-data/iam/security%00-credentials/r"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> client.text("meta-data/a\nb"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void a_page_in_the_place_of_a_token_is_none() {
    server.on(TOKEN, ok("<html></html>"));
    assertThat(kind(InstanceMetadataClient::instance)).isEqualTo(Kind.MALFORMED_ANSWER);
    assertThat(reads()).isEmpty();
  }
}
