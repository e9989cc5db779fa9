package io.github.rolekeeper.examples.story;

import io.github.rolekeeper.core.CredentialSnapshot;
import io.github.rolekeeper.core.CredentialState;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Prints the timeline: time, who acts, what happens. Colour only where it is wanted. */
final class Printer {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("MM-dd HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);
  private static final String INDENT = " ".repeat(16);
  private static final int WIDTH = 100;
  private static final int MOST_LINES = 6;

  enum Colour {
    PLAIN(""),
    BOLD("1"),
    DIM("2"),
    GREEN("32"),
    YELLOW("33"),
    RED("31"),
    CYAN("36");

    private final String code;

    Colour(String code) {
      this.code = code;
    }

    static Colour of(CredentialState state) {
      return switch (state) {
        case VALID -> GREEN;
        case EXPIRING, RENEWAL_OVERDUE -> YELLOW;
        case EXPIRED, MISSING -> RED;
        case UNKNOWN, NOT_APPLICABLE -> DIM;
      };
    }
  }

  private final PrintStream out;
  private final boolean coloured;

  Printer(PrintStream out, boolean coloured) {
    this.out = out;
    this.coloured = coloured;
  }

  void heading(String text) {
    out.println();
    out.println(paint(Colour.BOLD, text));
  }

  void line(Instant at, Colour colour, String text) {
    out.println(paint(Colour.DIM, TIME.format(at)) + "  " + paint(colour, text));
  }

  /** What a command printed; the rest of a long document is left out. */
  void output(String text) {
    boolean document = text.startsWith("{") || text.startsWith("<");
    List<String> lines = (document ? wrapped(text.replaceAll("\\s+", " ")) : text.lines()).toList();
    if (lines.isEmpty()) {
      lines = List.of("(nothing)");
    }
    for (int i = 0; i < lines.size() && i < MOST_LINES; i++) {
      boolean cut = i == MOST_LINES - 1 && lines.size() > MOST_LINES;
      out.println(INDENT + lines.get(i) + (cut ? " …" : ""));
    }
  }

  void block(String text) {
    text.lines().flatMap(Printer::wrapped).forEach(line -> out.println(INDENT + line));
  }

  /** Breaks a line between words; what follows is set in as far as the line itself. */
  private static Stream<String> wrapped(String line) {
    if (line.length() <= WIDTH) {
      return Stream.of(line);
    }
    String margin = " ".repeat(line.length() - line.stripLeading().length());
    int space = line.lastIndexOf(' ', WIDTH);
    if (space <= margin.length()) {
      space = line.indexOf(' ', WIDTH);
    }
    return space < 0
        ? Stream.of(line)
        : Stream.concat(
            Stream.of(line.substring(0, space)), wrapped(margin + line.substring(space + 1)));
  }

  void tracker(CredentialSnapshot snapshot) {
    out.println(INDENT + paint(Colour.of(snapshot.state()), "tracker: " + inWords(snapshot)));
  }

  static String inWords(CredentialSnapshot snapshot) {
    var text = new StringBuilder(snapshot.state().name());
    snapshot
        .remaining()
        .filter(left -> !left.isNegative())
        .ifPresent(left -> text.append(", ").append(inWords(left)).append(" left"));
    snapshot.flags().forEach(flag -> text.append(", ").append(flag));
    snapshot
        .forecast()
        .ifPresent(forecast -> text.append(", loss foretold: ").append(forecast.reason()));
    return text.toString();
  }

  static String inWords(Duration duration) {
    return duration.toHours() + " h " + duration.toMinutesPart() + " min";
  }

  private String paint(Colour colour, String text) {
    return coloured && colour != Colour.PLAIN
        ? "\u001b[" + colour.code + "m" + text + "\u001b[0m"
        : text;
  }
}
