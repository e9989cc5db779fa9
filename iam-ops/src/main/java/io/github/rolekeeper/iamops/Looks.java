package io.github.rolekeeper.iamops;

import io.github.rolekeeper.core.InstanceId;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;

/**
 * Looks at one instance until a deadline, at what does not depend on each other at the same time.
 */
final class Looks {
  private final AwsReader reader;
  private final Duration limit;
  private final Executor executor;
  private final Deadline deadline;

  Looks(AwsReader reader, Duration limit, Executor executor) {
    this.reader = reader;
    this.limit = limit;
    this.executor = executor;
    deadline = new Deadline(limit, executor);
  }

  Deadline.Running begin(String what) {
    return deadline.begin(what);
  }

  /** For a diagnosis: what takes no longer than its slowest answers. */
  InstanceView atOnce(InstanceId id, Optional<String> wantedProfile, AwsReader.Depth depth) {
    try (Deadline.Running time = begin("diagnosis of " + id)) {
      // First, so that where one thread only is free it is not the metadata that takes it.
      FutureTask<InstanceView> apis =
          time.start(() -> reader.apis(id, wantedProfile, depth, executor));
      FutureTask<MetadataSight> metadata = time.start(() -> reader.metadata(id));
      InstanceView view = time.get(apis);
      return seen(view, Optional.of(metadata), 1, time);
    }
  }

  /** For a plan, call by call. */
  InstanceView inTurn(RepairTarget target, Deadline.Running time) {
    InstanceView view =
        time.get(
            () ->
                reader.apis(
                    target.instance(),
                    target.instanceProfile(),
                    AwsReader.Depth.DEEP,
                    Reads.inTurn()));
    Optional<FutureTask<MetadataSight>> metadata =
        view.running()
            ? Optional.of(time.start(() -> reader.metadata(target.instance())))
            : Optional.empty();
    // Half, so that the calls which a plan makes afterwards have the other.
    return seen(view, metadata, 2, time);
  }

  private InstanceView seen(
      InstanceView view,
      Optional<FutureTask<MetadataSight>> metadata,
      int share,
      Deadline.Running time) {
    // A metadata service that is slow is unknown, and no reason to tell nothing.
    return view.withMetadata(
        metadata
            .filter(each -> view.running())
            .map(each -> time.getOr(each, share, this::notInTime))
            .orElseGet(() -> AwsReader.nobodyThere(view.state())));
  }

  private MetadataSight notInTime() {
    return new MetadataSight.Unreadable(
        "its metadata service did not answer: no answer in the time that the deadline of "
            + limit.toMillis()
            + " ms leaves; pass a shorter time-out to its client, or a longer deadline(…)");
  }
}
