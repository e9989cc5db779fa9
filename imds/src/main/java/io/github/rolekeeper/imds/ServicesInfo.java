package io.github.rolekeeper.imds;

import java.util.Objects;
import java.util.Optional;

/**
 * Where the AWS services of the instance's Region are.
 *
 * @param domain of their endpoints, such as {@code amazonaws.com}
 * @param partition such as {@code aws}, {@code aws-cn} or {@code aws-us-gov}
 */
public record ServicesInfo(Optional<String> domain, Optional<String> partition) {
  /**
   * Checks that nothing is null.
   *
   * @param domain as above
   * @param partition as above
   */
  public ServicesInfo {
    Objects.requireNonNull(domain, "domain");
    Objects.requireNonNull(partition, "partition");
  }

  static ServicesInfo read(PathReader paths) {
    return new ServicesInfo(
        paths.value("meta-data/services/domain"), paths.value("meta-data/services/partition"));
  }
}
