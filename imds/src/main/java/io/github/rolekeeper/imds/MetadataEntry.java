package io.github.rolekeeper.imds;

import java.util.Objects;

/**
 * One line of a listing.
 *
 * @param name as listed, without the slash that marks a directory
 * @param directory whether the listing marks it as a directory. The service is not strict about it:
 *     {@code 0=my-key} in {@code public-keys/} is one without a mark
 */
public record MetadataEntry(String name, boolean directory) {
  /**
   * Checks that there is a name.
   *
   * @param name as above
   * @param directory as above
   */
  public MetadataEntry {
    Objects.requireNonNull(name, "name");
  }

  static MetadataEntry of(String line) {
    return line.endsWith("/")
        ? new MetadataEntry(line.substring(0, line.length() - 1), true)
        : new MetadataEntry(line, false);
  }
}
