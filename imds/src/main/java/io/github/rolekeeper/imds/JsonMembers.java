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
 * never becomes a String: that is how secrets stay out. A member that is null is absent.
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

  private final String path;
  private final Map<String, String> texts = new HashMap<>();
  private final Map<String, List<String>> lists = new HashMap<>();
  private final Set<String> objects = new HashSet<>();

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

  /** The objects of an array; whatever else is in it is left out. */
  static List<JsonMembers> readArray(String path, byte[] json, String... wanted) {
    JsonMembers outer = new JsonMembers(path);
    List<JsonMembers> objects = new ArrayList<>();
    outer.parse(
        json,
        parser -> {
          if (parser.nextToken() != JsonToken.START_ARRAY) {
            throw outer.malformed("is not a JSON array");
          }
          for (JsonToken item = parser.nextToken();
              item != null && item != JsonToken.END_ARRAY;
              item = parser.nextToken()) {
            if (item == JsonToken.START_OBJECT) {
              JsonMembers object = new JsonMembers(path);
              object.readObject(parser, Set.of(wanted));
              objects.add(object);
            } else {
              parser.skipChildren();
            }
          }
          outer.requireEnd(parser);
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
      } else {
        parser.skipChildren();
      }
    }
  }

  private void take(String name, JsonToken value, JsonParser parser) throws IOException {
    if (value == JsonToken.START_ARRAY) {
      lists.put(name, list(parser));
    } else if (value == JsonToken.START_OBJECT) {
      objects.add(name);
      parser.skipChildren();
    } else if (value.isScalarValue() && value != JsonToken.VALUE_NULL) {
      texts.put(name, parser.getText());
    }
  }

  /** Of a member that comes twice the last one counts, as for other readers. */
  private void forget(String name) {
    texts.remove(name);
    lists.remove(name);
    objects.remove(name);
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
        items.add(parser.getText());
      } else {
        parser.skipChildren();
      }
    }
    return List.copyOf(items);
  }

  Optional<String> text(String name) {
    return Optional.ofNullable(texts.get(name));
  }

  /** As {@link #text}; an array or an object counts as a text without letters. */
  Optional<String> anything(String name) {
    return text(name)
        .or(
            () ->
                lists.containsKey(name) || objects.contains(name)
                    ? Optional.of("")
                    : Optional.empty());
  }

  String required(String name) {
    return text(name)
        .filter(text -> !text.isBlank())
        .orElseThrow(() -> malformed("has no " + name));
  }

  List<String> list(String name) {
    return lists.getOrDefault(name, List.of());
  }

  /** An instant on which nothing depends: absent if it cannot be read. */
  Optional<Instant> instant(String name) {
    return text(name).flatMap(Instants::parse);
  }

  /** An instant that must be right if it is there. */
  Optional<Instant> instantOrMalformed(String name) {
    return text(name)
        .map(text -> Instants.parse(text).orElseThrow(() -> malformed(name + " is no instant")));
  }

  ExchangeFailure malformed(String what) {
    return ExchangeFailure.malformed("GET " + path + " answered 200, but the document " + what);
  }
}
