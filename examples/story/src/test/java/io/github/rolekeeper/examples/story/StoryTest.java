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
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoryTest {
  @TempDir private static Path folder;

  /** What a play of six-hour sessions prints into a pipe; several tests read it. */
  private static String played;

  @BeforeAll
  static void play() {
    played = play("PT6H", account("PT6H"), false);
  }

  @Test
  void every_row_of_the_record_comes_out() {
    assertThat(played).contains("16 of 16 rows reproduced").doesNotContain("NOT AS RECORDED");
  }

  @Test
  void every_row_comes_out_with_sessions_of_an_hour_and_a_terminal_gets_colours() {
    String coloured = play("PT1H", account("PT1H"), true);

    assertThat(coloured).contains("16 of 16 rows reproduced").doesNotContain("NOT AS RECORDED");
    assertThat(coloured).contains("\u001b[32m");
  }

  @Test
  void the_loss_is_foretold_hours_before_it_happens() {
    assertThat(played)
        .containsSubsequence(
            "FORECAST_RAISED", "before the loss", "tracker says LOST", "tracker says RECOVERED");
    assertThat(played).containsPattern("foretold   [34] h \\d+ min before the loss");
  }

  @Test
  void diagnosis_plan_steps_and_verdicts_are_printed_in_their_order() {
    assertThat(played)
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
    var printed = new ByteArrayOutputStream();

    assertThatThrownBy(() -> play("PT6H", account, printer(printed, false), "broken.svg"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("[15");
    assertThat(printed.toString(StandardCharsets.UTF_8)).contains("NOT AS RECORDED");
  }

  @Test
  void a_pipe_gets_no_escape_sequences() {
    assertThat(played).doesNotContain("\u001b");
  }

  @Test
  void the_picture_is_well_formed_and_shows_the_states() throws Exception {
    var svg =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(folder.resolve("PT6H.svg").toFile());
    assertThat(svg.getDocumentElement().getTextContent())
        .containsSubsequence("VALID", "MISSING", "VALID");
  }

  private static SimulatedAccount.Builder account(String session) {
    return SimulatedAccount.builder()
        .clock(MutableClock.at(Story.BEGINNING.toString()))
        .sessionDuration(Duration.parse(session));
  }

  private static String play(String session, SimulatedAccount.Builder account, boolean coloured) {
    var printed = new ByteArrayOutputStream();
    play(session, account, printer(printed, coloured), session + ".svg");
    return printed.toString(StandardCharsets.UTF_8);
  }

  private static void play(
      String session, SimulatedAccount.Builder account, Printer printer, String picture) {
    Story.play(account, Duration.parse(session), printer, folder.resolve(picture));
  }

  private static Printer printer(ByteArrayOutputStream printed, boolean coloured) {
    return new Printer(new PrintStream(printed, true, StandardCharsets.UTF_8), coloured);
  }
}
