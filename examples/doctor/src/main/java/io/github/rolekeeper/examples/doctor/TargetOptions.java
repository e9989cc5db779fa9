package io.github.rolekeeper.examples.doctor;

import io.github.rolekeeper.core.InstanceId;
import io.github.rolekeeper.iamops.RepairTarget;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The instance, and what it shall have. */
final class TargetOptions {
  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec command;

  @Parameters(paramLabel = "INSTANCE-ID", description = "Such as i-0123456789abcdef0.")
  private @Nullable String instance;

  @Option(
      names = "--profile",
      paramLabel = "NAME",
      description =
          "Instance profile that the instance shall have; by default the one it refers to.")
  private @Nullable String profile;

  @Option(
      names = "--role",
      paramLabel = "NAME",
      description =
          "Role that the profile shall hold; by default the one it holds. Needed where the profile"
              + " is gone or empty.")
  private @Nullable String role;

  InstanceId instance() {
    try {
      return InstanceId.of(instance == null ? "" : instance);
    } catch (IllegalArgumentException e) {
      throw wrong(e);
    }
  }

  Optional<String> role() {
    return Optional.ofNullable(role);
  }

  boolean wanted() {
    return profile != null || role != null;
  }

  RepairTarget target(Allowances allowances) {
    RepairTarget.Builder builder = RepairTarget.forInstance(instance());
    if (profile != null) {
      builder.instanceProfile(profile);
    }
    if (role != null) {
      builder.role(role);
    }
    allowances.applyTo(builder);
    try {
      return builder.build();
    } catch (IllegalArgumentException e) {
      throw wrong(e);
    }
  }

  private ParameterException wrong(IllegalArgumentException cause) {
    if (command == null) {
      throw new IllegalStateException("used before the command line was read", cause);
    }
    return new ParameterException(command.commandLine(), String.valueOf(cause.getMessage()), cause);
  }
}
