package io.github.rolekeeper.testkit;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;

/** {@code iam/…} and {@code identity-credentials/…}. */
final class IamCategories {
  private static final String SINCE = "2012-01-12";
  private static final String DOCUMENTATION =
      "Please see documentation at"
          + " https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_iam-ec2.html"
          + "#troubleshoot_iam-ec2_errors-info-doc.";

  private IamCategories() {}

  static void tell(MetadataTree tree, Instance instance, World world, Instant now) {
    InstanceMetadata metadata = instance.metadata;
    if (metadata.view() != InstanceMetadata.View.NO_PROFILE) {
      tree.put(SINCE, "meta-data/iam/info", () -> info(metadata));
    }
    String directory = "meta-data/iam/security-credentials/";
    String extended = "meta-data/iam/security-credentials-extended/";
    boolean hasExtended = !world.follows(Rule.EXTENDED_CREDENTIALS_ARE_ABSENT);
    Session session = metadata.session(now);
    Role untrusting = metadata.untrusting();
    if (session != null) {
      tree.put(
          SINCE, directory + session.role.name, () -> MetadataJson.write(credentials(session)));
      if (hasExtended) {
        tree.put(
            SINCE,
            extended + session.role.name,
            () -> MetadataJson.write(credentials(session).put("AccountId", world.accountId())));
      }
    } else if (untrusting != null) {
      tree.put(SINCE, directory + untrusting.name, () -> refusal(untrusting, metadata));
      if (hasExtended) {
        tree.put(SINCE, extended + untrusting.name, () -> refusal(untrusting, metadata));
      }
    }
    identity(tree, metadata, world, now);
  }

  private static void identity(
      MetadataTree tree, InstanceMetadata metadata, World world, Instant now) {
    String since = "2018-05-23";
    String directory = "meta-data/identity-credentials/ec2/";
    tree.put(
        since,
        directory + "info",
        () ->
            MetadataJson.write(
                MetadataJson.object()
                    .put("Code", "Success")
                    .put("LastUpdated", MetadataJson.time(metadata.lastUpdated()))
                    .put("AccountId", world.accountId())));
    tree.put(
        since,
        directory + "security-credentials/ec2-instance",
        () -> MetadataJson.write(credentials(metadata.identitySession(now))));
  }

  private static String info(InstanceMetadata metadata) {
    ObjectNode info = MetadataJson.object();
    switch (metadata.view()) {
      case NOT_FOUND -> {
        info.put("Code", "InstanceProfileNotFound");
        info.put(
            "Message",
            "Instance Profile with Id "
                + metadata.profileId()
                + " cannot be found.  "
                + DOCUMENTATION);
        info.put("LastUpdated", MetadataJson.time(metadata.lastUpdated()));
        return MetadataJson.write(info);
      }
      case WITHOUT_ROLE -> {
        info.put("Code", "Success");
        info.put("Message", "Instance Profile does not contain a role. " + DOCUMENTATION);
      }
      case WITH_ROLE, NO_PROFILE -> info.put("Code", "Success");
    }
    info.put("LastUpdated", MetadataJson.time(metadata.lastUpdated()));
    info.put("InstanceProfileArn", metadata.profileArn());
    info.put("InstanceProfileId", metadata.profileId());
    return MetadataJson.write(info);
  }

  private static String refusal(Role role, InstanceMetadata metadata) {
    return MetadataJson.write(
        MetadataJson.object()
            .put("Code", "AssumeRoleUnauthorizedAccess")
            .put("Message", "EC2 cannot assume the role " + role.name + ".  " + DOCUMENTATION)
            .put("LastUpdated", MetadataJson.time(metadata.lastUpdated())));
  }

  private static ObjectNode credentials(Session session) {
    return MetadataJson.object()
        .put("Code", "Success")
        .put("LastUpdated", MetadataJson.time(session.issued))
        .put("Type", "AWS-HMAC")
        .put("AccessKeyId", session.accessKeyId)
        .put("SecretAccessKey", session.secretKey)
        .put("Token", session.token)
        .put("Expiration", MetadataJson.time(session.expiration));
  }
}
