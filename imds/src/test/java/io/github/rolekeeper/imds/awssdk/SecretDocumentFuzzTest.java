package io.github.rolekeeper.imds.awssdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.rolekeeper.imds.Clients;
import io.github.rolekeeper.imds.DatabindReader;
import io.github.rolekeeper.imds.Documents;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.core.exception.SdkClientException;

/**
 * Ten thousand documents with secrets. Half are valid variations and must give what another reader
 * finds; half are broken, and must give credentials or the SDK's exception, with no secret in it.
 */
class SecretDocumentFuzzTest {
  private static final int EACH = 5_000;
  private static final String PATH = "meta-data/iam/security-credentials/web-role";
  private static final String SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
  private static final String SESSION = "IQoJb3JpZ2luX2VjSESSIONTOKEN//+==";

  private final Random random = new Random(20_250_103);
  private final Documents documents = new Documents(random);

  private void maybe(Map<String, Object> members, String name, Object value) {
    int choice = random.nextInt(6);
    if (choice > 0) {
      members.put(name, choice == 1 ? null : value);
    }
  }

  /** Every sort of value; a text builder is written as it is. */
  private Object code() {
    return switch (random.nextInt(12)) {
      case 0 -> "AssumeRoleUnauthorizedAccess";
      case 1 -> documents.any("", " ", "success", " Success");
      case 2 -> random.nextBoolean();
      case 3 -> random.nextInt(1_000);
      case 4 -> List.of("Success");
      case 5 -> new StringBuilder("{\"Code\":\"Success\"}");
      default -> "Success";
    };
  }

  private String document() {
    Map<String, Object> members = new LinkedHashMap<>();
    maybe(members, "Code", code());
    maybe(members, "Message", documents.any("EC2 cannot assume the role.", "\u00e9 \"x\" \\ /"));
    maybe(members, "Type", "AWS-HMAC");
    maybe(members, "LastUpdated", "2025-03-12T20:53:17Z");
    members.put("AccessKeyId", "ASIA" + random.nextInt(100_000));
    members.put("SecretAccessKey", SECRET);
    members.put("Token", SESSION);
    maybe(members, "AccountId", "123456789012");
    maybe(
        members,
        "Expiration",
        documents.any(
            "2025-03-12T20:53:17Z",
            "2025-03-12T20:53:17.832308Z",
            "2025-03-12T20:53:17+0000",
            "2025-03-12T22:53:17+02:00"));
    return documents.object(members);
  }

  private static AwsSessionCredentials parsed(byte[] json) {
    return SecretDocument.parse(PATH, json);
  }

  @Test
  void valid_variations_give_what_another_reader_finds() {
    int refused = 0;
    for (int i = 0; i < EACH; i++) {
      String document = document();
      DatabindReader other = new DatabindReader(document);
      String code = other.code();
      try {
        AwsSessionCredentials credentials = parsed(document.getBytes(StandardCharsets.UTF_8));
        List<Object> ours =
            List.of(
                credentials.accessKeyId(),
                credentials.secretAccessKey(),
                credentials.sessionToken(),
                credentials.accountId(),
                credentials.expirationTime());
        assertThat(ours)
            .as("number %s, %s", i, document)
            .containsExactly(
                other.text("AccessKeyId").orElseThrow(),
                other.text("SecretAccessKey").orElseThrow(),
                other.text("Token").orElseThrow(),
                other.text("AccountId"),
                other.instant("Expiration"));
        assertThat(code).isEqualTo("Success");
      } catch (SdkClientException e) {
        assertThat(code).as("number %s, %s", i, document).isNotEqualTo("Success");
        String shown = code.matches("\\w+") ? code : "\"" + code + "\"";
        assertThat(e).hasMessageContaining("Code " + shown);
        Optional<String> message = other.text("Message");
        message.ifPresent(text -> assertThat(e).hasMessageContaining("\"" + text + "\""));
        assertNoSecret(i, e);
        refused++;
      }
    }
    assertThat(refused).isBetween(EACH / 20, EACH / 2);
  }

  @Test
  void broken_documents_are_credentials_or_the_sdks_exception_and_never_show_a_secret() {
    int values = 0;
    int failures = 0;
    for (int i = 0; i < EACH; i++) {
      // Sometimes a secret stands where the end of its life should.
      String document = documents.oneIn(8) ? document().replace("2025-03-12T", SECRET) : document();
      byte[] broken = documents.broken(document.getBytes(StandardCharsets.UTF_8));
      try {
        assertThat(parsed(broken).toString()).doesNotContain(SECRET.substring(0, 12), SESSION);
        values++;
      } catch (SdkClientException e) {
        assertNoSecret(i, e);
        failures++;
      } catch (RuntimeException e) {
        throw new AssertionError(
            "number " + i + ", " + new String(broken, StandardCharsets.UTF_8), e);
      }
    }
    assertThat(values).isGreaterThan(EACH / 50);
    assertThat(failures).isGreaterThan(EACH / 5);
  }

  private static void assertNoSecret(int number, Exception e) {
    assertThat(Clients.said(e))
        .as("number %s", number)
        .doesNotContain(SECRET.substring(0, 12), SESSION.substring(0, 12));
  }
}
