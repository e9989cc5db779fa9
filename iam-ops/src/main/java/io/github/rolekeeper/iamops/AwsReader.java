package io.github.rolekeeper.iamops;

import io.github.rolekeeper.core.InstanceId;
import io.github.rolekeeper.core.InstanceProfileArn;
import io.github.rolekeeper.core.InstanceProfileId;
import io.github.rolekeeper.imds.InstanceMetadataClient;
import io.github.rolekeeper.imds.InstanceMetadataException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.regions.PartitionMetadata;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.IamInstanceProfile;
import software.amazon.awssdk.services.ec2.model.IamInstanceProfileAssociation;
import software.amazon.awssdk.services.ec2.model.Instance;
import software.amazon.awssdk.services.ec2.model.InstanceMetadataEndpointState;
import software.amazon.awssdk.services.ec2.model.Reservation;
import software.amazon.awssdk.services.ec2.model.StateReason;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.InstanceProfile;
import software.amazon.awssdk.services.iam.model.NoSuchEntityException;
import software.amazon.awssdk.services.iam.model.Role;
import software.amazon.awssdk.services.iam.model.Tag;

/** Reads everything about one instance, and its metadata where it is at hand. */
final class AwsReader {
  /** How much is asked of the role. */
  enum Depth {
    /** Nothing: three API calls. */
    PROFILE,
    /** Whether its sessions were revoked: four. */
    ROLE,
    /** Whether it is still the role of that name, too: five. */
    DEEP
  }

  private static final String SAME_ROLE = "whether role %s is still the one in the profile";

  // While one association replaces another, the one that is coming counts more.
  private static final List<String> IN_FORCE =
      List.of("associated", "associating", "disassociating");

  // "User initiated (2019-05-30 13:23:50 GMT)"; moto writes UTC.
  private static final Pattern STOPPED_AT =
      Pattern.compile("\\((\\d{4}-\\d\\d-\\d\\d) (\\d\\d:\\d\\d:\\d\\d) (?:GMT|UTC)\\)");

  private static final Pattern ACCOUNT = Pattern.compile("arn:[^:]*:iam::([^:]*):");
  private static final Pattern INSTANCE = Pattern.compile("i-[0-9a-f]{8,17}");

  private final Ec2Client ec2;
  private final IamClient iam;
  private final Function<InstanceId, Optional<InstanceMetadataClient>> metadata;
  private final InstantSource clock;
  private final StopHazards hazards;
  private final RolelessProfiles roleless;

  AwsReader(
      Ec2Client ec2,
      IamClient iam,
      Function<InstanceId, Optional<InstanceMetadataClient>> metadata,
      InstantSource clock,
      StopHazards hazards) {
    this.ec2 = ec2;
    this.iam = iam;
    this.metadata = metadata;
    this.clock = clock;
    this.hazards = hazards;
    roleless = new RolelessProfiles(ec2, iam);
  }

  /**
   * Reads.
   *
   * @param wantedProfile the profile to ask IAM for; the associated one where it is empty
   * @param depth what is asked of the role
   */
  InstanceView read(InstanceId id, Optional<String> wantedProfile, Depth depth) {
    InstanceView view = apis(id, wantedProfile, depth, Reads.inTurn());
    return view.withMetadata(view.running() ? metadata(id) : nobodyThere(view.state()));
  }

  /** What DescribeInstances alone tells: whether the instance runs. One API call. */
  InstanceView state(InstanceId id) {
    Reservation reservation = reservation(id);
    Instance instance = instance(reservation);
    String state = state(instance);
    return new InstanceView(
        id,
        account(owner(reservation, Optional.empty())),
        clock.instant(),
        state,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        nobodyThere(state),
        Optional.empty(),
        Optional.empty(),
        true,
        List.of(),
        false,
        StopHazards.group(instance),
        StopHazards.told(instance),
        StopHazards.manager(instance),
        Optional.ofNullable(instance.launchTime()),
        halt(instance),
        InstanceView.Sought.NOTHING);
  }

  private AccountRef account(String owner) {
    Region region = ec2.serviceClientConfiguration().region();
    return new AccountRef(PartitionMetadata.of(region).id(), owner, region.id());
  }

  private static String state(Instance instance) {
    return Answers.needed(
        "DescribeInstances",
        "State.Name",
        instance.state() == null ? null : instance.state().nameAsString());
  }

