package io.github.rolekeeper.core;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The sets that the metadata service was last seen to serve. Immutable and bounded.
 *
 * @param sets the newest first, one for each access key id
 */
record ServedDocuments(List<CredentialMetadata> sets) {
  // Sessions of up to 6 h 36 min (the longest in documents of EC2 that people posted in public:
  // 6:35:04), renewed once an hour (botocore's maintainers on EC2): up to seven are alive at once.
  // What is older is dead, and nobody begins to use it.
  private static final int MAX = 8;

  private static final ServedDocuments NONE = new ServedDocuments(List.of());

  static ServedDocuments none() {
    return NONE;
  }

  ServedDocuments with(CredentialMetadata set) {
    return new ServedDocuments(
        Stream.concat(
                Stream.of(set),
                sets.stream().filter(each -> !each.accessKeyId().equals(set.accessKeyId())))
            .limit(MAX)
            .toList());
  }

  Optional<CredentialMetadata> of(String accessKeyId) {
    return sets.stream().filter(set -> set.accessKeyId().equals(accessKeyId)).findFirst();
  }
}
