package io.github.rolekeeper.examples.doctor;

import io.github.rolekeeper.core.InstanceId;
import io.github.rolekeeper.iamops.Pauser;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Predicate;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;

/**
 * What the program stands in.
 *
 * @param clock what the time is read from
 * @param pauser how it waits
 * @param terminal the person, if there is one
 * @param credentials with which AWS is called
 * @param interrupts that the program shall end
 * @param journal where repairs are written down by default
 * @param ownHost whether the program runs on an instance; empty if the library shall find out
 * @param metadataTimeout how long the metadata may take; tests are patient with a busy machine
 */
record Surroundings(
    InstantSource clock,
    Pauser pauser,
    Terminal terminal,
    AwsCredentialsProvider credentials,
    Interrupts interrupts,
    Path journal,
    Optional<Predicate<InstanceId>> ownHost,
    Duration metadataTimeout) {
  // The service is on the instance itself, and answers within milliseconds if at all.
  private static final Duration METADATA_TIMEOUT = Duration.ofSeconds(2);

  static Surroundings ofProcess() {
    return new Surroundings(
        InstantSource.system(),
        duration -> Thread.sleep(duration.toMillis(), duration.toNanosPart() % 1_000_000),
        new ProcessTerminal(),
        DefaultCredentialsProvider.builder().build(),
        new ProcessInterrupts(),
        Path.of(System.getProperty("user.home"), ".rolekeeper", "journal"),
        Optional.empty(),
        METADATA_TIMEOUT);
  }
}