  /**
   * What the AWS APIs tell, without the metadata.
   *
   * @param executor does at the same time what does not depend on each other
   */
  InstanceView apis(InstanceId id, Optional<String> wantedProfile, Depth depth, Executor executor) {
    try (var reads = new Reads(executor)) {
      return apis(id, wantedProfile, depth, reads);
    }
  }

  private InstanceView apis(
      InstanceId id, Optional<String> wantedProfile, Depth depth, Reads reads) {
    var unreadable = new ArrayList<Unknown>();
    Told told = told(id, depth, reads, unreadable);
    Reservation reservation = told.reservation();
    Optional<InstanceView.Association> association = told.association();
    Instance instance = instance(reservation);
    Optional<String> associated = association.map(each -> each.profileArn().name());
    Optional<String> name = wantedProfile.or(() -> associated);
    int before = unreadable.size();
    Optional<InstanceView.Profile> profile = name.flatMap(each -> profile(each, unreadable));
    boolean profileAnswered = unreadable.size() == before;
    Optional<InstanceView.Beside> associatedProfile =
        depth == Depth.PROFILE
            ? Optional.empty()
            : associated
                .filter(each -> !IamName.same(each, name.orElse("")))
                .flatMap(each -> beside(each, unreadable));
    String owner = owner(reservation, association);
    Optional<InstanceProfileArn> held =
        profile
            .or(() -> associatedProfile.flatMap(InstanceView.Beside::profile))
            .map(InstanceView.Profile::arn);
    held.ifPresent(arn -> sameAccount(association, owner, "GetInstanceProfile", arn.accountId()));
    if (depth != Depth.PROFILE && profileAnswered && association.isPresent() && held.isEmpty()) {
      checkAccountOfIam(association, owner, unreadable);
    }
    Optional<String> role =
        depth == Depth.PROFILE ? Optional.empty() : profile.flatMap(each -> each.roleName());
    String session =
        profile.flatMap(InstanceView.Profile::role).map(each -> each.id() + ":" + id).orElse("");
    FutureTask<Optional<RolePolicies.Revocation>> revoked =
        reads.start(() -> role.map(each -> revocation(each, session)));
    FutureTask<Optional<InstanceView.RoleNow>> now =
        reads.start(() -> depth == Depth.DEEP ? role.map(this::roleNow) : Optional.empty());
    return new InstanceView(
        id,
        account(owner),
        clock.instant(),
        state(instance),
        association,
        name,
        profile,
        associatedProfile,
        MetadataSight.NotAsked.NO_CLIENT,
        cutOff(revoked, role.orElse(""), unreadable),
        comparable(
            profile.flatMap(InstanceView.Profile::role),
            readable(
                now,
                UnknownType.ROLE_ID,
                SAME_ROLE.formatted(role.orElse("")),
                "GetRole",
                unreadable),
            unreadable),
        instance.metadataOptions() == null
            || instance.metadataOptions().httpEndpoint() != InstanceMetadataEndpointState.DISABLED,
        List.copyOf(unreadable),
        profileAnswered,
        StopHazards.group(instance),
        StopHazards.told(instance),
        StopHazards.manager(instance),
        Optional.ofNullable(instance.launchTime()),
        halt(instance),
        InstanceView.Sought.NOTHING);
  }

  /** EC2's two answers. */
  private record Told(Reservation reservation, Optional<InstanceView.Association> association) {
    /** They change one after the other, so that they may differ while something changes. */
    boolean agrees() {
      boolean changing = association.filter(each -> !each.settled()).isPresent();
      return changing
          || association.isPresent() == (instance(reservation).iamInstanceProfile() != null);
    }
  }

  private Told told(InstanceId id, Depth depth, Reads reads, List<Unknown> unreadable) {
    Told first = toldOnce(id, reads, unreadable);
    // Not in the looks of a repair, which are many.
    if (depth == Depth.PROFILE || first.agrees()) {
      return first;
    }
    unreadable.clear();
    Told again = toldOnce(id, reads, unreadable);
    return again.association().isPresent()
        ? again
        : new Told(again.reservation(), toldByInstance(instance(again.reservation()), unreadable));
  }

  private Told toldOnce(InstanceId id, Reads reads, List<Unknown> unreadable) {
    FutureTask<List<IamInstanceProfileAssociation>> listed = reads.start(() -> associations(id));
    Reservation reservation = reservation(id);
    return new Told(reservation, association(id, listed, instance(reservation), unreadable));
  }

