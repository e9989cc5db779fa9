package io.github.rolekeeper.core;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What the application uses, completed by what the metadata service says of the very same set: its
 * expiration where the SDK tells none, its role, when it was issued, and the signs of a loss. Sets
 * are told apart by their access key id. Of a set that the metadata service was never seen to serve
 * nothing is taken: the application has it from elsewhere. Nothing tells a set that was rotated
 * away before the first look from such a one, so let a tracker look before the application's first
 * use: until the application takes another set, it foretells no loss of that one.
 *
 * <p>A set that the metadata service was seen to serve stays completed after its rotation, since an
 * application may take it late and hold it for hours more: the last eight sets are remembered, and
 * the one in use. If the metadata service does not answer, what it said last stands, and the first
 * failure in a row is logged.
 *
 * <p>While an application that uses the metadata service's credentials uses nothing, and before its
 * first use, what the metadata service serves is what its next use would get. Before the first use
 * there is nothing else to go by, so a metadata service that fails then fails the look.
 *
 * <p>As thread-safe as the two sources.
 */
public final class CompletedSource implements CredentialSource {
  private static final Logger LOG = System.getLogger(CompletedSource.class.getName());

  private final CredentialSource used;
  private final CredentialSource metadata;
  private volatile Known known = Known.NOTHING;
  private volatile boolean failing;

  /**
   * What the metadata service said of what the application uses.
   *
   * @param keyInUse the access key id last used; empty before the first use
   * @param document its metadata; empty if the metadata service was not seen to serve it
   * @param served what the metadata service served, for a key that comes into use later
   * @param answered the sign of loss in its last answer, whosever key that was
   */
  private record Known(
      Optional<String> keyInUse,
      Optional<CredentialMetadata> document,
      ServedDocuments served,
      Optional<LossSignal> answered) {
    static final Known NOTHING =
        new Known(Optional.empty(), Optional.empty(), ServedDocuments.none(), Optional.empty());

    Known using(String accessKeyId) {
      return new Known(
          Optional.of(accessKeyId),
          document.filter(of(accessKeyId)).or(() -> served.of(accessKeyId)),
          served,
          answered);
    }

    Known after(CredentialObservation answer) {
      return new Known(
          keyInUse,
          answer
              .credentials()
              .filter(set -> keyInUse.filter(set.accessKeyId()::equals).isPresent())
              .or(this::document),
          answer.credentials().map(served::with).orElse(served),
          signalOf(answer));
    }

    /** Whether it is known that the application uses other credentials than the instance's. */
    boolean foreign() {
      return keyInUse.isPresent() && document.isEmpty();
    }

    Optional<LossSignal> signal() {
      return document.isPresent() ? answered : Optional.empty();
    }

    CredentialMetadata completed(CredentialMetadata set) {
      return document
          .map(
              found ->
                  new CredentialMetadata(
                      set.roleName().or(found::roleName),
                      set.accessKeyId(),
                      set.lastUpdated().or(found::lastUpdated),
                      later(set, found)))
          .orElse(set);
    }

    private static Predicate<CredentialMetadata> of(String accessKeyId) {
      return set -> set.accessKeyId().equals(accessKeyId);
    }

    // In an outage the metadata service prolongs a set, which one of the two may know first.
    private static Optional<Instant> later(CredentialMetadata set, CredentialMetadata found) {
      return set.expiration()
          .filter(end -> found.expiration().filter(end::isBefore).isEmpty())
          .or(found::expiration);
    }

    private static Optional<LossSignal> signalOf(CredentialObservation answer) {
      return answer.isNone()
          ? answer
              .signal()
              .or(
                  () ->
                      Optional.of(
                          new LossSignal(
                              LossReason.CREDENTIALS_WITHDRAWN,
                              Confidence.MEDIUM,
                              "the metadata service has no credentials any more",
                              Optional.empty())))
          : answer.signal();
    }
  }

  private CompletedSource(CredentialSource used, CredentialSource metadata) {
    this.used = Objects.requireNonNull(used, "used");
    this.metadata = Objects.requireNonNull(metadata, "metadata");
  }

  /**
   * Completes a source.
   *
   * @param used what the application uses, such as a {@code WatchedProvider}
   * @param metadata what the instance's metadata service says, such as {@code
   *     InstanceMetadataClient::observe}; asked at each look
   * @return the source
   */
  public static CompletedSource of(CredentialSource used, CredentialSource metadata) {
    return new CompletedSource(used, metadata);
  }

  /**
   * Looks at both.
   *
   * @return what is used, completed
   * @throws RuntimeException if what the application uses fails, for another reason than that the
   *     metadata service has none, which is no reason where the application was last seen to use
   *     credentials from elsewhere; or if it has used nothing yet and the metadata service fails
   */
  @Override
  public CredentialObservation observe() {
    CredentialObservation seen;
    try {
      seen = used.observe();
    } catch (RuntimeException failure) {
      if (known.foreign()) { // what the metadata service has does not matter to that provider
        throw failure;
      }
      return ask().filter(CredentialObservation::isNone).orElseThrow(() -> failure);
    }
    if (seen.notUsed()) {
      return known.foreign() ? seen : nextUse(seen);
    }
    return seen.credentials().map(set -> inUse(seen, set)).orElse(seen);
  }

  private CredentialObservation inUse(CredentialObservation seen, CredentialMetadata set) {
    known = known.using(set.accessKeyId());
    ask();
    return new CredentialObservation(
        Optional.of(known.completed(set)), seen.signal().or(known::signal));
  }

  private CredentialObservation nextUse(CredentialObservation unused) {
    // Before the first use there is nothing else to go by, so a failure is the tracker's to know.
    boolean neverUsed = known.keyInUse().isEmpty();
    Optional<CredentialObservation> answer = neverUsed ? Optional.of(answer()) : ask();
    if (answer.filter(CredentialObservation::isNone).isPresent()) {
      return answer.get();
    }
    if (neverUsed && answer.get().notApplicable().isPresent()) {
      return answer.get();
    }
    CredentialObservation next =
        answer
            .flatMap(CredentialObservation::credentials)
            .map(CredentialObservation::unused)
            .orElse(unused);
    Optional<LossSignal> signal = neverUsed ? answer.get().signal() : known.signal();
    return signal.map(next::withSignal).orElse(next);
  }

  private CredentialObservation answer() {
    CredentialObservation answer = metadata.observe();
    failing = false;
    known = known.after(answer);
    return answer;
  }

  private Optional<CredentialObservation> ask() {
    try {
      return Optional.of(answer());
    } catch (RuntimeException failure) {
      if (!failing) {
        SafeLog.log(
            LOG,
            Level.WARNING,
            "the metadata service does not complete what is known of the credentials: " + failure,
            null);
      }
      failing = true;
      return Optional.empty();
    }
  }
}
