package io.github.rolekeeper.examples.doctor;

import java.util.LinkedHashMap;
import java.util.Map;

/** The library names what to pass as its methods are called; a person at a terminal has options. */
final class Wording {
  private static final Map<String, String> OPTIONS = new LinkedHashMap<>();

  static {
    OPTIONS.put("allowStopStart()", "--allow-stop-start");
    OPTIONS.put("allowRoleRemoval()", "--allow-role-removal");
    OPTIONS.put("allowTrustPolicyChange()", "--allow-trust-policy-change");
    OPTIONS.put("allowMetadataOptionsChange()", "--allow-metadata-options-change");
    OPTIONS.put("standby(how)", "--standby");
    OPTIONS.put("instanceProfile(name)", "--profile NAME");
    OPTIONS.put("role(name)", "--role NAME");
    OPTIONS.put("journal(Journal.inDirectory(path)), or one of your own", "--journal DIRECTORY");
    OPTIONS.put("builder method endpoint", "--metadata-endpoint");
    OPTIONS.put(
        "no metadata client was given", "neither --on-instance nor --metadata-endpoint was");
    OPTIONS.put("given with metadata(…)", "given with --metadata-endpoint");
    OPTIONS.put("without a metadata client", "without --on-instance or --metadata-endpoint");
  }

  private Wording() {}

  static String ofOptions(String text) {
    String worded = text;
    for (Map.Entry<String, String> each : OPTIONS.entrySet()) {
      worded = worded.replace(each.getKey(), each.getValue());
    }
    return worded;
  }
}
