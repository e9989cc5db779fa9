package io.github.rolekeeper.imds;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A key pair that was named at launch.
 *
 * @param index its place in the listing
 * @param name of the key pair; empty if the listing does not tell
 * @param openSsh the public key as one line of {@code authorized_keys}
 */
public record PublicKey(int index, String name, Optional<String> openSsh) {
  private static final String KEYS = "meta-data/public-keys/";

  /**
   * Checks that nothing is null.
   *
   * @param index as above
   * @param name as above
   * @param openSsh as above
   */
  public PublicKey {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(openSsh, "openSsh");
  }

  static List<PublicKey> readAll(PathReader paths) {
    return paths.lines(KEYS, Lines.KEY_PAIRS).stream().map(line -> read(paths, line)).toList();
  }

  private static PublicKey read(PathReader paths, String line) {
    int equals = line.indexOf('=');
    String index = equals < 0 ? line : line.substring(0, equals);
    return new PublicKey(
        Integer.parseInt(index),
        equals < 0 ? "" : line.substring(equals + 1),
        paths.value(KEYS + index + "/openssh-key"));
  }
}
