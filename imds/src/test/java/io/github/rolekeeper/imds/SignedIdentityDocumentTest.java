package io.github.rolekeeper.imds;

import static io.github.rolekeeper.imds.Clients.builder;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.rolekeeper.imds.IdentityVerification.NotVerified;
import io.github.rolekeeper.imds.IdentityVerification.Reason;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * {@code identity.p12} holds three key pairs with their certificates, made with keytool: aws and
 * other (RSA 2048) and dsa.
 */
class SignedIdentityDocumentTest {
  private static final char[] PASSWORD = "changeit".toCharArray();
  private static final byte[] DOCUMENT =
      "{\n  \"region\" : \"us-west-2\",\n  \"accountId\" : \"123456789012\"\n}"
          .getBytes(StandardCharsets.UTF_8);

  private final KeyStore keys = keys();

  private static KeyStore keys() {
    try (InputStream file = SignedIdentityDocumentTest.class.getResourceAsStream("/identity.p12")) {
      KeyStore keys = KeyStore.getInstance("PKCS12");
      keys.load(file, PASSWORD);
      return keys;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private X509Certificate certificate(String alias) throws Exception {
    return (X509Certificate) keys.getCertificate(alias);
  }

  private String signed(byte[] document) throws Exception {
    Signature rsa = Signature.getInstance("SHA256withRSA");
    rsa.initSign((PrivateKey) keys.getKey("aws", PASSWORD));
    rsa.update(document);
    return Base64.getMimeEncoder().encodeToString(rsa.sign());
  }

  @Test
  void a_document_signed_with_a_trusted_key_is_verified_wherever_its_certificate_stands()
      throws Exception {
    IdentityVerification result =
        SignedIdentityDocument.of(DOCUMENT, signed(DOCUMENT))
            .verify(List.of(certificate("other"), certificate("dsa"), certificate("aws")));
    assertThat(result.verified()).isTrue();
    IdentityVerification.Verified verified = (IdentityVerification.Verified) result;
    assertThat(verified.document().accountId()).contains("123456789012");
    assertThat(verified.signer()).isEqualTo(certificate("aws"));
  }

  @Test
  void a_document_that_differs_in_one_space_is_not() throws Exception {
    byte[] changed =
        new String(DOCUMENT, StandardCharsets.UTF_8)
            .replace(" :", ":")
            .getBytes(StandardCharsets.UTF_8);
    assertThat(
            SignedIdentityDocument.of(changed, signed(DOCUMENT))
                .verify(List.of(certificate("aws"))))
        .isEqualTo(new NotVerified(Reason.NOT_SIGNED_BY_THESE));
  }

  @Test
  void every_other_way_to_fail_says_which() throws Exception {
    SignedIdentityDocument document = SignedIdentityDocument.of(DOCUMENT, signed(DOCUMENT));
    assertThat(document.verify(List.of())).isEqualTo(new NotVerified(Reason.NO_CERTIFICATE));
    assertThat(document.verify(List.of(certificate("other"), certificate("dsa"))))
        .isEqualTo(new NotVerified(Reason.NOT_SIGNED_BY_THESE));
    assertThat(SignedIdentityDocument.of(DOCUMENT, "AAAA").verify(List.of(certificate("aws"))))
        .isEqualTo(new NotVerified(Reason.NOT_SIGNED_BY_THESE));
    assertThat(SignedIdentityDocument.of(DOCUMENT, "<html>").verify(List.of(certificate("aws"))))
        .isEqualTo(new NotVerified(Reason.SIGNATURE_UNREADABLE));
    byte[] none = {'['};
    IdentityVerification unreadable =
        SignedIdentityDocument.of(none, signed(none)).verify(List.of(certificate("aws")));
    assertThat(unreadable).isEqualTo(new NotVerified(Reason.DOCUMENT_UNREADABLE));
    assertThat(unreadable.verified()).isFalse();
    assertThat(Reason.values()).allSatisfy(reason -> assertThat(reason.remedy()).isNotBlank());
  }

  @Test
  void the_client_reads_the_exact_bytes_and_the_signatures() throws Exception {
    try (ScriptedMetadataServer server =
            ScriptedMetadataServer.start()
                .serves(
                    "dynamic/instance-identity/document",
                    new String(DOCUMENT, StandardCharsets.UTF_8))
                .serves("dynamic/instance-identity/signature", signed(DOCUMENT))
                .serves("dynamic/instance-identity/rsa2048", "MIAG\nAAA=");
        InstanceMetadataClient client = builder(server).build()) {
      SignedIdentityDocument document = client.signedIdentityDocument().orElseThrow();
      assertThat(document.verify(List.of(certificate("aws"))).verified()).isTrue();
      assertThat(document.document()).isEqualTo(DOCUMENT);
      assertThat(document)
          .hasToString("SignedIdentityDocument[document=" + DOCUMENT.length + " bytes]");
      assertThat(client.identitySignatures().rsa2048()).contains("MIAG\nAAA=");
      assertThat(client.identitySignatures().signature()).contains(document.signature());
      assertThat(client.identitySignatures().pkcs7()).isEmpty();
    }
  }

  // Base64 in lines of 64, as the service writes them; without the lines of PEM around it.
  @Test
  void each_signature_is_read_from_its_own_path_as_it_is_served() {
    String identity = "dynamic/instance-identity/";
    String pkcs7 = "MIAGCSqGSIb3DQEHAqCAMIACAQExCzAJBgUrDgMCGgUAMIAGCSqGSIb3DQEHAaCA\nJIAEggHdewog";
    String rsa2048 =
        "MIAGCSqGSIb3DQEHAqCAMIACAQExDzANBglghkgBZQMEAgEFADCABgkqhkiG9w0B\r\nBwGggCSABIIB";
    String dsa2048 = "MIAGCSqGSIb3DQEHAqCAMIACAQExDTALBglghkgBZQMEAgEwgAYJKoZIhvcNAQcB==";
    try (ScriptedMetadataServer server =
            ScriptedMetadataServer.start()
                .serves(identity + "pkcs7", pkcs7 + "\n")
                .serves(identity + "rsa2048", rsa2048)
                .serves(identity + "dsa2048", dsa2048)
                .serves(identity + "signature", "c2lnbmF0dXJl\n");
        InstanceMetadataClient client = builder(server).build()) {
      assertThat(client.identitySignatures())
          .isEqualTo(
              new IdentitySignatures(
                  Optional.of("c2lnbmF0dXJl"),
                  Optional.of(pkcs7),
                  Optional.of(rsa2048),
                  Optional.of(dsa2048)));
      assertThat(client.text(identity + "pkcs7")).contains(pkcs7 + "\n"); // byte for byte
      server.on("GET /latest/" + identity + "pkcs7", ScriptedMetadataServer.status(404, ""));
      assertThat(client.identitySignatures().pkcs7()).isEmpty();
      assertThat(client.identitySignatures().dsa2048()).contains(dsa2048);
    }
  }
}
