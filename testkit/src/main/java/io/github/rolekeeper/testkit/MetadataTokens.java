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
  private static final int NONCE = 10;
  private static final int CODE = 24;
  private static final int SIZE = Long.BYTES + NONCE + CODE;

  private final Ids ids;
  private final byte[] key;

  MetadataTokens(Ids ids) {
    this.ids = ids;
    this.key = ids.bytes(32);
  }

  String issue(Duration lifetime, Instant now) {
    byte[] content =
        ByteBuffer.allocate(Long.BYTES + NONCE)
            .putLong(now.plus(lifetime).toEpochMilli())
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
    byte[] content = Arrays.copyOf(read, Long.BYTES + NONCE);
    if (!MessageDigest.isEqual(code(content), Arrays.copyOfRange(read, content.length, SIZE))) {
      return null;
    }
    Instant end = Instant.ofEpochMilli(ByteBuffer.wrap(content).getLong());
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
