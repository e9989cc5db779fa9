package io.github.rolekeeper.iamops;

/**
 * What a caller must say before a revocation is lifted. AWS advises not to lift it: sessions issued
 * after it are not affected, so nobody needs that (IAM User Guide, Revoke IAM role temporary
 * security credentials).
 */
public enum LiftAcknowledgement {
  /**
   * Every session of the role that was issued before the revocation and has not expired works
   * again, in whoever's hands it is.
   */
  OLD_SESSIONS_WORK_AGAIN
}
