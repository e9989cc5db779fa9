package io.github.rolekeeper.core.awssdk;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import software.amazon.awssdk.http.SdkHttpHeaders;

/** The time in the header of an answer. One that cannot be read counts as absent. */
final class HttpTimes {
  private HttpTimes() {}

  static Optional<Instant> date(SdkHttpHeaders answer) {
    return answer
        .firstMatchingHeader("Date")
        .flatMap(
            text -> {
              try {
                return Optional.of(DateTimeFormatter.RFC_1123_DATE_TIME.parse(text, Instant::from));
              } catch (DateTimeException unreadable) {
                return Optional.empty();
              }
            });
  }
}
