package io.github.rolekeeper.testkit;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The session tokens of one instance's metadata service. A token holds its own end and a message
 * authentication code, so that none need be remembered, however many are asked for.
 */
final class MetadataTokens {
  // With it a token is a multiple of three bytes: no padding in Base64.
  private static final int NONCE = 9;
  private static final int CODE = 24;
  private static final int KEY = 32;
  private static final int END = Long.BYTES + Integer.BYTES;
  private static final int SIZE = END + NONCE + CODE;

  private final Ids ids;
  private final byte[] key;

  MetadataTokens(Ids ids) {
    this(ids, ids.bytes(KEY));
  }

  private MetadataTokens(Ids ids, byte[] key) {
    this.ids = ids;
    this.key = key;
  }

  /**
   * Goes on with the tokens of another.
   *
   * @throws IllegalArgumentException if the key is none
   */
  MetadataTokens withKey(byte[] other) {
    if (other.length != KEY) {
      throw new IllegalArgumentException(
          "the seed's 'tokenKey' has " + other.length + " bytes and must have " + KEY);
    }
    return new MetadataTokens(ids, other.clone());
  }

  /** What the tokens are authenticated by. */
  byte[] key() {
    return key.clone();
  }

  String issue(Duration lifetime, Instant now) {
    Instant end = now.plus(lifetime);
    byte[] content =
        ByteBuffer.allocate(END + NONCE)
            .putLong(end.getEpochSecond())
            .putInt(end.getNano())
            .put(ids.bytes(NONCE))
            .array();
    return Base64.getUrlEncoder()
        .encodeToString(ByteBuffer.allocate(SIZE).put(content).put(code(content)).array());
  }

  /** What is left of a token's life; null if it is not this instance's, or has ended. */
  @Nullable Duration lifeLeft(String token, Instant now) {
    byte[] read;
    try {
      read = Base64.getUrlDecoder().decode(token);
    } catch (IllegalArgumentException e) {
      return null;
    }
    if (read.length != SIZE) {
      return null;
    }
    byte[] content = Arrays.copyOf(read, END + NONCE);
    if (!MessageDigest.isEqual(code(content), Arrays.copyOfRange(read, content.length, SIZE))) {
      return null;
    }
    ByteBuffer ends = ByteBuffer.wrap(content);
    Instant end = Instant.ofEpochSecond(ends.getLong(), ends.getInt());
    return now.isBefore(end) ? Duration.between(now, end) : null;
  }

  private byte[] code(byte[] content) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      return Arrays.copyOf(mac.doFinal(content), CODE);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has HmacSHA256", e);
    }
  }
}
