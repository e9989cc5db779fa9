package io.github.rolekeeper.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.rolekeeper.core.awssdk.TrafficInterceptor;
import io.github.rolekeeper.core.awssdk.WatchedProvider;
import io.github.rolekeeper.testkit.SimulatedAccount;
import io.github.rolekeeper.testkit.SimulatedInstance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.InstanceProfileCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

class ReadmeTest {
  private static final Path SOURCE =
      Path.of("src/test/java/io/github/rolekeeper/core/ReadmeTest.java");

  @Test
  void the_usage_runs() {
    // tag::usage[]
    Instant end = Instant.parse("2026-01-01T18:00:00Z");
    CredentialSource source =
        () ->
            CredentialObservation.of(
                new CredentialMetadata(
                    Optional.of("web-role"),
                    "ASIAEXAMPLE7",
                    Optional.of(end.minus(Duration.ofHours(6))),
                    Optional.of(end)));
    CredentialTracker tracker =
        CredentialTracker.builder(source)
            .clock(() -> end.minus(Duration.ofMinutes(30))) // leave it out for the machine's clock
            .listener(event -> System.out.println(event.type() + ": " + event.current().state()))
            .build();

    CredentialSnapshot now = tracker.poll(); // prints OBTAINED: EXPIRING, EXPIRING: EXPIRING
    boolean enough = now.willOutlive(Duration.ofMinutes(20)); // true: 30 minutes are left
    // end::usage[]
    assertThat(now.state()).isEqualTo(CredentialState.EXPIRING);
    assertThat(enough).isTrue();
  }

  @Test
  void the_wiring_with_the_sdk_runs() {
    try (SimulatedAccount account = SimulatedAccount.create()) {
      account.createInstanceProfile("web", "web-role");
      SimulatedInstance instance = account.launchInstance("web");
      AwsCredentialsProvider own =
          InstanceProfileCredentialsProvider.builder()
              .endpoint(instance.metadataEndpoint().toString())
              .build();
      CredentialSource metadata =
          () -> CredentialObservation.of(document(own.resolveCredentials().accessKeyId()));
      S3ClientBuilder builder =
          S3Client.builder()
              .region(Region.US_EAST_1)
              .forcePathStyle(true)
              .endpointOverride(account.endpoint());

      CredentialSnapshot seen = wired(own, metadata, builder);

      assertThat(seen.credentials().orElseThrow().roleName()).contains("web-role");
      assertThat(seen.flags()).isEmpty();
    }
  }

  private static CredentialSnapshot wired(
      AwsCredentialsProvider own, CredentialSource metadata, S3ClientBuilder builder) {
    // tag::wiring[]
    WatchedProvider provider = WatchedProvider.watch(own); // such as a DefaultCredentialsProvider
    CredentialTracker tracker =
        CredentialTracker.builder(CompletedSource.of(provider, metadata)).build();
    TrafficInterceptor interceptor = TrafficInterceptor.reportingTo(tracker::report);
    S3Client s3 =
        builder
            .credentialsProvider(provider)
            .overrideConfiguration(c -> c.addExecutionInterceptor(interceptor))
            .build();
    // end::wiring[]
    try (s3;
        tracker;
        provider) {
      s3.listBuckets();
      return tracker.poll();
    }
  }

  private static CredentialMetadata document(String keyId) {
    return new CredentialMetadata(
        Optional.of("web-role"), keyId, Optional.empty(), Optional.empty());
  }

  @ParameterizedTest
  @ValueSource(strings = {"usage", "wiring"})
  void the_readme_shows_what_runs(String tag) throws IOException {
    String source = Files.readString(SOURCE);
    String begin = "// tag::" + tag + "[]\n";
    String snippet =
        source.substring(
            source.indexOf(begin) + begin.length(), source.indexOf("    // end::" + tag + "[]"));
    assertThat(Files.readString(Path.of("README.md")))
        .contains("```java\n" + snippet.stripTrailing().stripIndent() + "\n```");
  }
}
