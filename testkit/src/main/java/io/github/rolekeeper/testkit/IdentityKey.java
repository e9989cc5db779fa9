package io.github.rolekeeper.testkit;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Objects;

/** A key with which the simulated accounts sign identity documents; the same for all. */
final class IdentityKey {
  private final String algorithm;
  private final PrivateKey key;
  private final X509Certificate certificate;

  private IdentityKey(String algorithm, String prefix) {
    this.algorithm = "SHA256with" + algorithm;
    try {
      String pem = new String(resource(prefix + "key.pem"), StandardCharsets.US_ASCII);
      String encoded =
          pem.substring(pem.indexOf("KEY-----") + "KEY-----".length(), pem.indexOf("-----END"));
      key =
          KeyFactory.getInstance(algorithm)
              .generatePrivate(new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(encoded)));
      certificate =
          (X509Certificate)
              CertificateFactory.getInstance("X.509")
                  .generateCertificate(
                      new ByteArrayInputStream(resource(prefix + "certificate.pem")));
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("the simulator's own key cannot be read", e);
    }
  }

  /** Read when it is first needed: most tests never look at a signature. */
  private static final class Rsa {
    static final IdentityKey SHARED = new IdentityKey("RSA", "");
  }

  private static final class Dsa {
    static final IdentityKey SHARED = new IdentityKey("DSA", "dsa-");
  }

  static IdentityKey rsa() {
    return Rsa.SHARED;
  }

  static IdentityKey dsa() {
    return Dsa.SHARED;
  }

  X509Certificate certificate() {
    return certificate;
  }

  /** The signature in Base64, in lines as in the User Guide's example. */
  String sign(byte[] document) {
    return Base64.getMimeEncoder(76, new byte[] {'\n'}).encodeToString(signature(document));
  }

  /** The document and its signature in one, in Base64, in the lines of PEM without its frame. */
  String pkcs7(byte[] document) {
    return Base64.getMimeEncoder(64, new byte[] {'\n'})
        .encodeToString(SignedData.of(document, certificate, signature(document)));
  }

  private byte[] signature(byte[] document) {
    try {
      Signature signature = Signature.getInstance(algorithm);
      signature.initSign(key);
      signature.update(document);
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java platform has no " + algorithm, e);
    }
  }

  /** The public half as OpenSSH writes it (RFC 4253, section 6.6). */
  String openSsh(String comment) {
    RSAPublicKey rsa = (RSAPublicKey) certificate.getPublicKey();
    var out = new ByteArrayOutputStream();
    field(out, "ssh-rsa".getBytes(StandardCharsets.US_ASCII));
    field(out, rsa.getPublicExponent().toByteArray());
    field(out, rsa.getModulus().toByteArray());
    return "ssh-rsa " + Base64.getEncoder().encodeToString(out.toByteArray()) + " " + comment;
  }

  private static void field(ByteArrayOutputStream out, byte[] value) {
    out.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(value.length).array());
    out.writeBytes(value);
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(
            IdentityKey.class.getResourceAsStream("identity/" + name), "identity/" + name)) {
      return in.readAllBytes();
    }
  }
}
