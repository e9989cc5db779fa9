package io.github.rolekeeper.imds;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.rolekeeper.testkit.SimulatedAccount;
import io.github.rolekeeper.testkit.SimulatedInstance;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ReadmeTest {
  private static final Path SOURCE =
      Path.of("src/test/java/io/github/rolekeeper/imds/ReadmeTest.java");

  @Test
  @Timeout(120) // against a hang only
  void the_usage_runs() {
    try (SimulatedAccount account = SimulatedAccount.create()) {
      account.createInstanceProfile("web", "web-role");
      SimulatedInstance instance = account.launchInstance("web");
      // The account's server may take more than a second for its first answer in a fresh JVM.
      try (InstanceMetadataClient patient = Clients.builder(instance.metadataEndpoint()).build()) {
        patient.iamInfo();
      }
      // The README's client has the settings of the process: here there are none of the machine's.
      Map<String, String> settings =
          Map.of(
              "aws.disableEc2Metadata", "false",
              "aws.disableEc2MetadataV1", "false",
              "aws.ec2MetadataServiceEndpointMode", "IPv4",
              "aws.ec2MetadataServiceTimeout", "60");
      try (JvmProperties properties = JvmProperties.with(settings)) {
        assertThat(profile(instance.metadataEndpoint())).isEqualTo("profile web");
      }
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
        return failed.describe() + ". " + failed.cure().orElse("");
      }
      return String.valueOf(info.status());
    }
  }

  // end::usage[]

  @Test
  void the_readme_names_every_call() throws IOException {
    String readme = Files.readString(Path.of("README.md"));
    for (Method call : InstanceMetadataClient.class.getDeclaredMethods()) {
      boolean inherited = Set.of("close", "toString").contains(call.getName());
      if (Modifier.isPublic(call.getModifiers()) && !inherited) {
        assertThat(readme).contains(call.getName() + "(");
      }
    }
  }

  @Test
  void every_test_that_the_readme_names_is_there() throws IOException {
    Set<String> named =
        Pattern.compile("`(\\w+Test)`")
            .matcher(Files.readString(Path.of("README.md")))
            .results()
            .map(found -> found.group(1) + ".java")
            .collect(Collectors.toSet());
    try (Stream<Path> tests = Files.walk(Path.of("src/test/java"))) {
      assertThat(tests.map(file -> file.getFileName().toString())).containsAll(named);
    }
    assertThat(named).hasSizeGreaterThan(20);
  }

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
