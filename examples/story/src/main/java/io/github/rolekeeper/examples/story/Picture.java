package io.github.rolekeeper.examples.story;

import io.github.rolekeeper.core.CredentialState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The timeline as a picture: time runs downwards, one line for each event, and beside them a bar in
 * the colour of the credentials' state. Gaps are not to scale; they are labelled.
 */
final class Picture {
  private record Event(Instant at, String text, CredentialState state, boolean foretold) {}

  private static final int LINE = 30;
  private static final int TOP = 70;
  private static final int WIDTH = 1000;

  private final List<Event> events = new ArrayList<>();

  void event(Instant at, String text, CredentialState state, boolean foretold) {
    events.add(new Event(at, text, state, foretold));
  }

  void write(Path file) {
    try {
      Path folder = file.toAbsolutePath().getParent();
      if (folder != null) {
        Files.createDirectories(folder);
      }
      Files.writeString(file, svg());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the picture to " + file, e);
    }
  }

  String svg() {
    int height = TOP + LINE * events.size() + 50;
    var svg = new StringBuilder();
    svg.append(
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %s %s" font-family="sans-serif"\
         font-size="13">
        <title>Credential state over time, with what happened</title>
        <rect width="100%%" height="100%%" fill="#ffffff"/>
        <text x="20" y="28" font-size="18" font-weight="bold">Credential state over time</text>
        <text x="20" y="48" fill="#555">UTC; gaps are not to scale. A second, purple bar: the loss\
         is foretold.</text>
        """
            .formatted(WIDTH, height));
    for (int i = 0; i < events.size(); i++) {
      Event event = events.get(i);
      int y = TOP + LINE * i;
      svg.append(bar(150, y, colour(event.state())));
      if (event.foretold()) {
        svg.append(bar(166, y, "#7b1fa2"));
      }
      svg.append(
          text(20, y + 19, "#555", event.at().toString().substring(5, 19).replace('T', ' ')));
      svg.append(text(190, y + 19, colour(event.state()), event.state().name()));
      svg.append(text(330, y + 19, "#111", event.text()));
      if (i > 0) {
        Duration gap = Duration.between(events.get(i - 1).at(), event.at());
        if (gap.toMinutes() > 60) {
          svg.append(text(900, y + 4, "#888", "+" + Printer.inWords(gap)));
        }
      }
    }
    return svg.append("</svg>\n").toString();
  }

  private static String bar(int x, int y, String colour) {
    return "<rect x=\"%s\" y=\"%s\" width=\"12\" height=\"%s\" fill=\"%s\"/>%n"
        .formatted(x, y, LINE, colour);
  }

  private static String text(int x, int y, String colour, String text) {
    String escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    return "<text x=\"%s\" y=\"%s\" fill=\"%s\">%s</text>%n".formatted(x, y, colour, escaped);
  }

  private static String colour(CredentialState state) {
    return switch (state) {
      case VALID -> "#2e7d32";
      case EXPIRING, RENEWAL_OVERDUE -> "#ef6c00";
      case EXPIRED, MISSING -> "#c62828";
      case UNKNOWN, NOT_APPLICABLE -> "#757575";
    };
  }
}
