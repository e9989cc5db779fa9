package io.github.rolekeeper.testkit.record;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The field record, and a comparison with it: what one instance answered on real AWS in March 2023
 * while its instance profile was deleted, made again and attached again.
 *
 * <p>The record masks ids. A replay learns them as it goes: the same mask must stand for the same
 * value throughout, and numbered masks of one kind for different values. So a profile made again
 * must have a new id, and an association that is said to hold the old one must hold just that.
 *
 * <p>Not thread-safe: one instance for one replay.
 */
public final class FieldRecord {
  /** How many rows the record has. */
  public static final int ROWS = 16;

  private static final Pattern HEADING =
      Pattern.compile(
          "=== (\\d+) \\| ([^|]+) \\| (json|text) \\| (verbatim|described) \\| ([^\\n]+)\\n");
  private static final Pattern MASK = Pattern.compile("\\[\\[([^]]+)]]");
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
          .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
          .build();

  private final Map<String, String> unmasked = new LinkedHashMap<>();

  private FieldRecord() {}

  /**
   * A comparison that has learned no id yet.
   *
   * @return a new comparison
   */
  public static FieldRecord replay() {
    return new FieldRecord();
  }

  /**
   * All that was observed, in the order of the record.
   *
   * @return the observations of all sixteen rows
   */
  public static List<Observation> observations() {
    String text = resource();
    var found = new ArrayList<Observation>();
    Matcher heading = HEADING.matcher(text);
    int next = heading.find() ? heading.start() : text.length();
    while (next < text.length()) {
      heading.find(next);
      int start = heading.end();
      var row = Integer.parseInt(heading.group(1));
      String moment = heading.group(2);
      boolean json = heading.group(3).equals("json");
      boolean verbatim = heading.group(4).equals("verbatim");
      String command = heading.group(5);
      next = heading.find(start) ? heading.start() : text.length();
      found.add(
          new Observation(
              row, moment, command, verbatim, json, text.substring(start, next).strip()));
    }
    return found;
  }

  /**
   * The observations of one row.
   *
   * @param row its number
   * @return one or more
   * @throws IllegalArgumentException if the record has no such row
   */
  public static List<Observation> row(int row) {
    if (row < 1 || row > ROWS) {
      throw new IllegalArgumentException(
          "row " + row + " is not in the record: it has 1 to " + ROWS);
    }
    return observations().stream().filter(each -> each.row() == row).toList();
  }

  /**
   * Compares an answer with the record's.
   *
   * @param observation what the record has
   * @param actual what was answered now
   * @return empty if it is the same but for masked ids; else what differs, for a person to read
   */
  public Optional<String> difference(Observation observation, String actual) {
    String expected = canonical(observation, observation.expected());
    String seen = canonical(observation, actual);
    var names = new ArrayList<String>();
    Matcher matcher = template(expected, names).matcher(seen);
    if (!matcher.matches()) {
      return Optional.of("expected: " + expected + "\n  actual: " + seen);
    }
    for (int i = 0; i < names.size(); i++) {
      Optional<String> conflict = learn(names.get(i), matcher.group(i + 1));
      if (conflict.isPresent()) {
        return conflict;
      }
    }
    return Optional.empty();
  }

  private Optional<String> learn(String name, String value) {
    String before = unmasked.get(name);
    if (before != null) {
      return before.equals(value)
          ? Optional.empty()
          : Optional.of(name + " was " + before + " and is now " + value);
    }
    String kind = name.replaceFirst("\\d+$", "");
    for (Map.Entry<String, String> other : unmasked.entrySet()) {
      if (other.getKey().replaceFirst("\\d+$", "").equals(kind) && other.getValue().equals(value)) {
        return Optional.of(name + " should differ from " + other.getKey() + ", both are " + value);
      }
    }
    unmasked.put(name, value);
    return Optional.empty();
  }

  private static Pattern template(String expected, List<String> names) {
    var regex = new StringBuilder();
    Matcher mask = MASK.matcher(expected);
    int end = 0;
    while (mask.find()) {
      regex.append(Pattern.quote(expected.substring(end, mask.start())));
      String name = Objects.requireNonNull(mask.group(1));
      if (name.equals("*")) {
        regex.append("[^\\s\"]+");
      } else {
        names.add(name);
        regex.append("([A-Za-z0-9+/.-]+)");
      }
      end = mask.end();
    }
    return Pattern.compile(regex + Pattern.quote(expected.substring(end)));
  }

  private static String canonical(Observation observation, String answer) {
    // The record's commands were run with two versions of the CLI, which print UTC differently.
    String text = answer.replace("+00:00\"", "Z\"").strip().replaceAll("\\s+", " ");
    if (!observation.json()) {
      return text;
    }
    try {
      return JSON.writeValueAsString(JSON.readValue(text, Object.class));
    } catch (JsonProcessingException e) {
      return text;
    }
  }

  private static String resource() {
    try (InputStream in = FieldRecord.class.getResourceAsStream("field-record.txt")) {
      return new String(
          Objects.requireNonNull(in, "field-record.txt").readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
