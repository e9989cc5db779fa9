package io.github.rolekeeper.imds;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Locale;
import java.util.Optional;

/**
 * Instants as metadata documents write them: {@code Z}, a fraction or a {@code +0000} offset, and
 * {@code 21 Jan 2019 09:00:43 GMT} in the maintenance events, which is no RFC's format.
 */
final class Instants {
  private static final DateTimeFormatter FORM =
      new DateTimeFormatterBuilder()
          .append(DateTimeFormatter.ISO_LOCAL_DATE_TIME)
          .appendPattern("[XXX][XX]")
          .toFormatter(Locale.ROOT);

  // One or two digits of the day, and English whatever the machine speaks.
  private static final DateTimeFormatter MAINTENANCE =
      DateTimeFormatter.ofPattern("d MMM uuuu HH:mm:ss 'GMT'", Locale.ENGLISH)
          .withZone(ZoneOffset.UTC);

  private Instants() {}

  static Optional<Instant> parse(String text) {
    return iso(text).or(() -> parse(MAINTENANCE, text));
  }

  /** Without the form of the maintenance events. */
  static Optional<Instant> iso(String text) {
    return parse(FORM, text);
  }

  private static Optional<Instant> parse(DateTimeFormatter form, String text) {
    try {
      return Optional.of(form.parse(text.strip(), Instant::from));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }
}
