package io.github.rolekeeper.testkit.record;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.rolekeeper.testkit.Referee;
import io.github.rolekeeper.testkit.SimulatedAccount;
import io.github.rolekeeper.testkit.SimulatedInstance;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** boto3 as a referee: another language, another parser, other waiters and paginators. */
class Boto3Test {
  private static final String PYTHON =
      Objects.requireNonNullElse(System.getenv("ROLEKEEPER_PYTHON"), "python3");

  @TempDir private static Path home;

  @BeforeEach
  void needs_boto3() throws Exception {
    new Referee(home)
        .take(
            "boto3",
            List.of(PYTHON, "-c", "import boto3; print(boto3.__version__)"),
            "there is no Python with boto3; install the package python3-boto3");
  }

  @Test
  void pages_associates_waits_and_reads_credentials_as_with_aws() throws Exception {
    try (SimulatedAccount account = SimulatedAccount.builder().pageLimit(2).build()) {
      account.createInstanceProfile("web", "web-role");
      SimulatedInstance instance = account.launchInstance("web");
      Referee.Result result =
          new Referee(home)
              .run(
                  List.of(
                      PYTHON,
                      Path.of(Objects.requireNonNull(getClass().getResource("referee.py")).toURI())
                          .toString(),
                      account.endpoint().toString(),
                      instance.metadataEndpoint().toString(),
                      "ami-any"),
                  Map.of());

      assertThat(result.exit()).as(result.toString()).isZero();
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
}
