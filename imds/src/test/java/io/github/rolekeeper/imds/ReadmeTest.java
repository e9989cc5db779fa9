package io.github.rolekeeper.imds;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.rolekeeper.testkit.SimulatedAccount;
import io.github.rolekeeper.testkit.SimulatedInstance;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ReadmeTest {
  private static final Path SOURCE =
      Path.of("src/test/java/io/github/rolekeeper/imds/ReadmeTest.java");

  @Test
  void the_usage_runs() {
    try (SimulatedAccount account = SimulatedAccount.create()) {
      account.createInstanceProfile("web", "web-role");
      SimulatedInstance instance = account.launchInstance("web");
      assertThat(profile(instance.metadataEndpoint())).isEqualTo("profile web");
    }
  }

  // tag::usage[]
  static String profile(URI endpoint) {
    try (InstanceMetadataClient client =
        InstanceMetadataClient.builder().endpoint(endpoint).build()) {
      IamInfo info = client.iamInfo();
      if (info instanceof IamInfo.Associated associated) {
        return "profile " + associated.arn().name();
      }
      if (info instanceof IamInfo.Failed failed) {
        return failed.code() + ". " + failed.cure().orElse("");
      }
      return String.valueOf(info.status());
    }
  }

  // end::usage[]

  @Test
  void the_readme_shows_what_runs() throws IOException {
    String source = Files.readString(SOURCE);
    String usage =
        source.substring(
            source.indexOf("// tag::usage[]\n") + "// tag::usage[]\n".length(),
            source.indexOf("\n  // end::usage[]"));
    assertThat(Files.readString(Path.of("README.md")))
        .contains("```java\n" + usage.stripTrailing().stripIndent() + "\n```");
  }
}
