package io.github.rolekeeper.iamops;

import io.github.rolekeeper.core.InstanceId;
import io.github.rolekeeper.core.InstanceProfileId;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The facts of each kind of step, and what is read off them. Pure. */
final class Steps {
  private static final String PROFILE_NAME = "InstanceProfileName";
  private static final String ROLE_NAME = "RoleName";
  private static final String SWAPPED_PROFILE_NAME = "IamInstanceProfile.Name";
  private static final String NO_DISRUPTION = "none";
  private static final String NONE_DOCUMENTED =
      "none documented; credentials that were issued before stay valid until they expire";

  private Steps() {}

  /** What every kind tells the rest of this package. */
  interface Facts {
    /** The name of the profile that the call is about; empty if it is about none. */
    default Optional<String> profile() {
      return Optional.empty();
    }

    /** The name of the role that the call is about; empty if it is about none. */
    default Optional<String> role() {
      return Optional.empty();
    }

    /** What must be found beside the parameters, as a plan's JSON has it. */
    default Map<String, String> expects() {
      return Map.of();
    }
  }

  static Facts facts(RepairStep step) {
    return (Facts) step; // Every step is a record of this class.
  }

  /** Whether it gives back what a step before has taken from the instance, or from its profile. */
  static boolean givesBack(RepairStep step) {
    return step.action().gives()
        || (step instanceof RepairStep.AddRoleToInstanceProfile add
            && add.replacedRoleId().isPresent());
  }

  record Create(int number, String instanceProfileName, String path, Map<String, String> tags)
      implements RepairStep.CreateInstanceProfile, Facts {
    // Only AWS's services set those, and IAM refuses them from others (IAM User Guide, tags).
    private static final String RESERVED = "aws:";

    Create {
      var own = new TreeMap<>(tags);
      own.keySet().removeIf(key -> key.startsWith(RESERVED));
      tags = Collections.unmodifiableMap(own);
    }

    @Override
    public RepairAction action() {
      return RepairAction.CREATE_INSTANCE_PROFILE;
    }

    @Override
    public Map<String, String> parameters() {
      var parameters = new LinkedHashMap<String, String>();
      parameters.put(PROFILE_NAME, instanceProfileName);
      parameters.put("Path", path);
      int number = 0;
      for (Map.Entry<String, String> tag : tags.entrySet()) {
        number++;
        parameters.put("Tags.member." + number + ".Key", tag.getKey());
        parameters.put("Tags.member." + number + ".Value", tag.getValue());
      }
      return Collections.unmodifiableMap(parameters);
    }

    @Override
    public List<String> permissions() {
      return tags.isEmpty()
          ? action().permissions()
          : List.of("iam:CreateInstanceProfile", "iam:TagInstanceProfile");
    }

    @Override
    public String why() {
      return "IAM has no instance profile of this name";
    }

    @Override
    public String precondition() {
      return "GetInstanceProfile " + instanceProfileName + " answers NoSuchEntity";
    }

    @Override
    public String postcondition() {
      return "profile " + instanceProfileName + " exists under path " + path + ", with a new id";
    }

    @Override
    public String undo() {
      return "DeleteInstanceProfile " + instanceProfileName;
    }

    @Override
    public String disruption() {
      return NO_DISRUPTION;
    }

    @Override
    public Optional<String> profile() {
      return Optional.of(instanceProfileName);
    }
  }

  record AddRole(
      int number,
      String instanceProfileName,
      String roleName,
      Optional<InstanceProfileId> instanceProfileId,
      Optional<String> roleId,
      Optional<String> replacedRoleId)
      implements RepairStep.AddRoleToInstanceProfile, Facts {
    @Override
    public RepairAction action() {
      return RepairAction.ADD_ROLE_TO_INSTANCE_PROFILE;
    }

    @Override
    public Map<String, String> parameters() {
      return inOrder(PROFILE_NAME, instanceProfileName, ROLE_NAME, roleName);
    }

    @Override
    public String why() {
      return "a profile without a role gives no permissions";
    }

    @Override
    public String precondition() {
      return identified(instanceProfileName, instanceProfileId) + " and holds no role";
    }

    @Override
    public String postcondition() {
      return "profile "
          + instanceProfileName
          + " holds role "
          + roleName
          + roleId.map(id -> " (" + id + ")").orElse("");
    }

    @Override
    public String undo() {
      return "RemoveRoleFromInstanceProfile " + instanceProfileName + " " + roleName;
    }

    @Override
    public String disruption() {
      return replacedRoleId.isEmpty()
          ? NO_DISRUPTION
          : "every instance on profile " + instanceProfileName + " gets role " + roleName;
    }

    @Override
    public Optional<String> profile() {
      return Optional.of(instanceProfileName);
    }

    @Override
    public Optional<String> role() {
      return Optional.of(roleName);
    }

    @Override
    public Map<String, String> expects() {
      Map<String, String> expects = goalExpects(instanceProfileId, roleId);
      replacedRoleId.ifPresent(id -> expects.put("replacedRoleId", id));
      return expects;
    }
  }

