package io.github.rolekeeper.imds;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The wanted members of one JSON object. The value of any other member is skipped in the parser and
 * never becomes a String: that is how secrets stay out; of some it is noted that there is a text. A
 * member that is null is absent. What is not fit to be shown is a space in the texts that are read.
 */
final class JsonMembers {
  // A document is at most AnswerReader.MAX_BODY long, and nothing in it is longer or nested deeper:
  // no member that nobody asked for makes it unreadable. The source is left out of locations
  // because
  // it holds secrets (as by default, said here so that it stays so).
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxDocumentLength(AnswerReader.MAX_BODY)
                  .maxNestingDepth(AnswerReader.MAX_BODY)
                  .maxNumberLength(AnswerReader.MAX_BODY)
                  .maxNameLength(AnswerReader.MAX_BODY)
                  .build())
          .build();

  /** Members of which nothing but their presence is known, whoever asks. */
  private static final Set<String> SECRETS = Set.of("SecretAccessKey", "Token");

  private final String path;
  private final Map<String, String> texts = new HashMap<>();
  private final Map<String, List<String>> lists = new HashMap<>();
  private final Set<String> objects = new HashSet<>();
  private final Set<String> unquoted = new HashSet<>();
  private final Set<String> secrets = new HashSet<>();

  private JsonMembers(String path) {
    this.path = path;
  }

  static JsonMembers read(String path, byte[] json, Set<String> wanted) {
    JsonMembers members = new JsonMembers(path);
    members.parse(json, parser -> members.readAll(parser, wanted));
    return members;
  }

  static JsonMembers read(String path, byte[] json, String... wanted) {
    return read(path, json, Set.of(wanted));
  }

  /** The objects of an array; whatever else is in it is left out, but that cannot be all. */
  static List<JsonMembers> readArray(String path, byte[] json, String... wanted) {
    JsonMembers outer = new JsonMembers(path);
    List<JsonMembers> objects = new ArrayList<>();
    outer.parse(
        json,
        parser -> {
          if (parser.nextToken() != JsonToken.START_ARRAY) {
            throw outer.malformed("is not a JSON array");
          }
          boolean others = false;
          for (JsonToken item = parser.nextToken();
              item != null && item != JsonToken.END_ARRAY;
              item = parser.nextToken()) {
            if (item == JsonToken.START_OBJECT) {
              JsonMembers object = new JsonMembers(path);
              object.readObject(parser, Set.of(wanted));
              objects.add(object);
            } else {
              others = true;
              parser.skipChildren();
            }
          }
          outer.requireEnd(parser);
          if (others && objects.isEmpty()) {
            throw outer.malformed("is a JSON array without an object in it");
          }
        });
    return List.copyOf(objects);
  }

  private interface Reading {
    void of(JsonParser parser) throws IOException;
  }

  private void parse(byte[] json, Reading reading) {
    try (JsonParser parser = FACTORY.createParser(json)) {
      reading.of(parser);
    } catch (JacksonException e) {
      // Its message quotes what it could not read, which may be a secret: only the place is told.
      JsonLocation place = e.getLocation();
      throw malformed(
          place == null
              ? "is not JSON"
              : "is not JSON at line " + place.getLineNr() + ", column " + place.getColumnNr());
    } catch (IOException e) {
      throw malformed("is not JSON");
    }
  }

  private void readAll(JsonParser parser, Set<String> wanted) throws IOException {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      throw malformed("is not a JSON object");
    }
    readObject(parser, wanted);
    requireEnd(parser);
  }

  private void readObject(JsonParser parser, Set<String> wanted) throws IOException {
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      JsonToken value = parser.nextToken();
      if (wanted.contains(name)) {
        forget(name);
        take(name, value, parser);
      } else if (SECRETS.contains(name)) {
        note(name, value, parser);
      } else {
        parser.skipChildren();
      }
    }
  }

  private void note(String name, JsonToken value, JsonParser parser) throws IOException {
    secrets.remove(name);
    if (value == JsonToken.VALUE_STRING && !isBlank(parser)) {
      secrets.add(name);
    }
    parser.skipChildren();
  }

  /** Looks at the parser's own characters, which it overwrites. */
  private static boolean isBlank(JsonParser parser) throws IOException {
    char[] characters = parser.getTextCharacters();
    int start = parser.getTextOffset();
    for (int i = start; i < start + parser.getTextLength(); i++) {
      if (!Character.isWhitespace(characters[i])) {
        return false;
      }
    }
    return true;
  }

  private void take(String name, JsonToken value, JsonParser parser) throws IOException {
    if (value == JsonToken.START_ARRAY) {
      lists.put(name, list(parser));
    } else if (value == JsonToken.START_OBJECT) {
      objects.add(name);
      parser.skipChildren();
    } else if (value.isScalarValue() && value != JsonToken.VALUE_NULL) {
      texts.put(name, parser.getText());
      if (value != JsonToken.VALUE_STRING) {
        unquoted.add(name);
      }
    }
  }

  /** Of a member that comes twice the last one counts, as for other readers. */
  private void forget(String name) {
    texts.remove(name);
    lists.remove(name);
    objects.remove(name);
    unquoted.remove(name);
  }

  private void requireEnd(JsonParser parser) throws IOException {
    if (parser.nextToken() != null) {
      throw malformed("goes on after its end");
    }
  }

  private static List<String> list(JsonParser parser) throws IOException {
    List<String> items = new ArrayList<>();
    for (JsonToken item = parser.nextToken();
        item != null && item != JsonToken.END_ARRAY;
        item = parser.nextToken()) {
      if (item.isScalarValue() && item != JsonToken.VALUE_NULL) {
        items.add(ServiceWords.shown(parser.getText()));
      } else {
        parser.skipChildren();
      }
    }
    return List.copyOf(items);
  }

  Optional<String> text(String name) {
    return Optional.ofNullable(texts.get(name)).map(ServiceWords::shown);
  }

  /** Whether none of the wanted members is there, or is more than an empty text or list. */
  boolean saysNothing() {
    return texts.values().stream().allMatch(String::isBlank)
        && lists.values().stream().allMatch(List::isEmpty);
  }

  /** What the service calls a success or a failure; empty if it does not say. */
  Optional<String> code() {
    boolean noText = lists.containsKey("Code") || objects.contains("Code");
    if (noText || text("Code").filter(String::isBlank).isPresent()) {
      throw malformed("has a Code that is no text");
    }
    return text("Code");
  }

  /** A member that identifies something: it is kept as it is, or not at all. */
  String required(String name) {
    String text = whole(name);
    if (!ServiceWords.fit(text)) {
      throw malformed("has control characters in its " + name);
    }
    return text;
  }

  /** As {@link #required}, and a text for every reader: no number, and no word without quotes. */
  String requiredText(String name) {
    if (unquoted.contains(name)) {
      throw malformed("has no text as its " + name);
    }
    return required(name);
  }

  /** As it was served, with any characters. */
  String whole(String name) {
    String text = texts.get(name);
    if (text == null || text.isBlank()) {
      throw malformed("has no " + name);
    }
    return text;
  }

  /** Passes if there is a text, which is not looked at. */
  void requireSecret(String name) {
    if (!secrets.contains(name)) {
      throw malformed("has no " + name);
    }
  }

  List<String> list(String name) {
    return lists.getOrDefault(name, List.of());
  }

  /** An instant on which nothing depends: absent if it cannot be read. */
  Optional<Instant> instant(String name) {
    return text(name).flatMap(Instants::parse);
  }

  /** In ISO 8601, which every reader knows. */
  Instant requiredInstant(String name) {
    return Instants.iso(requiredText(name))
        .orElseThrow(() -> malformed("has no instant as its " + name));
  }

  ExchangeFailure malformed(String what) {
    return ExchangeFailure.malformed("GET " + path + " answered 200, but the document " + what);
  }
}
