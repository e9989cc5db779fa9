package io.github.rolekeeper.iamops;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** The tags of a profile among the parameters of the call that makes it, by the API's names. */
final class ProfileTags {
  private static final String MEMBER = "Tags.member.";
  private static final String KEY = ".Key";
  private static final String VALUE = ".Value";
  // Only AWS's services set those, and IAM refuses them from others (IAM User Guide, tags).
  private static final String RESERVED = "aws:";

  private ProfileTags() {}

  static Map<String, String> with(Map<String, String> parameters, Map<String, String> tags) {
    var all = new LinkedHashMap<>(parameters);
    int number = 0;
    for (Map.Entry<String, String> tag : new TreeMap<>(tags).entrySet()) {
      if (!tag.getKey().startsWith(RESERVED)) {
        number++;
        all.put(MEMBER + number + KEY, tag.getKey());
        all.put(MEMBER + number + VALUE, tag.getValue());
      }
    }
    return all;
  }

  /** By their keys, in their order. */
  static Map<String, String> of(RepairStep step) {
    var tags = new LinkedHashMap<String, String>();
    for (int i = 1; step.parameters().containsKey(MEMBER + i + KEY); i++) {
      tags.put(
          step.parameter(MEMBER + i + KEY), step.parameters().getOrDefault(MEMBER + i + VALUE, ""));
    }
    return tags;
  }
}