  record RemoveRole(
      int number,
      String instanceProfileName,
      String roleName,
      InstanceProfileId instanceProfileId,
      String roleId,
      String nextRoleName)
      implements RepairStep.RemoveRoleFromInstanceProfile, Facts {
    private boolean createdAgain() {
      return IamName.same(nextRoleName, roleName);
    }

    @Override
    public RepairAction action() {
      return RepairAction.REMOVE_ROLE_FROM_INSTANCE_PROFILE;
    }

    @Override
    public Map<String, String> parameters() {
      return inOrder(PROFILE_NAME, instanceProfileName, ROLE_NAME, roleName);
    }

    @Override
    public String why() {
      return createdAgain()
          ? "the profile holds the deleted role " + roleId + ", not the one of that name now"
          : "the profile holds role " + roleName + ", not " + nextRoleName;
    }

    @Override
    public String precondition() {
      return identified(instanceProfileName, Optional.of(instanceProfileId))
          + " and holds role "
          + roleId;
    }

    @Override
    public String postcondition() {
      return "profile " + instanceProfileName + " does not hold " + roleId;
    }

    @Override
    public String undo() {
      return createdAgain()
          ? "not possible: role " + roleId + " was deleted"
          : "AddRoleToInstanceProfile " + instanceProfileName + " " + roleName;
    }

    @Override
    public String disruption() {
      return "EVERY INSTANCE ON PROFILE "
          + instanceProfileName
          + " IS WITHOUT A ROLE until the next step; credentials that were issued before stay"
          + " valid until they expire";
    }

    @Override
    public Optional<String> profile() {
      return Optional.of(instanceProfileName);
    }

    @Override
    public Optional<String> role() {
      return Optional.of(roleName);
    }

    @Override
    public Map<String, String> expects() {
      return inOrder(
          "instanceProfileId",
          instanceProfileId.value(),
          "roleId",
          roleId,
          "nextRoleName",
          nextRoleName);
    }
  }

  record UpdateTrust(
      int number,
      String roleName,
      String roleId,
      String policyDocument,
      String replacedPolicyDocument)
      implements RepairStep.UpdateAssumeRolePolicy, Facts {
    @Override
    public RepairAction action() {
      return RepairAction.UPDATE_ASSUME_ROLE_POLICY;
    }

    @Override
    public Map<String, String> parameters() {
      return inOrder(ROLE_NAME, roleName, "PolicyDocument", policyDocument);
    }

    @Override
    public String why() {
      return "a role that EC2 may not assume gives no credentials";
    }

    @Override
    public String precondition() {
      return "the profile holds " + roleId + ", and its trust policy is still the one shown below";
    }

    @Override
    public String postcondition() {
      return roleId + " lets EC2 assume it";
    }

    @Override
    public String undo() {
      return "UpdateAssumeRolePolicy with the policy as it was";
    }

    @Override
    public String disruption() {
      return NO_DISRUPTION + "; the instance follows at its next refresh, within an hour";
    }

    @Override
    public Optional<String> role() {
      return Optional.of(roleName);
    }

    @Override
    public Map<String, String> expects() {
      return inOrder("roleId", roleId, "replacedPolicyDocument", replacedPolicyDocument);
    }
  }

  record SwitchMetadataOn(int number, InstanceId instance)
      implements RepairStep.ModifyInstanceMetadataOptions, Facts {
    @Override
    public RepairAction action() {
      return RepairAction.MODIFY_INSTANCE_METADATA_OPTIONS;
    }

    @Override
    public Map<String, String> parameters() {
      return inOrder("InstanceId", instance.value(), "HttpEndpoint", "enabled");
    }

    @Override
    public String why() {
      return "without its metadata service nothing on the instance gets credentials";
    }

    @Override
    public String precondition() {
      return "the metadata service of " + instance + " is off";
    }

    @Override
    public String postcondition() {
      return "it is on; its other options are as they were";
    }

    @Override
    public String undo() {
      return "ModifyInstanceMetadataOptions with HttpEndpoint=disabled";
    }

    @Override
    public String disruption() {
      return NO_DISRUPTION;
    }
  }