  /** The moment stands only in a text, and the code beside it has none. */
  private static InstanceView.Halt halt(Instance instance) {
    String text = instance.stateTransitionReason() == null ? "" : instance.stateTransitionReason();
    return new InstanceView.Halt(
        Optional.ofNullable(instance.stateReason()).map(StateReason::code),
        STOPPED_AT.matcher(text).results().findFirst().flatMap(AwsReader::instant));
  }

  private static Optional<Instant> instant(MatchResult text) {
    try {
      return Optional.of(Instant.parse(text.group(1) + "T" + text.group(2) + "Z"));
    } catch (DateTimeParseException e) {
      // Thirteen o'clock is no moment to compare with.
      return Optional.empty();
    }
  }

  /** An id of a form that AWS does not issue tells no role from another. */
  private static Optional<InstanceView.RoleNow> comparable(
      Optional<InstanceView.Role> held,
      Optional<InstanceView.RoleNow> now,
      List<Unknown> unreadable) {
    Optional<String> one = held.map(InstanceView.Role::id);
    Optional<String> other = now.flatMap(InstanceView.RoleNow::id);
    if (one.isEmpty() || other.isEmpty() || InstanceView.comparableRoles(one.get(), other.get())) {
      return now;
    }
    unreadable.add(
        new Values.Gap(
            UnknownType.ROLE_ID,
            SAME_ROLE.formatted(held.get().name())
                + ", because the id in GetInstanceProfile, "
                + one.get()
                + ", or in GetRole, "
                + other.get()
                + ", has not the form of an id that AWS issues (AROA…)",
            "ids from AWS itself would settle it"));
    return Optional.empty();
  }

  /** Whose the instance is; where DescribeInstances does not say, the profile's ARN does. */
  private static String owner(
      Reservation reservation, Optional<InstanceView.Association> association) {
    String told = reservation.ownerId();
    return told == null
        ? association
            .map(each -> each.profileArn().accountId())
            .orElseGet(() -> Answers.needed("DescribeInstances", "OwnerId", null))
        : told;
  }

  /** Why stopping the instance would do harm: three API calls. */
  List<String> stopHazards(InstanceId id) {
    return hazards.all(instance(reservation(id)));
  }

  /**
   * With the other instances that have a profile, whose role they share; those of this Region, page
   * by page. Whoever may not list them is told so.
   */
  InstanceView withOthers(InstanceView view, InstanceProfileId profile) {
    try {
      return view.withOthers(
          new ProfileReader(ec2, iam)
              .instances(profile).stream().filter(id -> !id.equals(view.instance())).toList());
    } catch (InstanceProfileOpsException e) {
      return view.without(
          unanswered(
              UnknownType.OTHER_INSTANCES,
              "which other instances of this Region are on profile " + profile,
              e,
              "DescribeInstances"));
    }
  }

  /** With the keys of the volumes. Whoever may not list them is told so. */
  InstanceView withVolumeKeys(InstanceView view) {
    try {
      return view.withVolumeKeys(hazards.volumeKeys(view.instance()));
    } catch (InstanceProfileOpsException e) {
      return view.without(
          unanswered(
              UnknownType.VOLUME_ENCRYPTION,
              "whether the volumes of the instance are encrypted with a customer managed key",
              e,
              "DescribeVolumes"));
    }
  }

  private static Instance instance(Reservation reservation) {
    return reservation.instances().get(0);
  }

  /** Whoever may not read one thing can still be told the rest. */
  private static <T> Optional<T> readable(
      FutureTask<Optional<T>> read,
      UnknownType type,
      String what,
      String settling,
      List<Unknown> unreadable) {
    try {
      return Reads.answer(read);
    } catch (InstanceProfileOpsException e) {
      unreadable.add(unanswered(type, what, e, settling));
      return Optional.empty();
    }
  }

  private static Unknown unanswered(
      UnknownType type, String what, InstanceProfileOpsException why, String operation) {
    return new Values.Gap(
        type,
        what + ", because " + why.getMessage(),
        "an answer of AWS to " + operation + " would settle it");
  }

  private static Optional<Instant> cutOff(
      FutureTask<Optional<RolePolicies.Revocation>> revoked,
      String role,
      List<Unknown> unreadable) {
    String what = "whether sessions of role " + role + " were revoked";
    Optional<RolePolicies.Revocation> found =
        readable(revoked, UnknownType.REVOCATION, what, "GetRolePolicy", unreadable);
    if (found.filter(each -> !each.sure()).isPresent()) {
      unreadable.add(
          new Values.Gap(
              UnknownType.REVOCATION,
              what
                  + ", because policy "
                  + RolePolicies.REVOCATION
                  + " has a form or a condition whose effect cannot be told without doubt",
              "look at IAM GetRolePolicy"));
    }
    return found.flatMap(RolePolicies.Revocation::before);
  }

