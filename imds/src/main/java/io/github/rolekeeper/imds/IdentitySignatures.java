package io.github.rolekeeper.imds;

import java.util.Objects;
import java.util.Optional;

/**
 * The signatures of the identity document, as served: Base64 without PEM lines around it. Only
 * {@link #signature} can be checked with the JDK alone, see {@link SignedIdentityDocument}; the
 * others are PKCS7 structures, for a library that reads CMS.
 *
 * @param signature RSA over SHA-256, made with the RSA certificate of the Region
 * @param pkcs7 PKCS7, made with the DSA certificate of the Region
 * @param rsa2048 PKCS7, made with the RSA-2048 certificate of the Region
 * @param dsa2048 PKCS7, listed by the service without documentation
 */
public record IdentitySignatures(
    Optional<String> signature,
    Optional<String> pkcs7,
    Optional<String> rsa2048,
    Optional<String> dsa2048) {
  private static final String IDENTITY = "dynamic/instance-identity/";
  static final String SIGNATURE = IDENTITY + "signature";

  /**
   * Checks that nothing is null.
   *
   * @param signature as above
   * @param pkcs7 as above
   * @param rsa2048 as above
   * @param dsa2048 as above
   */
  public IdentitySignatures {
    Objects.requireNonNull(signature, "signature");
    Objects.requireNonNull(pkcs7, "pkcs7");
    Objects.requireNonNull(rsa2048, "rsa2048");
    Objects.requireNonNull(dsa2048, "dsa2048");
  }

  static IdentitySignatures read(PathReader paths) {
    return new IdentitySignatures(
        paths.base64(SIGNATURE),
        paths.base64(IDENTITY + "pkcs7"),
        paths.base64(IDENTITY + "rsa2048"),
        paths.base64(IDENTITY + "dsa2048"));
  }
}
