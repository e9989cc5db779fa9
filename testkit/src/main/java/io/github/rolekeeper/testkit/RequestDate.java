package io.github.rolekeeper.testkit;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a signature says beside whose it is: whether it is whole, and when it was made. */
final class RequestDate {
  private static final DateTimeFormatter BASIC =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);
  private static final Pattern CREDENTIAL = Pattern.compile("Credential=([^,\\s]*)");

  private RequestDate() {}

  /** The form that Signature Version 4 uses. */
  static String basic(Instant instant) {
    return BASIC.format(instant);
  }

  /** The day, as the scope of a signature has it. */
  static String day(Instant instant) {
    return basic(instant).substring(0, "yyyyMMdd".length());
  }

  /**
   * Checks a request's signature for what can be seen without a secret key.
   *
   * @throws AwsError as the service answers a header that is torn, or a date too far from its own
   */
  static void check(World world, WireRequest request, Denials as) {
    String authorization = request.header("Authorization");
    if (authorization == null) {
      return;
    }
    Caller.Scope scope = Caller.scope(authorization);
    if (scope == null) {
      Matcher credential = CREDENTIAL.matcher(authorization);
      throw as.malformed(credential.find() ? credential.group(1) : "");
    }
    if (world.settings.checkDates) {
      Instant date =
          parse(BASIC, request.header("X-Amz-Date"))
              .or(() -> parse(DateTimeFormatter.RFC_1123_DATE_TIME, request.header("Date")))
              .orElseThrow(as::undated);
      if (!scope.date().equals(day(date))) {
        throw as.ofAnotherDay(scope.date(), date);
      }
      if (Duration.between(date, world.now()).abs().compareTo(as.tolerance()) > 0) {
        throw as.skewed(date, world.now());
      }
    }
  }

  private static Optional<Instant> parse(DateTimeFormatter format, @Nullable String text) {
    if (text == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(format.parse(text, Instant::from));
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }
}
