package io.github.rolekeeper.imds;

import java.security.GeneralSecurityException;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.Collection;
import java.util.Objects;
import java.util.Optional;

/**
 * The bytes of an identity document with their signature, for one who was sent both and wants to
 * know whether they came from AWS: {@link #verify} needs no network. Immutable.
 *
 * <p>Only the {@code signature} of the service is of this kind, RSA over SHA-256 (EC2 user guide,
 * "Verify the instance identity document using the base64-encoded signature"). The {@code pkcs7}
 * and {@code rsa2048} signatures need a library that reads CMS, such as Bouncy Castle.
 */
public final class SignedIdentityDocument {
  private final byte[] document;
  private final String signature;

  private SignedIdentityDocument(byte[] document, String signature) {
    this.document = document.clone();
    this.signature = signature;
  }

  /**
   * A document and its signature from anywhere.
   *
   * @param document the bytes exactly as {@code dynamic/instance-identity/document} served them: a
   *     single space more or less, and the signature does not fit
   * @param signature what {@code dynamic/instance-identity/signature} served: Base64, line breaks
   *     allowed
   * @return both together; nothing is checked yet
   */
  public static SignedIdentityDocument of(byte[] document, String signature) {
    return new SignedIdentityDocument(document, Objects.requireNonNull(signature, "signature"));
  }

  static Optional<SignedIdentityDocument> read(PathReader paths) {
    return paths
        .document(IdentityDocument.PATH, SignedIdentityDocument::whole)
        .flatMap(
            document ->
                paths
                    .base64(IdentitySignatures.SIGNATURE)
                    .map(signature -> new SignedIdentityDocument(document, signature)));
  }

  /** The same bytes, if they are a document: of a part, no signature would fit. */
  private static byte[] whole(byte[] document) {
    IdentityDocument.parse(document);
    return document;
  }

  /**
   * The bytes that are signed.
   *
   * @return a copy
   */
  public byte[] document() {
    return document.clone();
  }

  /**
   * The signature as it was served.
   *
   * @return Base64
   */
  public String signature() {
    return signature;
  }

  /**
   * Whether the document was signed with the key of one of these certificates. Whose certificates
   * they are is the caller's to know: AWS publishes one for each Region. Their own dates are not
   * looked at, because the one that most Regions shared ran out in 2024 by its dates.
   *
   * @param trusted the certificates for the Regions that are expected
   * @return a verified document, or why it is none
   */
  public IdentityVerification verify(Collection<X509Certificate> trusted) {
    byte[] signed;
    try {
      signed = Base64.getDecoder().decode(signature.replaceAll("\\s", ""));
    } catch (IllegalArgumentException e) {
      return new IdentityVerification.NotVerified(IdentityVerification.Reason.SIGNATURE_UNREADABLE);
    }
    for (X509Certificate certificate : trusted) {
      if (fits(signed, certificate)) {
        return verified(certificate);
      }
    }
    return new IdentityVerification.NotVerified(
        trusted.isEmpty()
            ? IdentityVerification.Reason.NO_CERTIFICATE
            : IdentityVerification.Reason.NOT_SIGNED_BY_THESE);
  }

  private boolean fits(byte[] signed, X509Certificate certificate) {
    try {
      Signature rsa = Signature.getInstance("SHA256withRSA");
      rsa.initVerify(certificate.getPublicKey());
      rsa.update(document);
      return rsa.verify(signed);
    } catch (GeneralSecurityException e) {
      return false; // a key of another kind or length cannot have made this signature
    }
  }

  private IdentityVerification verified(X509Certificate certificate) {
    try {
      return new IdentityVerification.Verified(IdentityDocument.parse(document), certificate);
    } catch (ExchangeFailure e) {
      return new IdentityVerification.NotVerified(IdentityVerification.Reason.DOCUMENT_UNREADABLE);
    }
  }

  /** Only the sizes: the document names the account. */
  @Override
  public String toString() {
    return "SignedIdentityDocument[document=" + document.length + " bytes]";
  }
}