  record Replace(
      int number,
      String associationId,
      InstanceProfileId associatedProfileId,
      Optional<String> associatedProfileName,
      String instanceProfileName,
      Optional<InstanceProfileId> instanceProfileId,
      Optional<String> roleId)
      implements RepairStep.ReplaceIamInstanceProfileAssociation, Facts {
    /** The same call on the association that the one before has made. */
    Replace of(String association) {
      return new Replace(
          number,
          association,
          associatedProfileId,
          associatedProfileName,
          instanceProfileName,
          instanceProfileId,
          roleId);
    }

    @Override
    public RepairAction action() {
      return RepairAction.REPLACE_IAM_INSTANCE_PROFILE_ASSOCIATION;
    }

    @Override
    public Map<String, String> parameters() {
      return inOrder("AssociationId", associationId, SWAPPED_PROFILE_NAME, instanceProfileName);
    }

    @Override
    public String why() {
      return instanceProfileId.equals(Optional.of(associatedProfileId))
          ? "the instance's metadata then need not wait for its next refresh"
          : "the instance refers to " + associatedProfileId + ", not to " + told(instanceProfileId);
    }

    @Override
    public String precondition() {
      return inForce(associationId, associatedProfileId)
          + "; "
          + whole(instanceProfileName, instanceProfileId, roleId);
    }

    @Override
    public String postcondition() {
      return "the instance refers to " + told(instanceProfileId);
    }

    @Override
    public String undo() {
      return instanceProfileId.equals(Optional.of(associatedProfileId))
          ? "not needed: it is the same profile"
          : back(
              "ReplaceIamInstanceProfileAssociation of the association that is in force then",
              associatedProfileName,
              associatedProfileId,
              "; if the instance is stopped by then, DisassociateIamInstanceProfile and"
                  + " AssociateIamInstanceProfile instead");
    }

    @Override
    public String disruption() {
      return NONE_DOCUMENTED;
    }

    @Override
    public Optional<String> profile() {
      return Optional.of(instanceProfileName);
    }

    @Override
    public Map<String, String> expects() {
      Map<String, String> expects = goalExpects(instanceProfileId, roleId);
      expects.put("associatedProfileId", associatedProfileId.value());
      associatedProfileName.ifPresent(name -> expects.put("associatedProfileName", name));
      return expects;
    }
  }

  record Disassociate(
      int number,
      String associationId,
      InstanceProfileId associatedProfileId,
      Optional<String> associatedProfileName,
      String nextInstanceProfileName,
      Optional<InstanceProfileId> instanceProfileId,
      Optional<String> roleId)
      implements RepairStep.DisassociateIamInstanceProfile, Facts {
    @Override
    public RepairAction action() {
      return RepairAction.DISASSOCIATE_IAM_INSTANCE_PROFILE;
    }

    @Override
    public Map<String, String> parameters() {
      return inOrder("AssociationId", associationId);
    }

    @Override
    public String why() {
      return "the association of a stopped instance cannot be replaced, only ended and made again";
    }

    @Override
    public String precondition() {
      return inForce(associationId, associatedProfileId)
          + "; "
          + whole(nextInstanceProfileName, instanceProfileId, roleId);
    }

    @Override
    public String postcondition() {
      return "the instance has no association";
    }

    @Override
    public String undo() {
      return back("AssociateIamInstanceProfile", associatedProfileName, associatedProfileId, "");
    }

    @Override
    public String disruption() {
      return "none while the instance is stopped";
    }

    @Override
    public Optional<String> profile() {
      return Optional.of(nextInstanceProfileName);
    }

    @Override
    public Map<String, String> expects() {
      Map<String, String> expects = goalExpects(instanceProfileId, roleId);
      expects.put("associatedProfileId", associatedProfileId.value());
      associatedProfileName.ifPresent(name -> expects.put("associatedProfileName", name));
      expects.put("nextInstanceProfileName", nextInstanceProfileName);
      return expects;
    }
  }

