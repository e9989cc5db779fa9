package io.github.rolekeeper.testkit;

/**
 * What the simulator claims about AWS and can be read in another way, or is what the field record
 * shows. Each rule can be switched off with {@link SimulatedAccount.Builder#without(Rule)}, to test
 * against the other reading or to see that a test would notice.
 */
public enum Rule {
  /** Session credentials go on working after their instance profile was deleted. */
  SESSION_OUTLIVES_PROFILE(Source.FIELD_RECORD),
  /**
   * The metadata service names the role as long as the session that it last delivered is alive,
   * even if the profile is gone.
   */
  METADATA_NAMES_ROLE_UNTIL_SESSION_ENDS(Source.FIELD_RECORD),
  /** A session ends at its expiration; the metadata service then has no credentials. */
  SESSIONS_EXPIRE(Source.FIELD_RECORD),
  /** Errors of the metadata service are XHTML 1.0 pages, whatever the path; a 403 is empty. */
  METADATA_ERRORS_ARE_XHTML(Source.FIELD_RECORD),
  /** The metadata service answers without a token where {@code HttpTokens} is {@code optional}. */
  METADATA_V1_WHERE_TOKENS_ARE_OPTIONAL(Source.FIELD_RECORD),
  /** The role session of an instance bears the instance's id as its name. */
  SESSION_IS_NAMED_AFTER_INSTANCE(Source.FIELD_RECORD),
  /**
   * A policy with {@code DateLessThan aws:TokenIssueTime} (the console's {@code
   * AWSRevokeOlderSessions}) denies everything to sessions issued before that time.
   */
  REVOCATION_DENIES_OLDER_SESSIONS(Source.FIELD_RECORD),
  /** Deleting that policy makes the same sessions work again. */
  LIFTED_REVOCATION_RESTORES_SESSIONS(Source.FIELD_RECORD),
  /** S3 says {@code Access Denied} and not which policy denied. */
  S3_DENIES_WITHOUT_A_REASON(Source.FIELD_RECORD),
  /** A profile created again under the same name has the same ARN and another id. */
  RECREATED_PROFILE_HAS_NEW_ID(Source.AWS_DOCUMENTATION),
  /** An instance is associated with the id of a profile, not with its name. */
  INSTANCE_REFERS_TO_PROFILE_BY_ID(Source.FIELD_RECORD),
  /**
   * A running instance that is associated with a profile that EC2 has never delivered before sees
   * it without its role until the instance is stopped and started. The record shows the message and
   * that stop and start cured it; that nothing less would have is inferred.
   */
  FRESH_ASSOCIATION_SHOWS_NO_ROLE(Source.INFERENCE),
  /** Stopping and starting an instance renews all that its metadata says of IAM. */
  STOP_START_REFRESHES_METADATA(Source.FIELD_RECORD),
  /**
   * A role that EC2 may no longer assume shows as {@code AssumeRoleUnauthorizedAccess} when the
   * session that was last delivered has ended; without this rule, from the next refresh on.
   */
  UNTRUSTED_ROLE_SHOWS_AT_SESSION_END(Source.INFERENCE),
  /**
   * There is no {@code iam/security-credentials-extended}. The AWS SDKs ask for it before {@code
   * iam/security-credentials}, and nothing documents that the service has it; without this rule it
   * is there, and its documents hold an {@code AccountId} too, as in the SDKs' conformance vectors.
   */
  EXTENDED_CREDENTIALS_ARE_ABSENT(Source.INFERENCE),
  /**
   * {@code iam/info} says {@code InstanceProfileNotFound} from the first refresh after the profile
   * was deleted; without this rule it says {@code Success} until the session ends.
   */
  DELETED_PROFILE_SHOWS_AT_REFRESH(Source.INFERENCE),
  /**
   * While an association of an instance is {@code disassociating}, there can be no other; without
   * this rule the next one begins at once.
   */
  ENDING_ASSOCIATION_BLOCKS_THE_NEXT(Source.INFERENCE),
  /**
   * EC2 refuses to launch or to associate an instance with a profile in which it sees no role.
   * Launches are told to fail so (hashicorp/terraform#4306); that the two association calls do is
   * inferred. Without this rule it takes the profile, and the instance has no credentials.
   */
  PROFILE_WITHOUT_ROLE_IS_REFUSED(Source.INFERENCE),
  /**
   * EC2 says of a new profile that is still on its way from IAM what it says of one that there is
   * not, {@code InvalidParameterValue}; without this rule {@code AssociateIamInstanceProfile} and
   * {@code ReplaceIamInstanceProfileAssociation} answer {@code IncorrectState} with {@code
   * InstanceIdentityProfileNotFound}, as others saw it (hashicorp/terraform-provider-aws#12533).
   */
  PROFILE_ON_ITS_WAY_IS_INVALID(Source.FIELD_REPORT),
  /**
   * The metadata service lists a directory whether or not a slash is at the end of its path;
   * without this rule it redirects to the path with the slash, by a 301 over HTTP/1.0, as was
   * captured for the list of roles (jtblin/kube2iam PR#119).
   */
  DIRECTORIES_NEED_NO_SLASH(Source.FIELD_REPORT),
  /**
   * A metadata endpoint that is switched off answers 403; without this rule it refuses connections.
   */
  DISABLED_METADATA_ANSWERS_403(Source.FIELD_REPORT);

  /** Where a rule comes from. */
  public enum Source {
    /** Seen on a real account, in the record of {@link io.github.rolekeeper.testkit.record}. */
    FIELD_RECORD,
    /** Seen by others on accounts of theirs, and reported in public with what was answered. */
    FIELD_REPORT,
    /** Stated by AWS's documentation. */
    AWS_DOCUMENTATION,
    /** Our reading of both; it may be wrong. */
    INFERENCE
  }

  private final Source source;

  Rule(Source source) {
    this.source = source;
  }

  /**
   * Where the rule comes from.
   *
   * @return the source
   */
  public Source source() {
    return source;
  }
}
