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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The wanted members of one JSON object. The value of any other member is skipped in the parser and
 * never becomes a String: that is how secrets stay out. A member that is null is absent.
 */
final class JsonMembers {
  // Documents are flat and at most AnswerReader.MAX_BODY long; the source is left out of locations
  // because it holds secrets (as by default, said here so that it stays so).
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(16)
                  .maxDocumentLength(AnswerReader.MAX_BODY)
                  .build())
          .build();

  private final String path;
  private final Map<String, String> texts = new HashMap<>();
  private final Map<String, List<String>> lists = new HashMap<>();

  private JsonMembers(String path) {
    this.path = path;
  }

  static JsonMembers read(String path, byte[] json, Set<String> wanted) {
    JsonMembers members = new JsonMembers(path);
    try (JsonParser parser = FACTORY.createParser(json)) {
      members.readAll(parser, wanted);
    } catch (JacksonException e) {
      // Its message quotes what it could not read, which may be a secret: only the place is told.
      JsonLocation place = e.getLocation();
      throw members.malformed(
          place == null
              ? "is not JSON"
              : "is not JSON at line " + place.getLineNr() + ", column " + place.getColumnNr());
    } catch (IOException e) {
      throw members.malformed("is not JSON");
    }
    return members;
  }

  private void readAll(JsonParser parser, Set<String> wanted) throws IOException {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      throw malformed("is not a JSON object");
    }
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      JsonToken value = parser.nextToken();
      if (!wanted.contains(name)) {
        parser.skipChildren();
      } else if (value == JsonToken.START_ARRAY) {
        lists.put(name, list(parser));
      } else if (value.isScalarValue() && value != JsonToken.VALUE_NULL) {
        texts.put(name, parser.getText());
      } else {
        parser.skipChildren();
      }
    }
    if (parser.nextToken() != null) {
      throw malformed("goes on after its JSON object");
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
