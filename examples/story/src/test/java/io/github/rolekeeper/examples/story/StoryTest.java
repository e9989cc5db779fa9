package io.github.rolekeeper.examples.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.rolekeeper.testkit.MutableClock;
import io.github.rolekeeper.testkit.Rule;
import io.github.rolekeeper.testkit.SimulatedAccount;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StoryTest {
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"PT1H", "PT6H"})
  void every_row_of_the_record_comes_out(String session) {
    play(Duration.parse(session), account(session), false);

    assertThat(text()).contains("16 of 16 rows reproduced").doesNotContain("NOT AS RECORDED");
  }

  @Test
  void the_loss_is_foretold_hours_before_it_happens() {
    play(Duration.ofHours(6), account("PT6H"), false);

    assertThat(text())
        .containsSubsequence(
            "FORECAST_RAISED", "before the loss", "tracker says LOST", "tracker says RECOVERED");
    assertThat(text()).containsPattern("foretold   [34] h \\d+ min before the loss");
  }

  @Test
  void diagnosis_plan_steps_and_verdicts_are_printed_in_their_order() {
    play(Duration.ofHours(6), account("PT6H"), false);

    assertThat(text())
        .containsSubsequence(
            "PROFILE_DELETED",
            "STALE_PROFILE_ID",
            "1. ReplaceIamInstanceProfileAssociation",
            "REPAIRED_METADATA_LAGS",
            "StopInstances",
            "StartInstances",
            "HEALTHY",
            "healthy: ");
  }

  @Test
  void a_row_that_does_not_come_out_is_named_and_ends_the_program_with_an_exception() {
    var account = account("PT6H").without(Rule.FRESH_ASSOCIATION_SHOWS_NO_ROLE);

    assertThatThrownBy(() -> play(Duration.ofHours(6), account, false))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("[15");
    assertThat(text()).contains("NOT AS RECORDED");
  }

  @Test
  void a_pipe_gets_no_escape_sequences_and_a_terminal_does() {
    play(Duration.ofHours(6), account("PT6H"), false);
    assertThat(text()).doesNotContain("\u001b");

    play(Duration.ofHours(6), account("PT6H"), true);
    assertThat(text()).contains("\u001b[32m");
  }

  @Test
  void the_picture_is_well_formed_and_shows_the_states() throws Exception {
    play(Duration.ofHours(6), account("PT6H"), false);

    var svg =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(folder.resolve("story.svg").toFile());
    assertThat(svg.getDocumentElement().getTextContent())
        .containsSubsequence("VALID", "MISSING", "VALID");
  }

  private static SimulatedAccount.Builder account(String session) {
    return SimulatedAccount.builder()
        .clock(MutableClock.at(Story.BEGINNING.toString()))
        .sessionDuration(Duration.parse(session));
  }

  private void play(Duration session, SimulatedAccount.Builder account, boolean coloured) {
    var out = new PrintStream(printed, true, StandardCharsets.UTF_8);
    Story.play(account, session, new Printer(out, coloured), folder.resolve("story.svg"));
  }

  private String text() {
    return printed.toString(StandardCharsets.UTF_8);
  }
}
