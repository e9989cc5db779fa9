package io.github.rolekeeper.testkit;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** A launch template with its versions. Guarded by the world's lock. */
final class LaunchTemplate {
  static final String LATEST = "$Latest";
  static final String DEFAULT = "$Default";

  /**
   * One version; it never changes.
   *
   * @param token what the request that created it was marked with, so that its repetition creates
   *     no other; empty for none
   * @param request what that request asked for, as a digest
   * @param data the parameters of a launch, in the flat names of the Query protocol
   */
  record Version(
      long number,
      String description,
      Instant created,
      String createdBy,
      String token,
      String request,
      Parameters data) {
    /** Whether the request with a token created it. */
    boolean isOf(String otherToken) {
      return !token.isEmpty() && token.equals(otherToken);
    }
  }

  final String id;
  final String name;
  final Instant created;
  final String createdBy;
  final Map<String, String> tags = new LinkedHashMap<>();
  final NavigableMap<Long, Version> versions = new TreeMap<>();
  long defaultVersion = 1;

  /** The highest number that was ever given: numbers of deleted versions do not come back. */
  long numbered;

  LaunchTemplate(String id, String name, Instant created, String createdBy) {
    this.id = id;
    this.name = name;
    this.created = created;
    this.createdBy = createdBy;
  }

  Version add(
      String description, Instant at, String by, String token, String request, Parameters data) {
    var version = new Version(++numbered, description, at, by, token, request, data);
    versions.put(version.number(), version);
    return version;
  }

  /** A version by its number, or by {@code $Latest} or {@code $Default}. */
  Optional<Version> version(String wanted) {
    if (wanted.equals(LATEST)) {
      return Optional.of(versions.lastEntry().getValue());
    }
    if (wanted.equals(DEFAULT)) {
      return Optional.ofNullable(versions.get(defaultVersion));
    }
    return wanted.matches("\\d{1,18}")
        ? Optional.ofNullable(versions.get(Long.valueOf(wanted)))
        : Optional.empty();
  }
}
