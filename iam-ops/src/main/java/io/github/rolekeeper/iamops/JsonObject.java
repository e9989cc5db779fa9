package io.github.rolekeeper.iamops;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * An object in a document, read strictly: what is missing or wrong is an error that names its
 * place. Members that nobody asks for are ignored.
 *
 * @param place such as {@code steps[0]}; empty for the whole document
 */
record JsonObject(String place, JsonNode node) {
  JsonObject {
    if (!node.isObject()) {
      throw wrong(place.isEmpty() ? "the document" : place, node, "a JSON object");
    }
  }

  JsonObject object(String member) {
    return new JsonObject(at(member), node.path(member));
  }

  /** An object without members where there is none. */
  JsonObject objectOrEmpty(String member) {
    return optionalObject(member)
        .orElseGet(() -> new JsonObject(at(member), JsonNodeFactory.instance.objectNode()));
  }

  Optional<JsonObject> optionalObject(String member) {
    return absent(member) ? Optional.empty() : Optional.of(object(member));
  }

  String text(String member) {
    JsonNode value = node.path(member);
    if (!value.isTextual()) {
      throw wrong(at(member), value, "a text");
    }
    return value.textValue();
  }

  String matching(String member, Pattern form, String rule) {
    if (!form.matcher(text(member)).matches()) {
      throw wrong(member, rule);
    }
    return text(member);
  }

  /** A text that must mean something. */
  <T> T parsed(String member, Function<String, T> parse) {
    String text = text(member);
    try {
      return parse.apply(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(at(member) + " is wrong: " + e.getMessage(), e);
    }
  }

  String filled(String member) {
    if (text(member).isBlank()) {
      throw wrong(member, "a value");
    }
    return text(member);
  }

  Optional<String> optionalFilled(String member) {
    return absent(member) ? Optional.empty() : Optional.of(filled(member));
  }

  Optional<String> optionalText(String member) {
    return absent(member) ? Optional.empty() : Optional.of(text(member));
  }

  boolean truth(String member) {
    JsonNode value = node.path(member);
    if (!value.isBoolean()) {
      throw wrong(at(member), value, "true or false");
    }
    return value.booleanValue();
  }

  int number(String member) {
    JsonNode value = node.path(member);
    if (!value.isInt()) {
      throw wrong(at(member), value, "a whole number");
    }
    return value.intValue();
  }

  Instant instant(String member) {
    String text = text(member);
    try {
      return Instant.parse(text);
    } catch (DateTimeParseException e) {
      throw wrong(at(member), node.path(member), "an instant such as 2026-01-01T00:00:00Z");
    }
  }

  <E extends Enum<E>> E constant(String member, Class<E> type) {
    return constant(member, type, Enum::name);
  }

  /** A constant by one of its texts. */
  <E extends Enum<E>> E constant(String member, Class<E> type, Function<E, String> name) {
    String text = text(member);
    List<E> all = Arrays.asList(type.getEnumConstants());
    return all.stream()
        .filter(each -> name.apply(each).equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                wrong(at(member), node.path(member), "one of " + all.stream().map(name).toList()));
  }

  List<String> texts(String member) {
    var texts = new ArrayList<String>();
    for (JsonNode each : array(member)) {
      if (!each.isTextual()) {
        throw wrong(at(member) + "[" + texts.size() + "]", each, "a text");
      }
      texts.add(each.textValue());
    }
    return texts;
  }

  <T> List<T> objects(String member, Function<JsonObject, T> read) {
    var objects = new ArrayList<T>();
    for (JsonNode each : array(member)) {
      objects.add(read.apply(new JsonObject(at(member) + "[" + objects.size() + "]", each)));
    }
    return objects;
  }

  /** Empty where an older writer knew no such member. */
  List<String> optionalTexts(String member) {
    return absent(member) ? List.of() : texts(member);
  }

  /** Texts that must mean something; empty where an older writer knew no such member. */
  <T> List<T> optionalParsed(String member, Function<String, T> parse) {
    List<String> texts = optionalTexts(member);
    try {
      return texts.stream().map(parse).toList();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(at(member) + " is wrong: " + e.getMessage(), e);
    }
  }

  /** Empty where an older writer knew no such member. */
  <T> List<T> optionalObjects(String member, Function<JsonObject, T> read) {
    return absent(member) ? List.of() : objects(member, read);
  }

  /** False where an older writer knew no such member. */
  boolean optionalTruth(String member) {
    return !absent(member) && truth(member);
  }

  /** All members of an object of texts, in their order. */
  Map<String, String> allTexts() {
    var texts = new LinkedHashMap<String, String>();
    node.fieldNames().forEachRemaining(name -> texts.put(name, text(name)));
    return texts;
  }

  String at(String member) {
    return place.isEmpty() ? member : place + "." + member;
  }

  IllegalArgumentException wrong(String member, String rule) {
    return wrong(at(member), node.path(member), rule);
  }

  private JsonNode array(String member) {
    JsonNode value = node.path(member);
    if (!value.isArray()) {
      throw wrong(at(member), value, "a JSON array");
    }
    return value;
  }

  private boolean absent(String member) {
    return node.path(member).isMissingNode() || node.path(member).isNull();
  }

  private static IllegalArgumentException wrong(String place, JsonNode value, String rule) {
    return new IllegalArgumentException(
        place
            + " is "
            + (value.isMissingNode() ? "missing" : shortened(value.toString()))
            + ": "
            + rule
            + " is expected; pass what RepairPlan.toJson() wrote");
  }

  static String shortened(String text) {
    // As much as a message needs.
    return text.length() <= 80 ? text : text.substring(0, 80) + "…";
  }
}
