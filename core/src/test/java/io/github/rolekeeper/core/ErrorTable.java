package io.github.rolekeeper.core;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/** The rows of {@code aws-errors.txt}, which says what they are and where they come from. */
public final class ErrorTable {
  private ErrorTable() {}

  /** What a service answers, and what it means. */
  public record Row(
      String service,
      String operation,
      String protocol,
      int status,
      String code,
      String text,
      ErrorClass errorClass,
      Confidence confidence,
      String source) {

    static Row of(String line) {
      String[] cells = line.split("\\|", -1);
      if (cells.length != 9 || cells[8].isBlank()) {
        throw new IllegalArgumentException("not a row with a source: " + line);
      }
      return new Row(
          cells[0].strip(),
          cells[1].strip(),
          cells[2].strip(),
          Integer.parseInt(cells[3].strip()),
          cells[4].strip(),
          cells[5].strip(),
          ErrorClass.valueOf(cells[6].strip()),
          Confidence.valueOf(cells[7].strip()),
          cells[8].strip());
    }

    /** Whether a client that speaks the protocol can be given the answer. */
    public boolean wire() {
      return !protocol.equals("none");
    }
  }

  public static List<Row> rows() {
    try (InputStream file =
        Objects.requireNonNull(ErrorTable.class.getResourceAsStream("aws-errors.txt"))) {
      return new String(file.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.isBlank() && !line.startsWith("#"))
          .map(Row::of)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
