package io.github.rolekeeper.imds;

import java.util.Objects;

/**
 * Where the value of a setting came from.
 *
 * @param source the kind of place
 * @param name what the setting is called there; for a default, why it is that one, or empty
 */
public record Origin(Source source, String name) {
  static final Origin DEFAULT = new Origin(Source.DEFAULT, "");

  /**
   * Checks that nothing is null.
   *
   * @param source as above
   * @param name as above
   */
  public Origin {
    Objects.requireNonNull(source, "source");
    Objects.requireNonNull(name, "name");
  }

  /** The kinds of places, from the one that wins to the one that loses. */
  public enum Source {
    /** A method of {@link InstanceMetadataClient.Builder}. */
    BUILDER("builder method"),

    /** A property of the JVM, such as {@code -Daws.ec2MetadataServiceEndpoint=...}. */
    JVM_PROPERTY("JVM property"),

    /** A variable in the environment of the process. */
    ENVIRONMENT("environment variable"),

    /** A key of the AWS profile file. */
    PROFILE_FILE("profile file key"),

    /** Nobody set it. */
    DEFAULT("default");

    private final String words;

    Source(String words) {
      this.words = words;
    }
  }

  /** Such as {@code environment variable AWS_METADATA_SERVICE_TIMEOUT}. */
  @Override
  public String toString() {
    return name.isEmpty() ? source.words : source.words + " " + name;
  }
}