  record Associate(
      int number,
      InstanceId instance,
      String instanceProfileName,
      Optional<InstanceProfileId> instanceProfileId,
      Optional<String> roleId)
      implements RepairStep.AssociateIamInstanceProfile, Facts {
    @Override
    public RepairAction action() {
      return RepairAction.ASSOCIATE_IAM_INSTANCE_PROFILE;
    }

    @Override
    public Map<String, String> parameters() {
      return inOrder("InstanceId", instance.value(), SWAPPED_PROFILE_NAME, instanceProfileName);
    }

    @Override
    public String why() {
      return "the instance needs a profile to have a role";
    }

    @Override
    public String precondition() {
      return "the instance has no association; "
          + whole(instanceProfileName, instanceProfileId, roleId);
    }

    @Override
    public String postcondition() {
      return "the instance refers to " + told(instanceProfileId);
    }

    @Override
    public String undo() {
      return "DisassociateIamInstanceProfile";
    }

    @Override
    public String disruption() {
      return NO_DISRUPTION;
    }

    @Override
    public Optional<String> profile() {
      return Optional.of(instanceProfileName);
    }

    @Override
    public Map<String, String> expects() {
      return goalExpects(instanceProfileId, roleId);
    }
  }

  record Stop(int number, InstanceId instance) implements RepairStep.StopInstances, Facts {
    @Override
    public RepairAction action() {
      return RepairAction.STOP_INSTANCES;
    }

    @Override
    public Map<String, String> parameters() {
      return inOrder("InstanceId.1", instance.value());
    }

    @Override
    public String why() {
      return "starting an instance renews what its metadata says of IAM; a reboot does not";
    }

    @Override
    public String precondition() {
      return "the metadata has not followed within "
          + StepRunner.METADATA_PATIENCE.toMinutes()
          + " minutes";
    }

    @Override
    public String postcondition() {
      return "the instance is stopped";
    }

    @Override
    public String undo() {
      return "StartInstances, the next step";
    }

    @Override
    public String disruption() {
      return "THE INSTANCE IS DOWN until it is started; its memory is lost";
    }
  }

  record Start(int number, InstanceId instance) implements RepairStep.StartInstances, Facts {
    @Override
    public RepairAction action() {
      return RepairAction.START_INSTANCES;
    }

    @Override
    public Map<String, String> parameters() {
      return inOrder("InstanceId.1", instance.value());
    }

    @Override
    public String why() {
      return "what a repair has stopped, a repair starts";
    }

    @Override
    public String precondition() {
      return "the instance was stopped by this repair, or by one before, as the journal says";
    }

    @Override
    public String postcondition() {
      return "the instance runs and its metadata shows the role";
    }

    @Override
    public String undo() {
      return "not needed";
    }

    @Override
    public String disruption() {
      return "boot time; may fail for want of capacity";
    }
  }

  private static String identified(String name, Optional<InstanceProfileId> id) {
    return "profile "
        + name
        + " is "
        + id.map(InstanceProfileId::value).orElse("the one just made");
  }

  private static String whole(
      String name, Optional<InstanceProfileId> id, Optional<String> roleId) {
    return identified(name, id)
        + " and holds "
        + roleId.map(each -> "role " + each).orElse("a role");
  }

  private static String told(Optional<InstanceProfileId> id) {
    return id.map(InstanceProfileId::value).orElse("the id of the new profile");
  }

  private static String inForce(String association, InstanceProfileId profile) {
    return association + " is in force and refers to " + profile;
  }

  /** Names are given to new profiles, too, so that the id is told with it. */
  private static String back(
      String call, Optional<String> name, InstanceProfileId id, String otherwise) {
    return name.map(each -> call + " with profile " + each + ", while that is " + id + otherwise)
        .orElse("not possible: IAM has no profile " + id + " any more");
  }

  private static Map<String, String> goalExpects(
      Optional<InstanceProfileId> profile, Optional<String> role) {
    var expects = new LinkedHashMap<String, String>();
    profile.ifPresent(id -> expects.put("instanceProfileId", id.value()));
    role.ifPresent(id -> expects.put("roleId", id));
    return expects;
  }

  private static Map<String, String> inOrder(String... namesAndValues) {
    var map = new LinkedHashMap<String, String>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      map.put(namesAndValues[i], namesAndValues[i + 1]);
    }
    return Collections.unmodifiableMap(map);
  }
}
