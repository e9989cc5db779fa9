package io.github.rolekeeper.imds;

import java.security.cert.X509Certificate;
import java.util.Objects;

/** What became of a verification, see {@link SignedIdentityDocument#verify}. */
public sealed interface IdentityVerification {
  /** Why a document is not verified. */
  enum Reason {
    /** The signature is not Base64. */
    SIGNATURE_UNREADABLE("give the signature as dynamic/instance-identity/signature serves it"),

    /** There was no certificate to compare with. */
    NO_CERTIFICATE("give the RSA certificate that AWS publishes for the Region of the instance"),

    /** No given certificate fits: a changed document, a wrong Region, or somebody else's. */
    NOT_SIGNED_BY_THESE(
        "check that the document is byte for byte as served, and that the RSA certificate of its"
            + " Region is among those given; otherwise do not trust it"),

    /** It is signed, but is no identity document. */
    DOCUMENT_UNREADABLE("check that the certificate is one of AWS's");

    private final String remedy;

    Reason(String remedy) {
      this.remedy = remedy;
    }

    /**
     * What a person can do about it.
     *
     * @return one sentence, without a full stop
     */
    public String remedy() {
      return remedy;
    }
  }

  /**
   * Whether the document is verified.
   *
   * @return true for {@link Verified}
   */
  boolean verified();

  /**
   * The document was signed with a given certificate's key.
   *
   * @param document what it says
   * @param signer the certificate that fits
   */
  record Verified(InstanceIdentityDocument document, X509Certificate signer)
      implements IdentityVerification {
    /**
     * Checks that nothing is null.
     *
     * @param document as above
     * @param signer as above
     */
    public Verified {
      Objects.requireNonNull(document, "document");
      Objects.requireNonNull(signer, "signer");
    }

    @Override
    public boolean verified() {
      return true;
    }
  }

  /**
   * The document is not to be trusted, and so is not shown.
   *
   * @param reason why
   */
  record NotVerified(Reason reason) implements IdentityVerification {
    /**
     * Checks that nothing is null.
     *
     * @param reason as above
     */
    public NotVerified {
      Objects.requireNonNull(reason, "reason");
    }

    @Override
    public boolean verified() {
      return false;
    }
  }
}