  private Optional<InstanceView.Beside> beside(String name, List<Unknown> unreadable) {
    int before = unreadable.size();
    try {
      Optional<InstanceView.Profile> found = profile(name, unreadable);
      return unreadable.size() == before
          ? Optional.of(new InstanceView.Beside(found))
          : Optional.empty();
    } catch (InstanceProfileOpsException e) {
      // Whoever may not read what is to be left behind can still be told the rest.
      unreadable.add(
          unanswered(
              UnknownType.PROFILE,
              "what IAM has under the name of the associated profile " + name,
              e,
              "GetInstanceProfile"));
      return Optional.empty();
    }
  }

  /** Where IAM has none of the profiles, any other ARN of it tells whose account it is. */
  private void checkAccountOfIam(
      Optional<InstanceView.Association> association, String owner, List<Unknown> unreadable) {
    String why = "its list of roles is empty";
    try {
      List<Role> some = call("ListRoles", () -> iam.listRoles(r -> r.maxItems(1))).roles();
      Matcher arn = ACCOUNT.matcher(some.isEmpty() ? "" : String.valueOf(some.get(0).arn()));
      if (arn.lookingAt()) {
        sameAccount(association, owner, "ListRoles", arn.group(1));
        return;
      }
    } catch (InstanceProfileOpsException e) {
      if (e.kind() == InstanceProfileOpsException.Kind.DIFFERENT_ACCOUNTS) {
        throw e;
      }
      why = String.valueOf(e.getMessage());
    }
    unreadable.add(
        new Values.Gap(
            UnknownType.ACCOUNT,
            "whether the IAM client is of the instance's account, because IAM has no such profile and "
                + why,
            "any ARN of that client that names account "
                + account(association, owner)
                + " would settle it"));
  }

  private static void sameAccount(
      Optional<InstanceView.Association> association,
      String owner,
      String operation,
      String accountOfIam) {
    String accountOfEc2 = account(association, owner);
    if (!accountOfEc2.equals(accountOfIam)) {
      throw new InstanceProfileOpsException(
          InstanceProfileOpsException.Kind.DIFFERENT_ACCOUNTS,
          operation,
          "",
          "the two clients belong to different accounts: the instance is of account "
              + accountOfEc2
              + " by EC2, and IAM answered for account "
              + accountOfIam
              + ", so nothing can be concluded; pass an IAM client of the instance's account",
          null);
    }
  }

  private static String account(Optional<InstanceView.Association> association, String owner) {
    return association.map(each -> each.profileArn().accountId()).orElse(owner);
  }

  String region() {
    return ec2.serviceClientConfiguration().region().id();
  }

  /** Which sessions of a role are revoked for sure; empty if none are. */
  Optional<Instant> revocation(String role) {
    return revocation(role, "").before();
  }

  private RolePolicies.Revocation revocation(String role, String session) {
    return revocationPolicy(role)
        .map(policy -> RolePolicies.revocation(policy, session))
        .orElse(RolePolicies.Revocation.NONE);
  }

  /** Whether the policy with which the console revokes is there, whatever it says. */
  boolean hasRevocation(String role) {
    return revocationPolicy(role).isPresent();
  }

