package io.github.rolekeeper.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The signatures of the identity document that hold the document: PKCS #7. */
class IdentitySignaturesTest {
  private static final String IDENTITY = "/latest/dynamic/instance-identity/";

  private final SimulatedAccount account = SimulatedAccount.create();
  private final MetadataReader metadata =
      new MetadataReader(account.launchInstance(InstanceOptions.of()));

  @AfterEach
  void close() {
    account.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"pkcs7", "rsa2048"})
  void the_structure_holds_the_document_and_ends_with_its_signature(String form) throws Exception {
    byte[] structure = Base64.getMimeDecoder().decode(metadata.text(IDENTITY + form));
    byte[] document = metadata.bytes(IDENTITY + "document");

    assertThat(hex(structure)).contains(hex(document));
    // The last OCTET STRING, whose header is two bytes long up to 127 bytes, and then four.
    int length = form.equals("rsa2048") ? 256 : dsaLength(structure);
    byte[] signature = Arrays.copyOfRange(structure, structure.length - length, structure.length);
    assertThat(verified(form, document, signature)).isTrue();
    document[document.length / 2] ^= 1;
    assertThat(verified(form, document, signature)).isFalse();
    certificate(form).checkValidity();
  }

  /** A DSA signature is a SEQUENCE of two numbers, at the end of all. */
  private static int dsaLength(byte[] structure) {
    for (int length = 40; length < 80; length++) { // with a q of 160 to 256 bits
      int start = structure.length - length;
      if (structure[start] == 0x30
          && structure[start + 1] == length - 2
          && structure[start - 2] == 0x04
          && structure[start - 1] == length) {
        return length;
      }
    }
    throw new AssertionError("no signature at the end of " + hex(structure));
  }

  private boolean verified(String form, byte[] document, byte[] signature) throws Exception {
    X509Certificate certificate = certificate(form);
    Signature verifier =
        Signature.getInstance("SHA256with" + certificate.getPublicKey().getAlgorithm());
    verifier.initVerify(certificate);
    verifier.update(document);
    return verifier.verify(signature);
  }

  private X509Certificate certificate(String form) {
    return form.equals("pkcs7") ? account.identityDsaCertificate() : account.identityCertificate();
  }

  @ParameterizedTest
  @ValueSource(strings = {"pkcs7", "rsa2048"})
  void openssl_verifies_it_as_the_user_guide_says(String form, @TempDir Path directory)
      throws Exception {
    String signed = metadata.text(IDENTITY + form);

    assertThat(openSsl(form, signed, certificate(form), directory))
        .contains(metadata.text(IDENTITY + "document"))
        .contains("erification successful");
  }

  @Test
  void openssl_refuses_it_with_the_certificate_of_another_key(@TempDir Path directory)
      throws Exception {
    assertThat(
            openSsl(
                "rsa2048",
                metadata.text(IDENTITY + "rsa2048"),
                account.identityDsaCertificate(),
                directory))
        .doesNotContain("erification successful");
  }

  private static String openSsl(
      String form, String signed, X509Certificate certificate, Path directory) throws Exception {
    Path pkcs7 =
        Files.writeString(
            directory.resolve(form),
            "-----BEGIN PKCS7-----\n" + signed + "\n-----END PKCS7-----\n");
    Path signer =
        Files.writeString(
            directory.resolve("certificate"),
            "-----BEGIN CERTIFICATE-----\n"
                + Base64.getMimeEncoder().encodeToString(certificate.getEncoded())
                + "\n-----END CERTIFICATE-----\n");
    var command =
        new ProcessBuilder(
                "openssl",
                "smime",
                "-verify",
                "-in",
                pkcs7.toString(),
                "-inform",
                "PEM",
                "-certfile",
                signer.toString(),
                "-noverify")
            .redirectErrorStream(true);
    try {
      Process process = command.start();
      process.getOutputStream().close();
      String told = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
      return told.replace("\r\n", "\n"); // S/MIME has its own line ends
    } catch (IOException e) {
      return Assumptions.<String>abort("there is no openssl on the path");
    }
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }
}
