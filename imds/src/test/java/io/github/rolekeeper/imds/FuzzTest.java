package io.github.rolekeeper.imds;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.rolekeeper.imds.ScriptedMetadataServer.After;
import io.github.rolekeeper.imds.ScriptedMetadataServer.Reply;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Ten thousand answers on the wire. Half are valid variations and must equal what another reader
 * finds; half are broken, in body or headers, and must yield a value or our exception, and no
 * secret. The seed is fixed: what fails once fails again, and the message names the input.
 */
class FuzzTest {
  private static final int EACH = 4_500; // of each half; the lists make it ten thousand
  private static final int LISTS = 500; // each takes a client and its token
  private static final String LIST = "meta-data/iam/security-credentials/";
  private static final String EXTENDED_LIST = "meta-data/iam/security-credentials-extended/";
  private static final String IDENTITY = "meta-data/identity-credentials/ec2/";
  private static final String SECRET = "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY";
  private static final String SESSION = "IQoJb3JpZ2luX2VjSESSIONTOKEN";

  private final Random random = new Random(20_250_101);
  private final Documents documents = new Documents(random);
  private final ScriptedMetadataServer server =
      ScriptedMetadataServer.start().serves(LIST, "web-role");
  private final InstanceMetadataClient client =
      Clients.builder(server).retries(Clients.retries(1)).build();
  private final ScriptedMetadataServer extended =
      ScriptedMetadataServer.start().serves(EXTENDED_LIST, "web-role");
  private final InstanceMetadataClient extendedClient =
      Clients.builder(extended).retries(Clients.retries(1)).build();

  /** One category: what it serves, what we make of it, what the other reader makes of it. */
  private record Category(
      ScriptedMetadataServer server,
      String path,
      Supplier<String> document,
      Supplier<?> ours,
      Function<DatabindReader, ?> theirs) {}

  private final List<Category> categories =
      List.of(
          new Category(
              server,
              "meta-data/iam/info",
              this::iamInfo,
              client::iamInfo,
              DatabindReader::iamInfo),
          new Category(
              server,
              LIST + "web-role",
              this::credentials,
              client::credentialsMetadata,
              reader -> reader.credentials("web-role")),
          new Category(
              extended,
              EXTENDED_LIST + "web-role",
              this::credentials,
              extendedClient::credentialsMetadata,
              reader -> reader.credentials("web-role")),
          new Category(
              server,
              IDENTITY + "info",
              this::identityInfo,
              () -> identityRole(IdentityCredentials.class::cast),
              DatabindReader::identityInfo),
          new Category(
              server,
              IDENTITY + "security-credentials/ec2-instance",
              this::identityCredentials,
              () -> identityRole(IdentityCredentials::credentials),
              reader -> reader.credentials("ec2-instance")),
          new Category(
              server,
              "dynamic/instance-identity/document",
              this::identity,
              () -> client.identityDocument().orElseThrow(),
              DatabindReader::identity),
          new Category(
              server,
              "meta-data/events/maintenance/scheduled",
              this::maintenance,
              () -> DatabindReader.texts(client.scheduledMaintenance()),
              DatabindReader::maintenance),
          new Category(
              server,
              "meta-data/events/recommendations/rebalance",
              this::rebalance,
              () -> client.rebalanceRecommendation().map(RebalanceRecommendation::noticeTime),
              reader -> Optional.of(reader.instant("noticeTime"))),
          new Category(
              server,
              "meta-data/spot/instance-action",
              this::spot,
              () ->
                  client
                      .spot()
                      .map(notice -> notice.action().map(Reported::text).orElse("") + notice.time())
                      .orElse("none"),
              DatabindReader::spot));

  @AfterEach
  void stop() {
    client.close();
    server.close();
    extendedClient.close();
    extended.close();
  }

  private String instant() {
    return documents.any(
        "2022-02-13T19:17:17Z",
        "2025-03-12T20:53:17.832308Z",
        "2025-03-12T20:53:17+0000",
        "2025-03-12T22:53:17+02:00",
        "21 Jan 2019 09:00:43 GMT",
        "1 Feb 2019 09:17:23 GMT");
  }

  private String word() {
    return documents.any("a", "éè \"x\" \\ /", "\uD83D\uDE00", "10.0.0.1", "x".repeat(300), "\t");
  }

  /** Sometimes the text, sometimes null, sometimes nothing. */
  private void maybe(Map<String, Object> members, String name, Object value) {
    int choice = random.nextInt(6);
    if (choice > 0) {
      members.put(name, choice == 1 ? null : value);
    }
  }

  /** One of the texts as a rule, or a number. */
  private Object code(String... texts) {
    return switch (random.nextInt(12)) {
      case 0 -> random.nextInt(100);
      default -> documents.any(texts);
    };
  }

