package io.github.rolekeeper.iamops;

import io.github.rolekeeper.testkit.Timing;
import java.time.Duration;
import software.amazon.awssdk.services.ec2.model.InstanceMetadataEndpointState;

/** The sixteen broken states of the field guide, and how each is brought about. */
enum MatrixState {
  /** Nothing is associated. */
  B1 {
    @Override
    void damage(MatrixAccount account) {
      account.ec2().disassociateIamInstanceProfile(r -> r.associationId(account.association()));
    }
  },
  /** The profile was deleted. */
  B2 {
    @Override
    void damage(MatrixAccount account) {
      account.simulated().deleteInstanceProfile("web");
    }
  },
  /** The profile was deleted and created again. */
  B3 {
    @Override
    void damage(MatrixAccount account) {
      recreate(account);
    }
  },
  /** The profile holds no role. */
  B4 {
    @Override
    void damage(MatrixAccount account) {
      account
          .iam()
          .removeRoleFromInstanceProfile(r -> r.instanceProfileName("web").roleName("web-role"));
    }
  },
  /** IAM and EC2 agree, and the metadata shows no role: the field record's state. */
  B5 {
    @Override
    void damage(MatrixAccount account) {
      recreate(account);
      account.ec2().disassociateIamInstanceProfile(r -> r.associationId(account.association()));
      account
          .ec2()
          .associateIamInstanceProfile(
              r -> r.instanceId(account.id().value()).iamInstanceProfile(p -> p.name("web")));
      // A younger association is left to be followed.
      account.clock().advance(Duration.ofMinutes(3));
    }

    @Override
    boolean freshAssociationShowsNoRole() {
      return true;
    }
  },
  /** The profile holds another role than the wanted one. */
  B6 {
    @Override
    void damage(MatrixAccount account) {
      account.simulated().createInstanceProfile("other", "other-role");
      account
          .iam()
          .removeRoleFromInstanceProfile(r -> r.instanceProfileName("web").roleName("web-role"));
      account
          .iam()
          .addRoleToInstanceProfile(r -> r.instanceProfileName("web").roleName("other-role"));
    }

    @Override
    void want(RepairTarget.Builder target) {
      target.instanceProfile("web-2").role("web-role");
    }
  },
  /** The role was created again under its name, and the profile holds the deleted one. */
  B7 {
    @Override
    void damage(MatrixAccount account) {
      account.holdDeletedRole();
    }

    @Override
    void want(RepairTarget.Builder target) {
      target.role("web-role").allowRoleRemoval();
    }
  },
  /** As B7; other policies may name the old role. */
  B8 {
    @Override
    void damage(MatrixAccount account) {
      account.holdDeletedRole();
    }
  },
  /** EC2 may not assume the role. */
  B9 {
    @Override
    void damage(MatrixAccount account) {
      account
          .iam()
          .updateAssumeRolePolicy(
              r ->
                  r.roleName("web-role")
                      .policyDocument(
                          """
                          {"Version":"2012-10-17","Statement":[{"Effect":"Allow",
                           "Action":"sts:AssumeRole",
                           "Principal":{"Service":"lambda.amazonaws.com"}}]}"""));
    }

    @Override
    void want(RepairTarget.Builder target) {
      target.role("web-role").allowTrustPolicyChange();
    }
  },
  /** The sessions of the role are revoked. */
  B10 {
    @Override
    void damage(MatrixAccount account) {
      account.revokeSessions();
    }
  },
  /** The association is changing. */
  B11 {
    @Override
    void damage(MatrixAccount account) {
      account.simulated().timing(Timing.ASSOCIATION_TRANSITION, Duration.ofMinutes(3));
      account.ec2().disassociateIamInstanceProfile(r -> r.associationId(account.association()));
    }
  },
  /** The running instance is being stopped, the stopped one started. */
  B12 {
    @Override
    void damage(MatrixAccount account) {
      String id = account.id().value();
      if (account.stopped()) {
        account.simulated().timing(Timing.INSTANCE_START, Duration.ofMinutes(1));
        account.ec2().startInstances(r -> r.instanceIds(id));
      } else {
        account.simulated().timing(Timing.INSTANCE_STOP, Duration.ofMinutes(1));
        account.ec2().stopInstances(r -> r.instanceIds(id));
      }
    }
  },
  /** The metadata service is off. */
  B13 {
    @Override
    void damage(MatrixAccount account) {
      account
          .ec2()
          .modifyInstanceMetadataOptions(
              r ->
                  r.instanceId(account.id().value())
                      .httpEndpoint(InstanceMetadataEndpointState.DISABLED));
    }

    @Override
    void want(RepairTarget.Builder target) {
      target.role("web-role").allowMetadataOptionsChange();
    }
  },
  /** Repaired a moment ago, so that a process may not have noticed. */
  B14 {
    @Override
    void damage(MatrixAccount account) {
      account.ec2().disassociateIamInstanceProfile(r -> r.associationId(account.association()));
      account
          .ec2()
          .associateIamInstanceProfile(
              r -> r.instanceId(account.id().value()).iamInstanceProfile(p -> p.name("web")));
    }
  },
  /** The profile was deleted, and the account may have no room for another. */
  B15 {
    @Override
    void damage(MatrixAccount account) {
      account.simulated().deleteInstanceProfile("web");
      account.refuseMoreProfiles();
    }
  },
  /** The profile was deleted and created again under another path. */
  B16 {
    @Override
    void damage(MatrixAccount account) {
      account.simulated().deleteInstanceProfile("web");
      account.iam().createInstanceProfile(r -> r.instanceProfileName("web").path("/elsewhere/"));
      account
          .iam()
          .addRoleToInstanceProfile(r -> r.instanceProfileName("web").roleName("web-role"));
    }
  };

  abstract void damage(MatrixAccount account);

  /** What a person who knows the state asks for, permissions included. */
  void want(RepairTarget.Builder target) {
    target.instanceProfile("web").role("web-role").allowStopStart();
  }

  boolean freshAssociationShowsNoRole() {
    return false;
  }

  private static void recreate(MatrixAccount account) {
    account.simulated().deleteInstanceProfile("web");
    account.simulated().createInstanceProfile("web", "web-role");
  }
}
