package io.github.rolekeeper.testkit.record;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.rolekeeper.testkit.Rule;
import io.github.rolekeeper.testkit.record.OperatorShell.Exchange;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class FieldRecordTest {
  private static final String XHTML_404 = "<title>404 - Not Found</title>";

  /** What each row must show on the wire itself, beside the text that a command prints of it. */
  private static final Map<Integer, Consumer<List<Exchange>>> ON_THE_WIRE =
      Map.ofEntries(
          Map.entry(1, wire -> answered(wire, 200, "<InstanceProfileId>AIPA")),
          Map.entry(2, wire -> answered(wire, 200, "<ListAllMyBucketsResult")),
          Map.entry(3, wire -> answered(wire, 200, "role-name")),
          Map.entry(4, wire -> answered(wire, 200, ":assumed-role/role-name/i-")),
          Map.entry(5, wire -> answered(wire, 200, "\"Code\" : \"Success\"")),
          Map.entry(6, wire -> answered(wire, 200, "<InstanceProfiles></InstanceProfiles>")),
          Map.entry(7, wire -> assertThat(wire).allMatch(exchange -> exchange.status() == 200)),
          Map.entry(8, wire -> answered(wire, 403, "<Code>AccessDenied</Code>")),
          Map.entry(9, wire -> answered(wire, 200, "<ListAllMyBucketsResult")),
          Map.entry(10, wire -> answered(wire, 404, XHTML_404)),
          Map.entry(11, wire -> answered(wire, 404, XHTML_404)),
          Map.entry(12, wire -> answered(wire, 404, XHTML_404)),
          Map.entry(13, wire -> answered(wire, 200, "<InstanceProfileId>AIPA")),
          Map.entry(14, wire -> answered(wire, 200, "<state>associated</state>")),
          Map.entry(15, wire -> answered(wire, 200, "does not contain a role")),
          Map.entry(16, wire -> answered(wire, 200, "\"LastUpdated\" : \"2023-03-09T07:52:06Z\"")));

  /** The rows that differ from the record when a rule is switched off. */
  private static final Map<Rule, Set<Integer>> ROWS_THAT_NEED =
      Map.ofEntries(
          Map.entry(Rule.SESSION_OUTLIVES_PROFILE, Set.of(7, 8, 9)),
          Map.entry(Rule.METADATA_NAMES_ROLE_UNTIL_SESSION_ENDS, Set.of(7, 8, 9)),
          Map.entry(Rule.SESSIONS_EXPIRE, Set.of(10, 11, 12)),
          Map.entry(Rule.METADATA_ERRORS_ARE_XHTML, Set.of(11)),
          Map.entry(
              Rule.METADATA_V1_WHERE_TOKENS_ARE_OPTIONAL, Set.of(2, 3, 4, 5, 7, 8, 9, 11, 15, 16)),
          Map.entry(Rule.SESSION_IS_NAMED_AFTER_INSTANCE, Set.of(4, 7)),
          Map.entry(Rule.REVOCATION_DENIES_OLDER_SESSIONS, Set.of(8)),
          Map.entry(Rule.LIFTED_REVOCATION_RESTORES_SESSIONS, Set.of(9)),
          Map.entry(Rule.S3_DENIES_WITHOUT_A_REASON, Set.of(8)),
          Map.entry(Rule.RECREATED_PROFILE_HAS_NEW_ID, Set.of(13, 15)),
          Map.entry(Rule.INSTANCE_REFERS_TO_PROFILE_BY_ID, Set.of(14, 15)),
          Map.entry(Rule.FRESH_ASSOCIATION_SHOWS_NO_ROLE, Set.of(15)),
          Map.entry(Rule.STOP_START_REFRESHES_METADATA, Set.of(16)),
          // Of these the record shows nothing.
          Map.entry(Rule.UNTRUSTED_ROLE_SHOWS_AT_SESSION_END, Set.of()),
          Map.entry(Rule.EXTENDED_CREDENTIALS_ARE_ABSENT, Set.of()),
          Map.entry(Rule.DELETED_PROFILE_SHOWS_AT_REFRESH, Set.of()),
          Map.entry(Rule.ENDING_ASSOCIATION_BLOCKS_THE_NEXT, Set.of()),
          Map.entry(Rule.PROFILE_WITHOUT_ROLE_IS_REFUSED, Set.of()),
          Map.entry(Rule.PROFILE_ON_ITS_WAY_IS_INVALID, Set.of()),
          Map.entry(Rule.DIRECTORIES_NEED_NO_SLASH, Set.of()),
          Map.entry(Rule.DISABLED_METADATA_ANSWERS_403, Set.of()));

  private static StoryReplay replay;

  @BeforeAll
  static void play() {
    replay = StoryReplay.play(Duration.ofHours(6));
  }

  static IntStream rows() {
    return IntStream.rangeClosed(1, FieldRecord.ROWS);
  }

  @ParameterizedTest(name = "row {0}")
  @MethodSource("rows")
  void each_row_comes_out_as_recorded(int row) {
    assertThat(replay.row(row)).isNotEmpty();
    assertThat(replay.differences().getOrDefault(row, List.of())).isEmpty();
    for (StoryReplay.Answer answer : replay.row(row)) {
      ON_THE_WIRE.get(row).accept(answer.output().exchanges());
    }
  }

  @Test
  void sessions_of_one_hour_give_the_same_sixteen_rows() {
    assertThat(StoryReplay.play(Duration.ofHours(1)).differences()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(Rule.class)
  void a_rule_that_is_switched_off_is_missed_by_the_rows_that_rest_on_it(Rule rule) {
    assertThat(StoryReplay.play(Duration.ofHours(6), rule).differences().keySet())
        .isEqualTo(ROWS_THAT_NEED.get(rule));
  }

  @Test
  void the_record_has_sixteen_rows_in_order() {
    assertThat(FieldRecord.observations().stream().map(Observation::row).distinct())
        .containsExactlyElementsOf(rows().boxed().toList());
  }

  private static void answered(List<Exchange> wire, int status, String excerpt) {
    Exchange last = wire.get(wire.size() - 1);
    assertThat(last.status()).isEqualTo(status);
    assertThat(last.body()).contains(excerpt);
  }
}
