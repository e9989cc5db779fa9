package io.github.rolekeeper.iamops;

import io.github.rolekeeper.core.InstanceId;
import io.github.rolekeeper.imds.InstanceMetadataClient;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.iam.IamClient;

/**
 * Finds out by ids what is wrong between an EC2 instance and its role, and puts it back from a plan
 * that can be read first. Diagnosing and planning only read; only {@code execute} writes, each step
 * once.
 *
 * <p>Thread-safe if the clients are, as those of the AWS SDK and ours are. The clients stay the
 * caller's to close.
 */
public final class InstanceProfileOps {
  private final AwsReader reader;
  private final RepairExecutor executor;

  private InstanceProfileOps(Builder builder) {
    reader = new AwsReader(builder.ec2, builder.iam, builder.metadata, builder.clock);
    executor =
        new RepairExecutor(
            reader, new AwsWriter(builder.ec2, builder.iam), builder.clock, builder.pauser);
  }

  /**
   * Works by the AWS APIs alone, from anywhere.
   *
   * @param ec2 a client for the instance's Region
   * @param iam a client for the instance's account
   * @return the operations
   */
  public static InstanceProfileOps create(Ec2Client ec2, IamClient iam) {
    return builder(ec2, iam).build();
  }

  /**
   * For everything that has a default.
   *
   * @param ec2 a client for the instance's Region
   * @param iam a client for the instance's account
   * @return a builder
   */
  public static Builder builder(Ec2Client ec2, IamClient iam) {
    return new Builder(ec2, iam);
  }

  /**
   * Finds out what is wrong with an instance. Four API calls, and the metadata if a client was
   * given.
   *
   * @param instance the instance
   * @return what was found
   * @throws InstanceProfileOpsException if a call is denied, throttled for too long or not answered
   * @throws IllegalArgumentException if EC2 knows no such instance
   */
  public InstanceDiagnosis diagnose(InstanceId instance) {
    return DiagnosisRules.diagnose(
        reader.read(instance, Optional.empty(), AwsReader.Depth.ROLE), Optional.empty());
  }

  /**
   * Finds out what is wrong with an instance, a role created again under its name included. Five
   * API calls, and the metadata if a client was given.
   *
   * @param target what the instance should have; a role in it is compared with the one that the
   *     profile holds
   * @return what was found
   * @throws InstanceProfileOpsException if a call is denied, throttled for too long or not answered
   * @throws IllegalArgumentException if EC2 knows no such instance
   */
  public InstanceDiagnosis diagnoseDeeply(RepairTarget target) {
    return DiagnosisRules.diagnose(
        reader.read(target.instance(), target.instanceProfile(), AwsReader.Depth.DEEP),
        target.role());
  }

  /**
   * Makes a plan. Only reads.
   *
   * @param target what the instance shall have, and what may be done to get there
   * @return the plan; with obstacles where something must be decided or passed first
   * @throws InstanceProfileOpsException if a call is denied, throttled for too long or not answered
   * @throws IllegalArgumentException if EC2 knows no such instance
   */
  public RepairPlan plan(RepairTarget target) {
    String id = String.format(Locale.ROOT, "plan-%08x", ThreadLocalRandom.current().nextInt());
    return RepairPlanner.plan(
        id, reader.read(target.instance(), target.instanceProfile(), AwsReader.Depth.ROLE), target);
  }

  /**
   * Carries out a plan.
   *
   * @param plan the plan
   * @return what was done and what it came to
   * @throws IllegalArgumentException if the plan has obstacles
   */
  public RepairReport execute(RepairPlan plan) {
    return execute(plan, outcome -> {});
  }

  /**
   * Carries out a plan and tells of each step. Before each step the state is read again: what is
   * done already is not done twice, and a plan that rests on ids that have moved is refused.
   *
   * @param plan the plan
   * @param listener told of each step; what it throws ends the repair between two steps
   * @return what was done and what it came to; a step that failed is an outcome, not an exception
   * @throws IllegalArgumentException if the plan has obstacles
   */
  public RepairReport execute(RepairPlan plan, RepairListener listener) {
    if (!plan.obstacles().isEmpty()) {
      throw new IllegalArgumentException(
          "plan " + plan.id() + " cannot be carried out: " + String.join(" ", plan.obstacles()));
    }
    return executor.execute(plan, Objects.requireNonNull(listener, "listener"));
  }

  /** Builds an {@link InstanceProfileOps}. Not thread-safe. */
  public static final class Builder {
    private final Ec2Client ec2;
    private final IamClient iam;
    private @Nullable InstanceMetadataClient metadata;
    private InstantSource clock = SystemTime.wallClock();
    private Pauser pauser = SystemTime::sleep;

    private Builder(Ec2Client ec2, IamClient iam) {
      this.ec2 = Objects.requireNonNull(ec2, "ec2");
      this.iam = Objects.requireNonNull(iam, "iam");
    }

    /**
     * The instance's own metadata, where the program runs on the instance. It tells when the
     * credentials end, and whether the instance follows a repair.
     *
     * @param client a client of the metadata of the very instance that is diagnosed; by default
     *     none
     * @return this builder
     */
    public Builder metadata(InstanceMetadataClient client) {
      metadata = Objects.requireNonNull(client, "client");
      return this;
    }

    /**
     * What the time is read from.
     *
     * @param source by default the system's clock
     * @return this builder
     */
    public Builder clock(InstantSource source) {
      clock = Objects.requireNonNull(source, "source");
      return this;
    }

    /**
     * How a repair waits.
     *
     * @param how by default it sleeps
     * @return this builder
     */
    public Builder pauser(Pauser how) {
      pauser = Objects.requireNonNull(how, "how");
      return this;
    }

    /**
     * Ends the builder.
     *
     * @return the operations
     */
    public InstanceProfileOps build() {
      return new InstanceProfileOps(this);
    }
  }
}
