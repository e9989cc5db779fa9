package io.github.rolekeeper.core;

/** How access key ids are shown. */
final class AccessKeyIds {
  private static final int SHOWN = 4; // as `aws configure list` does

  private AccessKeyIds() {}

  static String masked(String accessKeyId) {
    int hidden = accessKeyId.length() - SHOWN;
    String shown = hidden < SHOWN ? "" : accessKeyId.substring(hidden);
    return "****" + shown.replaceAll("[^!-~]", "?"); // wherever the id came from
  }
}
