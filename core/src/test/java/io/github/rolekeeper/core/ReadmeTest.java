package io.github.rolekeeper.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

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
  void the_readme_shows_what_runs() throws IOException {
    String source = Files.readString(SOURCE);
    String usage =
        source.substring(
            source.indexOf("// tag::usage[]\n") + "// tag::usage[]\n".length(),
            source.indexOf("    // end::usage[]"));
    assertThat(Files.readString(Path.of("README.md")))
        .contains("```java\n" + usage.stripTrailing().stripIndent() + "\n```");
  }
}