  private String iamInfo() {
    Map<String, Object> members = new LinkedHashMap<>();
    maybe(members, "Code", code("Success", "Success", "InstanceProfileNotFound", "New"));
    maybe(members, "Message", documents.any("Instance Profile does not contain a role.", word()));
    maybe(members, "LastUpdated", documents.any(instant(), "long ago"));
    members.put("InstanceProfileArn", "arn:aws:iam::123456789012:instance-profile/a/web");
    members.put("InstanceProfileId", "AIPA" + random.nextInt(1000));
    return documents.object(members);
  }

  private Object identityRole(Function<IdentityCredentials, Object> part) {
    return client.identityCredentials().map(part).orElse("none");
  }

  /** Beside it there are no credentials. */
  private String identityInfo() {
    server.on(
        "GET /latest/" + IDENTITY + "security-credentials/ec2-instance",
        ScriptedMetadataServer.status(404, ""));
    Map<String, Object> members = new LinkedHashMap<>();
    maybe(members, "Code", documents.any("Success", "New"));
    maybe(members, "Message", word());
    maybe(members, "LastUpdated", documents.any(instant(), "long ago"));
    members.put("AccountId", "123456789012");
    maybe(members, "Token", SESSION);
    return documents.object(members);
  }

  private String identityCredentials() {
    server.serves(IDENTITY + "info", "{\"AccountId\":\"123456789012\"}");
    return credentials();
  }

  private String rebalance() {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("noticeTime", documents.any(instant(), "soon"));
    return documents.object(members);
  }

  private String credentials() {
    Map<String, Object> members = new LinkedHashMap<>();
    maybe(members, "AccountId", "123456789012");
    maybe(members, "Code", code("Success", "AssumeRoleUnauthorizedAccess", "New"));
    maybe(members, "Message", word());
    maybe(members, "Type", "AWS-HMAC");
    members.put(
        "AccessKeyId", documents.oneIn(12) ? random.nextInt(1000) : "ASIA" + random.nextInt(1000));
    members.put("SecretAccessKey", SECRET);
    members.put("Token", SESSION);
    maybe(members, "LastUpdated", instant());
    members.put("Expiration", instant());
    return documents.object(members);
  }

  private String identity() {
    Map<String, Object> members = new LinkedHashMap<>();
    for (String name :
        List.of(
            "accountId",
            "architecture",
            "availabilityZone",
            "imageId",
            "instanceId",
            "instanceType",
            "kernelId",
            "privateIp",
            "ramdiskId",
            "region",
            "version")) {
      maybe(members, name, documents.oneIn(8) ? (Object) random.nextInt(1000) : word());
    }
    for (String name :
        List.of("billingProducts", "devpayProductCodes", "marketplaceProductCodes")) {
      maybe(members, name, Arrays.asList(word(), null, List.of("nested"), word()));
    }
    maybe(members, "pendingTime", instant());
    return documents.object(members);
  }

