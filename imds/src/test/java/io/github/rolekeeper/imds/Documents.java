package io.github.rolekeeper.imds;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Writes one document in many ways that mean the same: a JSON reader has to find equal values. */
public final class Documents {
  /** The smallest document of credentials that is one. */
  public static final String CREDENTIALS =
      "{\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"s\",\"Token\":\"t\","
          + "\"Expiration\":\"2999-01-01T00:00:00Z\"}";

  private static final String[] SPACE = {"", "", " ", "\n", "\t ", "\r\n  "};

  private final Random random;

  public Documents(Random random) {
    this.random = random;
  }

  public String any(String... texts) {
    return texts[random.nextInt(texts.length)];
  }

  public boolean oneIn(int count) {
    return random.nextInt(count) == 0;
  }

  /** The members in any order, among unknown ones. Null stands for null; lists are arrays. */
  public String object(Map<String, ?> members) {
    List<String> parts = new ArrayList<>();
    members.forEach(
        (name, value) -> parts.add(string(name) + space() + ":" + space() + json(value)));
    for (int i = random.nextInt(3); i > 0; i--) {
      parts.add(string("Unknown" + i) + ":" + space() + unknown(3));
    }
    Collections.shuffle(parts, random);
    return space() + "{" + space() + String.join(space() + "," + space(), parts) + "}" + space();
  }

  String array(List<String> parts) {
    return space() + "[" + String.join(space() + "," + space(), parts) + space() + "]" + space();
  }

  private String json(Object value) {
    if (value instanceof List<?> items) {
      return array(items.stream().map(this::json).toList());
    }
    return value instanceof String text ? string(text) : String.valueOf(value);
  }

  private String unknown(int depth) {
    return switch (random.nextInt(depth > 0 ? 7 : 5)) {
      case 0 -> "null";
      case 1 -> "true";
      case 2 -> "-1.5e3";
      case 3 -> string("text \"with\" \\ é and \uD83D\uDE00");
      case 4 -> "[]";
      case 5 -> "[" + unknown(depth - 1) + ", " + unknown(depth - 1) + "]";
      default -> "{" + string("Code") + ": " + unknown(depth - 1) + "}";
    };
  }

  private String space() {
    return SPACE[random.nextInt(SPACE.length)];
  }

  private String string(String text) {
    StringBuilder json = new StringBuilder("\"");
    text.codePoints()
        .mapToObj(Character::toString) // both halves of a pair are escaped, or none
        .forEach(
            c -> {
              if (c.equals("\"") || c.equals("\\") || c.charAt(0) < ' ' || oneIn(12)) {
                c.chars().forEach(half -> json.append(String.format("\\u%04x", half)));
              } else {
                json.append(c);
              }
            });
    return json.append('"').toString();
  }

  /** The same bytes with something wrong: cut off, overwritten, doubled, or nothing like it. */
  public byte[] broken(byte[] bytes) {
    byte[] result = bytes.clone();
    switch (random.nextInt(5)) {
      case 0 -> result = Arrays.copyOf(result, random.nextInt(result.length + 1));
      case 1 -> {
        for (int i = random.nextInt(8); i >= 0 && result.length > 0; i--) {
          result[random.nextInt(result.length)] = (byte) random.nextInt(256);
        }
      }
      case 2 -> {
        result = Arrays.copyOf(bytes, bytes.length * 2);
        System.arraycopy(bytes, 0, result, bytes.length, bytes.length);
      }
      case 3 -> {
        result = new byte[random.nextInt(200)];
        random.nextBytes(result);
      }
      default -> {
        char[] syntax = "{}[]\":,\\ \r\n0-".toCharArray();
        for (int i = random.nextInt(4); i >= 0 && result.length > 0; i--) {
          result[random.nextInt(result.length)] = (byte) syntax[random.nextInt(syntax.length)];
        }
      }
    }
    return result;
  }
}
