package io.github.rolekeeper.testkit.record;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.rolekeeper.testkit.SimulatedAccount;
import io.github.rolekeeper.testkit.SimulatedInstance;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** boto3 as a referee: another language, another parser, other waiters and paginators. */
class Boto3Test {
  private static final String PYTHON =
      Objects.requireNonNullElse(System.getenv("ROLEKEEPER_PYTHON"), "python3");

  private record Result(int exit, String output) {}

  @BeforeAll
  static void needs_boto3() throws Exception {
    boolean there;
    try {
      there = run(List.of("-c", "import boto3")).exit() == 0;
    } catch (IOException e) {
      there = false;
    }
    if (!there) {
      String remedy = "there is no Python with boto3; install the package python3-boto3";
      if ("true".equals(System.getenv("ROLEKEEPER_REQUIRE_REFEREES"))) {
        throw new AssertionError(remedy);
      }
      Assumptions.abort(remedy);
    }
  }

  @Test
  void pages_associates_waits_and_reads_credentials_as_with_aws() throws Exception {
    try (SimulatedAccount account = SimulatedAccount.builder().pageLimit(2).build()) {
      account.createInstanceProfile("web", "web-role");
      SimulatedInstance instance = account.launchInstance("web");
      Result result =
          run(
              List.of(
                  Path.of(Objects.requireNonNull(getClass().getResource("referee.py")).toURI())
                      .toString(),
                  account.endpoint().toString(),
                  instance.metadataEndpoint().toString(),
                  "ami-any"));

      assertThat(result.exit()).as(result.output()).isZero();
      JsonNode seen = new ObjectMapper().readTree(result.output());
      assertThat(seen.path("pages").asInt()).isEqualTo(4); // 8 profiles, two a page
      assertThat(texts(seen.path("profiles")))
          .containsExactly("boto-0", "boto-1", "boto-2", "boto-3", "boto-4", "boto-5", "boto-6");
      assertThat(seen.path("associated").asText())
          .isEqualTo("arn:aws:iam::123456789012:instance-profile/boto-0");
      assertThat(seen.path("new_association").asBoolean()).isTrue();
      assertThat(texts(seen.path("described"))).containsExactly(seen.path("id_in_iam").asText());
      assertThat(seen.path("left").asInt()).isZero();
      assertThat(seen.path("conflict").asText()).isEqualTo("DeleteConflict");
      assertThat(seen.path("caller").asText())
          .isEqualTo("arn:aws:sts::123456789012:assumed-role/web-role/" + instance.id());
    }
  }

  private static List<String> texts(JsonNode array) {
    var texts = new ArrayList<String>();
    array.forEach(each -> texts.add(each.asText()));
    return texts;
  }

  private static Result run(List<String> arguments) throws IOException, InterruptedException {
    var line = new ArrayList<String>(List.of(PYTHON));
    line.addAll(arguments);
    var builder = new ProcessBuilder(line).redirectErrorStream(true);
    builder.environment().keySet().removeIf(name -> name.startsWith("AWS_"));
    builder.environment().put("AWS_CONFIG_FILE", "/dev/null");
    builder.environment().put("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
    Process process = builder.start();
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    return new Result(process.waitFor(), output);
  }
}
