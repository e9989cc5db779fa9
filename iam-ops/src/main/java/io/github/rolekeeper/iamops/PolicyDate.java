package io.github.rolekeeper.iamops;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Dates in the conditions of policies: a W3C form of ISO 8601, or the seconds since 1970 as a
 * number or a text (IAM User Guide, date condition operators). Pure.
 */
final class PolicyDate {
  private static final Pattern W3C =
      Pattern.compile(
          "(\\d{4})(?:-(\\d\\d)(?:-(\\d\\d)(?:T(\\d\\d):(\\d\\d)(?::(\\d\\d)(?:[.](\\d{1,9}))?)?"
              + "(Z|[+-]\\d\\d:?\\d\\d))?)?)?");
  // As many digits as a time of this age has, and no fewer than tell it from a year.
  private static final Pattern EPOCH = Pattern.compile("\\d{5,11}");

  private PolicyDate() {}

  /** The latest of several; empty if one cannot be read, or there is none. */
  static Optional<Instant> latest(List<JsonNode> values) {
    List<Optional<Instant>> dates = values.stream().map(PolicyDate::of).toList();
    return dates.stream().allMatch(Optional::isPresent)
        ? dates.stream().flatMap(Optional::stream).max(Instant::compareTo)
        : Optional.empty();
  }

  private static Optional<Instant> of(JsonNode value) {
    return value.isTextual() || value.isIntegralNumber() ? of(value.asText()) : Optional.empty();
  }

  static Optional<Instant> of(String text) {
    if (EPOCH.matcher(text).matches()) {
      return Optional.of(Instant.ofEpochSecond(Long.parseLong(text)));
    }
    Matcher parts = W3C.matcher(text);
    if (!parts.matches()) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          LocalDateTime.of(
                  number(parts, 1, 0),
                  number(parts, 2, 1),
                  number(parts, 3, 1),
                  number(parts, 4, 0),
                  number(parts, 5, 0),
                  number(parts, 6, 0),
                  parts.group(7) == null
                      ? 0
                      : Integer.parseInt((parts.group(7) + "00000000").substring(0, 9)))
              .toInstant(parts.group(8) == null ? ZoneOffset.UTC : ZoneOffset.of(parts.group(8))));
    } catch (DateTimeException e) {
      // The thirtieth of February is no date.
      return Optional.empty();
    }
  }

  private static int number(Matcher parts, int group, int absent) {
    return parts.group(group) == null ? absent : Integer.parseInt(parts.group(group));
  }
}
