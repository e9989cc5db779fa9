package io.github.rolekeeper.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A {@link Fault} as JSON: its kind, to what it happens, and what its kind asks for. */
final class FaultRequest {
  static final List<String> MEMBERS =
      List.of(
          "kind",
          "on",
          "instance",
          "times",
          "atCalls",
          "probability",
          "seed",
          "status",
          "code",
          "message",
          "duration",
          "from",
          "until",
          "during",
          "bytes",
          "value",
          "reads",
          "act");

  private static final Set<String> FOR_EVERY_KIND =
      Set.of(
          "kind",
          "on",
          "instance",
          "times",
          "atCalls",
          "probability",
          "seed",
          "from",
          "until",
          "during");

  private final ObjectNode members;
  private final SimulatedAccount account;

  private FaultRequest(ObjectNode members, SimulatedAccount account) {
    this.members = members;
    this.account = account;
  }

  /**
   * Reads one.
   *
   * @param account in which another actor would act
   * @throws IllegalArgumentException if a member is missing or makes no sense; the message says
   *     which
   */
  static Fault read(ObjectNode members, SimulatedAccount account) {
    var request = new FaultRequest(members, account);
    request.requireHeeded();
    Fault fault = request.within(request.limited(request.fault()));
    if (members.has("on")) {
      fault = fault.on(request.texts("on"));
    }
    return members.has("instance") ? fault.forInstance(request.text("instance")) : fault;
  }

  /** Refuses a member that would make no difference. */
  private void requireHeeded() {
    Set<String> own = membersOf(kind());
    for (Map.Entry<String, JsonNode> each : members.properties()) {
      if (!FOR_EVERY_KIND.contains(each.getKey()) && !own.contains(each.getKey())) {
        throw new IllegalArgumentException(
            "'" + each.getKey() + "' says nothing of a fault of 'kind' " + kind());
      }
    }
    if (members.has("seed") && !members.has("probability")) {
      throw new IllegalArgumentException("'seed' says nothing without 'probability'");
    }
    if (members.has("message") && !members.has("code")) {
      throw new IllegalArgumentException("'message' needs a 'code' beside it");
    }
  }

  /** What only faults of one kind are told. */
  private static Set<String> membersOf(Fault.Kind kind) {
    return switch (kind) {
      case ERROR -> Set.of("status", "code", "message");
      case SLOW, DRIPPED -> Set.of("duration");
      case OVERSIZE -> Set.of("bytes");
      case CONTENT_TYPE, WITHOUT_HEADER -> Set.of("value");
      case REDIRECT -> Set.of("status", "value");
      case ID_FOR_ARN -> Set.of("reads");
      case ANOTHER_ACTOR -> Set.of("act");
      default -> Set.of();
    };
  }

  private Fault fault() {
    return switch (kind()) {
      case THROTTLED -> Fault.throttled();
      case INTERNAL_ERROR -> Fault.internalError();
      case UNAVAILABLE -> Fault.unavailable();
      case CONCURRENT_MODIFICATION -> Fault.concurrentModification();
      case ERROR ->
          members.has("code")
              ? Fault.error(
                  number("status"),
                  text("code"),
                  members.has("message") ? text("message") : "injected")
              : Fault.status(number("status"));
      case REFUSED -> Fault.refused();
      case CONNECTION_RESET -> Fault.connectionReset();
      case NO_ANSWER -> Fault.noAnswer();
      case LOST_ANSWER -> Fault.lostAnswer();
      case SLOW -> Fault.slow(duration("duration"));
      case DRIPPED -> Fault.dripped(duration("duration"));
      case TRUNCATED -> Fault.truncated();
      case GARBLED -> Fault.garbled();
      case OVERSIZE -> Fault.oversize(number("bytes"));
      case CONTENT_TYPE -> Fault.contentType(text("value"));
      case WITHOUT_HEADER -> Fault.withoutHeader(text("value"));
      case HTTP_1_0 -> Fault.http10();
      case REDIRECT ->
          members.has("status")
              ? Fault.redirect(number("status"), text("value"))
              : Fault.redirect(text("value"));
      case ID_FOR_ARN -> Fault.idForArn(number("reads"));
      case EMPTY_PAGE -> Fault.emptyPage();
      case ANOTHER_ACTOR -> Fault.anotherActor(ActRequest.read(members.path("act"), account));
    };
  }

