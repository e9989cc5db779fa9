package io.github.rolekeeper.testkit;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Identifiers in the forms that AWS issues. Seeded, so that two runs of a test look the same. */
final class Ids {
  // IAM's unique ids use the base-32 alphabet: four letters for the kind, then 17 characters.
  private static final String IAM_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  private static final String HEX = "0123456789abcdef";
  private static final String SECRET_ALPHABET =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

  private final Random random;
  private final Map<String, String> reserved = new HashMap<>();

  Ids(long seed) {
    random = new Random(seed);
  }

  /**
   * Goes on with another row of ids. A restored account needs one, or it would issue again what the
   * account before it has issued.
   */
  void reseed(long seed) {
    random.setSeed(seed);
  }

  /** The next id of its kind is this one: for what is restored under the id that it had. */
  void reserve(String prefix, @Nullable String id) {
    if (id != null) {
      reserved.put(prefix, id);
    }
  }

  private String id(String prefix, String alphabet, int length) {
    String fresh = prefix + text(alphabet, length);
    String wanted = reserved.remove(prefix);
    return wanted == null ? fresh : wanted;
  }

  String instanceProfile() {
    return id("AIPA", IAM_ALPHABET, 17);
  }

  String role() {
    return id("AROA", IAM_ALPHABET, 17);
  }

  String policy() {
    return id("ANPA", IAM_ALPHABET, 17);
  }

  String sessionAccessKey() {
    return "ASIA" + text(IAM_ALPHABET, 16);
  }

  String secretKey() {
    return text(SECRET_ALPHABET, 40);
  }

  String sessionToken() {
    return "IQoJb3JpZ2luX2Vj" + text(SECRET_ALPHABET, 320);
  }

  String instance() {
    return id("i-", HEX, 17);
  }

  String association() {
    return id("iip-assoc-", HEX, 17);
  }

  String launchTemplate() {
    return id("lt-", HEX, 17);
  }

  String reservation() {
    return "r-" + text(HEX, 17);
  }

  String networkInterface() {
    return id("eni-", HEX, 17);
  }

  String request() {
    return String.join(
        "-", text(HEX, 8), text(HEX, 4), "4" + text(HEX, 3), "a" + text(HEX, 3), text(HEX, 12));
  }

  byte[] bytes(int count) {
    var bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }

  private String text(String alphabet, int length) {
    var text = new StringBuilder(length);
    for (int i = 0; i < length; i++) {
      text.append(alphabet.charAt(random.nextInt(alphabet.length())));
    }
    return text.toString();
  }
}