  private String maintenance() {
    List<String> events = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      if (documents.oneIn(4)) {
        events.add(documents.any("null", "7", "\"odd\"", "[[]]"));
        continue;
      }
      Map<String, Object> members = new LinkedHashMap<>();
      maybe(members, "EventId", "instance-event-" + i);
      maybe(members, "Code", documents.any("system-reboot", "instance-stop", "new"));
      maybe(members, "State", documents.any("active", "completed", "new"));
      maybe(members, "Description", word());
      maybe(members, "NotBefore", instant());
      maybe(members, "NotAfter", instant());
      events.add(documents.object(members));
    }
    return documents.array(events);
  }

  private String spot() {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("action", documents.any("stop", "terminate", "hibernate", "new"));
    maybe(members, "time", instant());
    return documents.object(members);
  }

  private Category anyCategory() {
    server.requests().clear(); // nobody looks at them, and each new one would copy the others
    return categories.get(random.nextInt(categories.size()));
  }

  /** What a category makes of its document, or that it is none. */
  private static Object read(Category category) {
    try {
      return category.ours().get();
    } catch (InstanceMetadataException e) {
      assertThat(e.kind()).isEqualTo(InstanceMetadataException.Kind.MALFORMED_ANSWER);
      assertNoSecret(-1, Clients.said(e));
      return DatabindReader.MALFORMED;
    }
  }

  @Test
  void valid_variations_mean_what_another_reader_finds() {
    Map<String, Integer> malformed = new HashMap<>();
    for (int i = 0; i < EACH; i++) {
      Category category = anyCategory();
      String document = category.document().get();
      category.server().serves(category.path(), document);
      Object ours = read(category);
      assertThat(ours)
          .as("number %s, %s", i, document)
          .isEqualTo(category.theirs().apply(new DatabindReader(document)));
      assertNoSecret(i, ours.toString());
      if (ours.equals(DatabindReader.MALFORMED)) {
        malformed.merge(category.path(), 1, Integer::sum);
      }
    }
    // Each of these is told from its valid variations, and the latter are the most.
    assertThat(malformed.keySet())
        .containsExactlyInAnyOrder(
            "meta-data/events/maintenance/scheduled",
            LIST + "web-role",
            EXTENDED_LIST + "web-role",
            IDENTITY + "security-credentials/ec2-instance");
    assertThat(malformed.values()).allSatisfy(count -> assertThat(count).isBetween(20, EACH / 18));
  }

  @Test
  void broken_answers_are_a_value_or_our_exception_and_never_show_a_secret() {
    int values = 0;
    int failures = 0;
    for (int i = 0; i < EACH; i++) {
      Category category = anyCategory();
      String document = category.document().get();
      category.server().on("GET /latest/" + category.path(), brokenReply(document));
      try {
        assertNoSecret(i, String.valueOf(category.ours().get()));
        values++;
      } catch (InstanceMetadataException e) {
        assertNoSecret(i, Clients.said(e));
        failures++;
      } catch (RuntimeException e) {
        throw new AssertionError("number " + i + " of " + category.path(), e);
      }
    }
    // Both must happen often, or nothing was tried.
    assertThat(values).isGreaterThan(EACH / 50);
    assertThat(failures).isGreaterThan(EACH / 5);
  }

  /** A list of roles in every form that its lines can have, and the first name in it. */
  private Map.Entry<String, String> roleList() {
    String name = documents.any("web-role", "a", "A+b=c,d.e@f_g-h", "r".repeat(128), ".a.", "");
    String end = documents.any("\n", "\r\n", "\r");
    StringBuilder list = new StringBuilder();
    while (documents.oneIn(3)) {
      list.append(documents.any("", " ", "\t")).append(end);
    }
    list.append(documents.any("", "  ")).append(name).append(documents.any("", " ", "\t "));
    if (!name.isEmpty() && documents.oneIn(3)) {
      list.append(end).append("other/role");
    }
    list.append(documents.any("", end, end + end));
    return Map.entry(list.toString(), name);
  }

  private String roleOf(String list) {
    server.on("GET /latest/" + LIST, brokenOrNot(list));
    server.requests().clear();
    // A client remembers the role that it found, so each list has a client of its own.
    try (InstanceMetadataClient fresh =
        Clients.builder(server).retries(Clients.retries(1)).build()) {
      RoleCredentials credentials = fresh.credentialsMetadata();
      return credentials instanceof RoleCredentials.Available available
          ? available.metadata().roleName().orElseThrow()
          : "";
    }
  }

  private boolean breaking;

  private Reply brokenOrNot(String text) {
    return breaking ? brokenReply(text) : ScriptedMetadataServer.ok(text);
  }

  @Test
  void a_role_is_the_first_name_of_any_list_and_what_is_none_is_our_exception() {
    for (String name : List.of("web-role", "a", "A+b=c,d.e@f_g-h", "r".repeat(128), ".a.")) {
      server.serves(LIST + name, Documents.CREDENTIALS);
    }
    for (int i = 0; i < LISTS; i++) {
      Map.Entry<String, String> list = roleList();
      assertThat(roleOf(list.getKey())).as("number %s, %s", i, list).isEqualTo(list.getValue());
    }
    breaking = true;
    int failures = 0;
    for (int i = 0; i < LISTS; i++) {
      try {
        assertNoSecret(i, roleOf(roleList().getKey() + SECRET));
      } catch (InstanceMetadataException e) {
        assertNoSecret(i, Clients.said(e));
        failures++;
      }
    }
    assertThat(failures).isBetween(LISTS / 5, LISTS - 1);
  }

  private Reply brokenReply(String document) {
    byte[] body = document.getBytes(StandardCharsets.UTF_8);
    if (random.nextBoolean()) {
      byte[] broken = documents.broken(body);
      return new Reply(
          joined(head("200 OK", "Content-Length: " + broken.length), broken), After.CLOSED);
    }
    byte[] head = documents.broken(oddHead(body.length));
    return new Reply(joined(head, body), After.CLOSED);
  }

  private byte[] oddHead(int length) {
    return head(
        documents.any("200 OK", "200", "503 Busy", "301 Moved"),
        documents.any(
            "Content-Length: " + length,
            "Content-Length: 99999999",
            "X-Length: 0",
            "Transfer-Encoding: chunked",
            "Transfer-Encoding: gzip"));
  }

  private byte[] head(String status, String framing) {
    return (documents.any("HTTP/1.1 ", "HTTP/1.0 ")
            + status
            + "\r\nServer: EC2ws\r\n"
            + framing
            + "\r\n\r\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] joined(byte[] head, byte[] body) {
    byte[] all = Arrays.copyOf(head, head.length + body.length);
    System.arraycopy(body, 0, all, head.length, body.length);
    return all;
  }

  private static void assertNoSecret(int number, String printed) {
    assertThat(printed)
        .as("number %s", number)
        .doesNotContain(SECRET)
        .doesNotContain(SECRET.substring(0, 12))
        .doesNotContain(SESSION);
  }
}
