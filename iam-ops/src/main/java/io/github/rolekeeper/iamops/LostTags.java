package io.github.rolekeeper.iamops;

import java.util.Optional;

/** The tags of a profile that was deleted under an instance. Only reads. */
final class LostTags {
  private final RoleHistory history;

  LostTags(RoleHistory history) {
    this.history = history;
  }

  /**
   * Looks them up.
   *
   * @return with what says so; empty if they are not known, or not wanted
   * @throws RuntimeException what the history throws
   */
  Optional<RoleHistory.Tags> about(InstanceView view, Optional<JournalEntry> journal) {
    Optional<InstanceView.Association> lost =
        view.association()
            .filter(each -> view.profileAnswered() && view.profile().isEmpty())
            .filter(each -> view.profileName().equals(Optional.of(each.profileArn().name())));
    return lost.flatMap(
        association ->
            journal
                .flatMap(entry -> fromJournal(association, entry))
                .or(() -> history.tagsOf(association.profileArn().name())));
  }

  private static Optional<RoleHistory.Tags> fromJournal(
      InstanceView.Association association, JournalEntry entry) {
    return entry
        .prior()
        .filter(prior -> prior.profileId().equals(association.profileId().value()))
        .filter(prior -> !prior.tags().isEmpty())
        .map(
            prior ->
                new RoleHistory.Tags(
                    prior.tags(), "the journal, " + entry.planId() + ", " + entry.at()));
  }
}
