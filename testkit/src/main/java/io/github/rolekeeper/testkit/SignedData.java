package io.github.rolekeeper.testkit;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.util.HexFormat;

/**
 * PKCS #7 SignedData (RFC 5652) of one form: the content inside, one signer, SHA-256, and neither
 * certificates nor signed attributes. The JDK can make none by its public classes.
 */
final class SignedData {
  private static final int INTEGER = 0x02;
  private static final int OCTET_STRING = 0x04;
  private static final int SEQUENCE = 0x30;
  private static final int SET = 0x31;
  private static final int EXPLICIT_0 = 0xa0;

  private static final byte[] NULL = {0x05, 0x00};

  // Object identifiers, whole, with tag and length.
  private static final byte[] SIGNED_DATA = bytes("06092a864886f70d010702");
  private static final byte[] DATA = bytes("06092a864886f70d010701");
  private static final byte[] SHA_256 = bytes("0609608648016503040201");
  private static final byte[] RSA = bytes("06092a864886f70d010101");
  private static final byte[] DSA_WITH_SHA_256 = bytes("0609608648016503040302");

  private SignedData() {}

  /** In DER. */
  static byte[] of(byte[] content, X509Certificate signer, byte[] signature) {
    byte[] version = der(INTEGER, new byte[] {1});
    byte[] digest = der(SEQUENCE, SHA_256, NULL);
    byte[] signerInfo =
        der(
            SEQUENCE,
            version,
            der(
                SEQUENCE,
                signer.getIssuerX500Principal().getEncoded(),
                integer(signer.getSerialNumber())),
            digest,
            // DSA's identifiers have no parameters (RFC 5754, section 3.1).
            signer.getPublicKey().getAlgorithm().equals("RSA")
                ? der(SEQUENCE, RSA, NULL)
                : der(SEQUENCE, DSA_WITH_SHA_256),
            der(OCTET_STRING, signature));
    byte[] signedData =
        der(
            SEQUENCE,
            version,
            der(SET, digest),
            der(SEQUENCE, DATA, der(EXPLICIT_0, der(OCTET_STRING, content))),
            der(SET, signerInfo));
    return der(SEQUENCE, SIGNED_DATA, der(EXPLICIT_0, signedData));
  }

  private static byte[] integer(BigInteger value) {
    return der(INTEGER, value.toByteArray());
  }

  private static byte[] der(int tag, byte[]... parts) {
    var content = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      content.writeBytes(part);
    }
    var out = new ByteArrayOutputStream();
    out.write(tag);
    int length = content.size();
    if (length < 0x80) {
      out.write(length);
    } else {
      byte[] digits = BigInteger.valueOf(length).toByteArray();
      int skipped = digits[0] == 0 ? 1 : 0; // the sign, which a length has not
      out.write(0x80 | (digits.length - skipped));
      out.write(digits, skipped, digits.length - skipped);
    }
    out.writeBytes(content.toByteArray());
    return out.toByteArray();
  }

  private static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex);
  }
}
