package io.github.rolekeeper.iamops;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Which role a profile may have held that is lost or empty, with what says so. Only reads. */
final class RoleHints {
  private final AwsReader reader;
  private final RoleHistory history;

  RoleHints(AwsReader reader, RoleHistory history) {
    this.reader = reader;
    this.history = history;
  }

  /** In words, the best first; empty where nothing is known, or nothing is wanted. */
  List<String> about(RepairTarget target, InstanceView view, Optional<JournalEntry> journal) {
    boolean held = view.profile().flatMap(InstanceView.Profile::role).isPresent();
    if (held || target.role().isPresent() || !view.profileAnswered()) {
      return List.of();
    }
    return view.profileName().map(name -> about(name, journal, view.account())).orElse(List.of());
  }

  private List<String> about(String profile, Optional<JournalEntry> journal, AccountRef account) {
    var hints = new ArrayList<String>();
    journal.stream().flatMap(entry -> fromJournal(profile, entry)).forEach(hints::add);
    try {
      history.rolesOf(profile).stream()
          .map(entry -> entry.role() + " (" + entry.source() + ", " + entry.at() + ")")
          .forEach(hints::add);
    } catch (RuntimeException e) {
      hints.add("unknown by the role history, because it failed: " + e.getMessage());
    }
    // The console makes a profile and a role under one name.
    reader
        .role(profile)
        .filter(
            role -> !RolePolicies.trustsEc2(role.trustPolicy(), account).equals(Optional.of(false)))
        .map(role -> role.name() + " (a role of the same name as the profile, by convention)")
        .ifPresent(hints::add);
    return hints;
  }

  private static Stream<String> fromJournal(String profile, JournalEntry entry) {
    Stream<String> prior =
        entry.prior().stream()
            .filter(each -> each.profileArn().endsWith("/" + profile))
            .flatMap(each -> each.role().stream());
    Stream<String> called =
        entry.lastCall().stream()
            .filter(each -> profile.equals(each.parameters().get("InstanceProfileName")))
            .flatMap(each -> Optional.ofNullable(each.parameters().get("RoleName")).stream());
    return Stream.concat(prior, called)
        .distinct()
        .map(role -> role + " (the journal, " + entry.planId() + ", " + entry.at() + ")");
  }
}
