package io.github.rolekeeper.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which values have the form of a pattern. */
class WildcardsTest {
  // Ends what would take years if a pattern were tried in every way; decides nothing else.
  private static final Duration HANG = Duration.ofMinutes(5);

  @ParameterizedTest
  @CsvSource({
    "'', '', true",
    "'', a, false",
    "*, '', true",
    "?, '', false",
    "a*, a, true",
    "*a, ba, true",
    "a*c, abcbc, true",
    "a*c, abcb, false",
    "a?c, abc, true",
    "a?c, ac, false",
    "*a?, aab, true",
    "a.c, abc, false",
    "'\\E.*\\Q', x, false",
    "a\\*, a\\b, true",
    "a\\*, a*, false",
    "a?c, a\uD83D\uDE00c, true",
    "a??c, a\uD83D\uDE00c, false",
    "*??, \uD83D\uDE00, false",
    "a*, A, false"
  })
  void a_star_is_any_text_and_a_question_mark_one_character_and_all_else_itself(
      String pattern, String value, boolean matches) {
    assertThat(Wildcards.match(pattern, value)).isEqualTo(matches);
  }

  @Test
  void a_star_spans_lines() {
    assertThat(Wildcards.match("a*c?e", "a\nb\nc\ne")).isTrue();
  }

  @Test
  void case_is_ignored_where_asked() {
    assertThat(Wildcards.matchIgnoringCase("S3:list*", "s3:ListBucket")).isTrue();
    assertThat(Wildcards.matchIgnoringCase("S3:list*", "s3:GetObject")).isFalse();
  }

  @Test
  void a_pattern_matches_what_the_same_regular_expression_matches() {
    var random = new Random(1);
    int matches = 0;
    for (int i = 0; i < 20_000; i++) {
      String pattern = text(random, "ab*?", 8);
      String value = text(random, "ab", 10);
      boolean expected = Pattern.matches(pattern.replace("*", ".*").replace('?', '.'), value);
      assertThat(Wildcards.match(pattern, value))
          .as("%s of %s", pattern, value)
          .isEqualTo(expected);
      matches += expected ? 1 : 0;
    }
    assertThat(matches).isBetween(1_000, 19_000);
  }

  @Test
  void no_pattern_takes_long() {
    assertTimeoutPreemptively(
        HANG,
        () -> {
          assertThat(Wildcards.match("*a".repeat(30) + "*b", "a".repeat(256))).isFalse();
          assertThat(Wildcards.match("*".repeat(60_000), "a".repeat(256))).isTrue();
          assertThat(Wildcards.match("*" + "a".repeat(3_000) + "b", "a".repeat(6_000))).isFalse();
          assertThat(Wildcards.matchIgnoringCase("*?".repeat(30) + "b", "a".repeat(256))).isFalse();
        });
  }

  private static String text(Random random, String alphabet, int longest) {
    var text = new StringBuilder();
    for (int length = random.nextInt(longest + 1); length > 0; length--) {
      text.append(alphabet.charAt(random.nextInt(alphabet.length())));
    }
    return text.toString();
  }
}