  private Optional<String> revocationPolicy(String role) {
    try {
      return Optional.of(
          Answers.needed(
              "GetRolePolicy",
              "PolicyDocument",
              call(
                      "GetRolePolicy",
                      () ->
                          iam.getRolePolicy(
                              r -> r.roleName(role).policyName(RolePolicies.REVOCATION)))
                  .policyDocument()));
    } catch (InstanceProfileOpsException e) {
      if (e.getCause() instanceof NoSuchEntityException) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** What could make room where there are as many profiles as there may be; in words. */
  String roomForProfiles() {
    return roleless.inWords();
  }

  /** Whether IAM says that there is no such role; false also if it does not answer. */
  boolean knownToBeMissing(String role) {
    try {
      iam.getRole(r -> r.roleName(role));
      return false;
    } catch (NoSuchEntityException e) {
      return true;
    } catch (SdkException e) {
      return false;
    }
  }

  /** What IAM has under the name of a role; empty if it has none, or may not be asked. */
  Optional<InstanceView.Role> role(String name) {
    try {
      Role role = call("GetRole", () -> iam.getRole(r -> r.roleName(name))).role();
      return Optional.of(role("GetRole", Answers.needed("GetRole", "Role", role)));
    } catch (InstanceProfileOpsException e) {
      if (e.transientFailure()) {
        throw e;
      }
      return Optional.empty();
    }
  }

  private static InstanceView.Role role(String operation, Role role) {
    return new InstanceView.Role(
        Answers.needed(operation, "RoleName", role.roleName()),
        Answers.needed(operation, "RoleId", role.roleId()),
        role.assumeRolePolicyDocument() == null ? "" : role.assumeRolePolicyDocument());
  }

  private InstanceView.RoleNow roleNow(String role) {
    try {
      Role now =
          Answers.needed(
              "GetRole", "Role", call("GetRole", () -> iam.getRole(r -> r.roleName(role))).role());
      return new InstanceView.RoleNow(
          Optional.of(Answers.needed("GetRole", "RoleId", now.roleId())));
    } catch (InstanceProfileOpsException e) {
      if (e.getCause() instanceof NoSuchEntityException) {
        return new InstanceView.RoleNow(Optional.empty());
      }
      throw e;
    }
  }

  private static InstanceProfileOpsException unknown(
      InstanceId id, String code, @Nullable Throwable cause) {
    return new InstanceProfileOpsException(
        InstanceProfileOpsException.Kind.NO_SUCH_INSTANCE,
        "DescribeInstances",
        code,
        "EC2 knows no instance "
            + id
            + " in this account and Region; check the id and the client's Region",
        cause);
  }

  private Reservation reservation(InstanceId id) {
    try {
      return call("DescribeInstances", () -> ec2.describeInstances(r -> r.instanceIds(id.value())))
          .reservations()
          .stream()
          .flatMap(each -> only(id, each).stream())
          .findFirst()
          .orElseThrow(() -> unknown(id, "", null));
    } catch (InstanceProfileOpsException e) {
      if (e.code().equals(Optional.of(AwsFailures.NO_SUCH_INSTANCE))) {
        throw unknown(id, AwsFailures.NO_SUCH_INSTANCE, e.getCause());
      }
      throw e;
    }
  }

  /** Look-alikes of AWS may answer for every instance that they have. */
  private static Optional<Reservation> only(InstanceId id, Reservation reservation) {
    return reservation.instances().stream()
        .filter(each -> id.value().equals(each.instanceId()))
        .findFirst()
        .map(each -> reservation.toBuilder().instances(each).build());
  }

  private List<IamInstanceProfileAssociation> associations(InstanceId id) {
    Filter byInstance = Filter.builder().name("instance-id").values(id.value()).build();
    return call(
            "DescribeIamInstanceProfileAssociations",
            () -> ec2.describeIamInstanceProfileAssociations(r -> r.filters(byInstance)))
        .iamInstanceProfileAssociations();
  }

  /** While one association ends and another begins EC2 lists both: the one in force counts. */
  private static Optional<InstanceView.Association> association(
      InstanceId id,
      FutureTask<List<IamInstanceProfileAssociation>> listed,
      Instance instance,
      List<Unknown> unreadable) {
    List<IamInstanceProfileAssociation> found;
    try {
      found = Reads.answer(listed);
    } catch (InstanceProfileOpsException e) {
      if (AwsFailures.unimplemented(e)) {
        unreadable.add(
            unanswered(
                UnknownType.ASSOCIATION,
                "which association is in force",
                e,
                "DescribeIamInstanceProfileAssociations"));
        return toldByInstance(instance, unreadable);
      }
      throw e;
    }
    return found.stream()
        .filter(each -> id.value().equals(each.instanceId()))
        .filter(AwsReader::whole)
        .filter(each -> !"disassociated".equals(each.stateAsString()))
        .sorted(Comparator.comparing(each -> IN_FORCE.indexOf(each.stateAsString())))
        .findFirst()
        .map(
            each ->
                new InstanceView.Association(
                    each.associationId(),
                    each.stateAsString(),
                    Optional.ofNullable(each.timestamp()),
                    Answers.arn(
                        "DescribeIamInstanceProfileAssociations",
                        "IamInstanceProfile.Arn",
                        each.iamInstanceProfile().arn()),
                    better(idOf(each.iamInstanceProfile()), idOf(instance.iamInstanceProfile())),
                    idOf(instance.iamInstanceProfile())));
  }

  /** What an endpoint lists only in part is as if it did not list it. */
  private static boolean whole(IamInstanceProfileAssociation listed) {
    return listed.associationId() != null
        && listed.stateAsString() != null
        && listed.iamInstanceProfile() != null
        && listed.iamInstanceProfile().arn() != null;
  }

  /** The instance's own word, where no association is listed. */
  private static Optional<InstanceView.Association> toldByInstance(
      Instance instance, List<Unknown> unreadable) {
    IamInstanceProfile told = instance.iamInstanceProfile();
    if (told == null) {
      return Optional.empty();
    }
    InstanceProfileArn arn = Answers.arn("DescribeInstances", "IamInstanceProfile.Arn", told.arn());
    unreadable.add(
        new Values.Gap(
            UnknownType.ASSOCIATION,
            "the id of the association, because only DescribeInstances shows one",
            "look again, or look at EC2 DescribeIamInstanceProfileAssociations"));
    return Optional.of(
        new InstanceView.Association(
            "", "associated", Optional.empty(), arn, idOf(told), idOf(told)));
  }

  /**
   * An id of a form that AWS does not issue is no evidence while the other answer has a good one.
   */
  private static InstanceProfileId better(InstanceProfileId listed, InstanceProfileId told) {
    return !listed.issuedByAws() && told.issuedByAws() ? told : listed;
  }

  private static InstanceProfileId idOf(@Nullable IamInstanceProfile profile) {
    return idOf(profile == null ? null : profile.id());
  }

  private static InstanceProfileId idOf(@Nullable String id) {
    return InstanceProfileId.of(id == null || id.isBlank() ? "none" : id);
  }

  private Optional<InstanceView.Profile> profile(String name, List<Unknown> unreadable) {
    try {
      InstanceProfile profile =
          Answers.needed(
              "GetInstanceProfile",
              "InstanceProfile",
              call(
                      "GetInstanceProfile",
                      () -> iam.getInstanceProfile(r -> r.instanceProfileName(name)))
                  .instanceProfile());
      return Optional.of(
          new InstanceView.Profile(
              profile.instanceProfileName() == null ? name : profile.instanceProfileName(),
              Answers.arn("GetInstanceProfile", "Arn", profile.arn()),
              idOf(profile.instanceProfileId()),
              profile.roles().stream().findFirst().map(role -> role("GetInstanceProfile", role)),
              profile.tags().stream().collect(Collectors.toMap(Tag::key, Tag::value))));
    } catch (InstanceProfileOpsException e) {
      if (e.getCause() instanceof NoSuchEntityException) {
        return Optional.empty();
      }
      if (AwsFailures.unimplemented(e)) {
        unreadable.add(
            unanswered(
                UnknownType.PROFILE,
                "what IAM has under the name " + name,
                e,
                "GetInstanceProfile"));
        return Optional.empty();
      }
      throw e;
    }
  }

  /** There is nobody to answer; to ask would only cost the client's time-outs. */
  static MetadataSight nobodyThere(String state) {
    return new MetadataSight.NotAsked("the instance is " + state);
  }

  /** What the metadata of an instance shows, if it is at hand. */
  MetadataSight metadata(InstanceId id) {
    try {
      return metadata
          .apply(id)
          .map(client -> metadata(client, id))
          .orElse(MetadataSight.NotAsked.NO_CLIENT);
    } catch (InstanceMetadataException e) {
      // No answer says nothing of the profile.
      return new MetadataSight.Unreadable(
          "its metadata could not be read: " + String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      // It is the caller's function, and may throw anything.
      return new MetadataSight.Unreadable("no client of its metadata could be had: " + e);
    }
  }

  private static MetadataSight metadata(InstanceMetadataClient client, InstanceId id) {
    // A service that does not know the path is taken at the word of whoever gave the client.
    String whose = client.text("meta-data/instance-id").map(String::strip).orElse(id.value());
    return whose.equals(id.value())
        ? MetadataSight.of(client.iamInfo(), client.credentialsMetadata())
        : new MetadataSight.OfAnotherInstance(
            INSTANCE.matcher(whose).matches() ? whose : "which has an id of no form that EC2 uses");
  }

  private static <T> T call(String operation, Supplier<T> call) {
    try {
      return call.get();
    } catch (SdkException e) {
      throw AwsFailures.explained(operation, e);
    }
  }
}