  private Fault.Kind kind() {
    String name = text("kind");
    return Arrays.stream(Fault.Kind.values())
        .filter(kind -> kind.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "'kind' '"
                        + name
                        + "' must be one of "
                        + Arrays.toString(Fault.Kind.values())));
  }

  private Fault limited(Fault fault) {
    long limits = List.of("times", "atCalls", "probability").stream().filter(members::has).count();
    if (limits > 1) {
      throw new IllegalArgumentException(
          "'times', 'atCalls' and 'probability' exclude each other: send one");
    }
    if (members.has("times")) {
      return fault.times(number("times"));
    }
    if (members.has("atCalls")) {
      var calls = new ArrayList<Integer>();
      for (JsonNode call : array("atCalls")) {
        if (!call.isInt()) {
          throw new IllegalArgumentException("'atCalls' " + call + " must be a whole number");
        }
        calls.add(call.asInt());
      }
      return fault.atCalls(calls.stream().mapToInt(Integer::intValue).toArray());
    }
    if (members.has("probability")) {
      JsonNode probability = members.get("probability");
      if (!probability.isNumber()) {
        throw new IllegalArgumentException("'probability' " + probability + " must be a number");
      }
      JsonNode seed = members.get("seed");
      if (seed != null && !seed.canConvertToExactIntegral()) {
        throw new IllegalArgumentException("'seed' " + seed + " must be a whole number");
      }
      return fault.withProbability(probability.asDouble(), seed == null ? 0 : seed.asLong());
    }
    return fault;
  }

  private Fault within(Fault fault) {
    if (members.has("during")) {
      if (members.has("from") || members.has("until")) {
        throw new IllegalArgumentException("'during' excludes 'from' and 'until': send one");
      }
      return fault.during(duration("during"));
    }
    return members.has("from") || members.has("until")
        ? fault.between(instant("from"), instant("until"))
        : fault;
  }

  private Instant instant(String member) {
    try {
      return Instant.parse(text(member));
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(
          "'"
              + member
              + "' '"
              + text(member)
              + "' must be an ISO-8601 instant, as 2026-01-01T00:00:00Z",
          e);
    }
  }

  private String text(String member) {
    JsonNode value = members.get(member);
    if (value == null || !value.isTextual()) {
      throw new IllegalArgumentException("'" + member + "' " + value + " must be a text");
    }
    return value.textValue();
  }

  private String[] texts(String member) {
    var texts = new ArrayList<String>();
    for (JsonNode each : array(member)) {
      if (!each.isTextual()) {
        throw notAnArray(member);
      }
      texts.add(each.textValue());
    }
    return texts.toArray(String[]::new);
  }

  private JsonNode array(String member) {
    JsonNode array = members.get(member);
    if (!array.isArray() || array.isEmpty()) {
      throw notAnArray(member);
    }
    return array;
  }

  private IllegalArgumentException notAnArray(String member) {
    return new IllegalArgumentException(
        "'"
            + member
            + "' "
            + members.get(member)
            + " must be an array of "
            + (member.equals("on") ? "texts" : "whole numbers")
            + ", not empty");
  }

  private int number(String member) {
    JsonNode value = members.get(member);
    if (value == null || !value.isInt()) {
      throw new IllegalArgumentException("'" + member + "' " + value + " must be a whole number");
    }
    return value.intValue();
  }

  private Duration duration(String member) {
    try {
      return Duration.parse(text(member));
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(
          "'" + member + "' '" + text(member) + "' must be an ISO-8601 duration, as PT1.5S", e);
    }
  }
}
