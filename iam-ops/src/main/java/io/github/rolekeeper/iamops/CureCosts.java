package io.github.rolekeeper.iamops;

import java.util.List;
import java.util.stream.Stream;

/** What the cure of a finding costs and needs. Pure. */
final class CureCosts {
  private CureCosts() {}

  static Finding told(Finding finding, InstanceView view) {
    return finding.costing(disruption(finding.type(), view), permissions(finding.type(), view));
  }

  private static String disruption(FindingType type, InstanceView view) {
    return switch (type) {
      case STOPPED_BY_REPAIR,
          INSTANCE_IN_TRANSITION,
          ASSOCIATION_IN_TRANSITION,
          PROFILE_QUOTA_REACHED,
          METADATA_DISABLED,
          NO_ASSOCIATION ->
          "none";
      case PROFILE_DELETED,
          WANTED_PROFILE_MISSING,
          WRONG_PROFILE,
          STALE_PROFILE_ID,
          PROFILE_PATH_CHANGED,
          SESSIONS_REVOKED ->
          associating(view);
      case ROLE_RECREATED ->
          "every instance on this profile is without a role between the two calls; then "
              + associating(view);
      case WRONG_ROLE -> "with a new profile: " + associating(view);
      case PROFILE_WITHOUT_ROLE, TRUST_LACKS_EC2 ->
          "none; the instance may follow only at its next refresh, within an hour";
      case METADATA_LAGS -> "none, unless the instance must be stopped and started";
      case CONSUMERS_MAY_LAG -> "the process restarts";
      case POLICIES_PINNED_TO_OLD_ROLE -> "none on the instance";
    };
  }

  private static String associating(InstanceView view) {
    return view.stopped()
        ? "none while the instance is stopped; it has no association between the two calls"
        : "none documented; credentials that were issued before stay valid until they expire";
  }

  private static List<String> permissions(FindingType type, InstanceView view) {
    return switch (type) {
      case INSTANCE_IN_TRANSITION,
          ASSOCIATION_IN_TRANSITION,
          PROFILE_QUOTA_REACHED,
          CONSUMERS_MAY_LAG,
          POLICIES_PINNED_TO_OLD_ROLE ->
          List.of();
      case STOPPED_BY_REPAIR -> of(RepairAction.START_INSTANCES);
      case NO_ASSOCIATION -> of(RepairAction.ASSOCIATE_IAM_INSTANCE_PROFILE);
      case PROFILE_DELETED, WANTED_PROFILE_MISSING, WRONG_ROLE ->
          and(
              view,
              RepairAction.CREATE_INSTANCE_PROFILE,
              RepairAction.ADD_ROLE_TO_INSTANCE_PROFILE);
      case ROLE_RECREATED ->
          and(
              view,
              RepairAction.REMOVE_ROLE_FROM_INSTANCE_PROFILE,
              RepairAction.ADD_ROLE_TO_INSTANCE_PROFILE);
      case PROFILE_WITHOUT_ROLE -> of(RepairAction.ADD_ROLE_TO_INSTANCE_PROFILE);
      case TRUST_LACKS_EC2 -> of(RepairAction.UPDATE_ASSUME_ROLE_POLICY);
      case METADATA_DISABLED -> of(RepairAction.MODIFY_INSTANCE_METADATA_OPTIONS);
      case WRONG_PROFILE, STALE_PROFILE_ID, PROFILE_PATH_CHANGED, SESSIONS_REVOKED, METADATA_LAGS ->
          and(view);
    };
  }

  /** The calls, and those that associate again. */
  private static List<String> and(InstanceView view, RepairAction... before) {
    Stream<RepairAction> last =
        view.stopped()
            ? Stream.of(
                RepairAction.DISASSOCIATE_IAM_INSTANCE_PROFILE,
                RepairAction.ASSOCIATE_IAM_INSTANCE_PROFILE)
            : Stream.of(RepairAction.REPLACE_IAM_INSTANCE_PROFILE_ASSOCIATION);
    return of(Stream.concat(Stream.of(before), last).toArray(RepairAction[]::new));
  }

  private static List<String> of(RepairAction... actions) {
    return Stream.of(actions).flatMap(each -> each.permissions().stream()).distinct().toList();
  }
}
