package io.github.rolekeeper.testkit;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What a test in another process does to an {@link AccountServer}: JSON over HTTP. */
final class ControlApi {
  static final String PREFIX = "/_rolekeeper/";

  /**
   * More than a snapshot of ten thousand instances takes: 2 kB each with its session, and 0.7 kB
   * for each session that ended less than a day ago. But a snapshot is held as bytes, as text and
   * as objects at once, about twelve times its size: in a small heap less is taken.
   */
  static final int LARGEST_BODY = (int) Math.min(64 << 20, Runtime.getRuntime().maxMemory() / 16);

  private static final Instant LATEST = Instant.parse("9998-12-31T23:59:59Z");

  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private static final Pattern OF_INSTANCE =
      Pattern.compile("instances/([^/]+)/(notices|metadata-root)");

  @FunctionalInterface
  private interface Action {
    JsonNode answer(byte[] body);
  }

  /** A request that is refused. */
  private static final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final int status;
    private final String error;

    Refusal(int status, String error, String message) {
      super(message, null, false, false);
      this.status = status;
      this.error = error;
    }
  }

  private final AccountServer server;

  /** By path without the prefix, then by method. */
  private final Map<String, Map<String, Action>> actions =
      new TreeMap<>(
          Map.of(
              "health", Map.of("GET", body -> health()),
              "clock", Map.of("GET", body -> clock(), "POST", this::moveClock),
              "faults", Map.of("POST", this::inject, "DELETE", body -> clearFaults()),
              "journal", Map.of("GET", body -> journal(), "DELETE", body -> clearJournal()),
              "reset", Map.of("POST", this::reset),
              "timings", Map.of("GET", body -> timings(), "PUT", this::setTimings),
              "rules", Map.of("GET", body -> rules(), "PUT", this::setRules),
              "snapshot", Map.of("GET", body -> snapshot()),
              "restore", Map.of("POST", this::restore)));

  ControlApi(AccountServer server) {
    this.server = server;
  }

  /** Whether a request is for this API and not for AWS's; the slash at its end may be missing. */
  static boolean isMeant(String target) {
    return (target.split("\\?", 2)[0] + "/").startsWith(PREFIX);
  }

  WireResponse answer(String method, String target, byte[] body) {
    String whole = target.split("\\?", 2)[0];
    String path = whole.substring(Math.min(whole.length(), PREFIX.length()));
    Matcher ofInstance = OF_INSTANCE.matcher(path);
    Map<String, Action> resource =
        ofInstance.matches()
            ? ofInstance.group(2).equals("notices")
                ? noticesOf(ofInstance.group(1))
                : metadataRootOf(ofInstance.group(1))
            : actions.get(path);
    if (resource == null) {
      return error(
          404,
          "NotFound",
          "There is no '"
              + path
              + "' under "
              + PREFIX
              + "; there are "
              + actions.keySet()
              + ", instances/<instance-id>/notices and instances/<instance-id>/metadata-root");
    }
    Action action = resource.get(method);
    if (action == null) {
      String allowed = resource.keySet().stream().sorted().collect(Collectors.joining(", "));
      return error(
              405, "MethodNotAllowed", "'" + path + "' has no " + method + "; it has " + allowed)
          .with("Allow", allowed);
    }
    try {
      return json(200, action.answer(body));
    } catch (Refusal e) {
      return error(e.status, e.error, String.valueOf(e.getMessage()));
    } catch (OutOfMemoryError e) {
      return error(
          507,
          "InsufficientStorage",
          "The server's heap of "
              + (Runtime.getRuntime().maxMemory() >> 20)
              + " MiB is too small for this: "
              + e.getMessage()
              + "; start it with a larger one, as with java -Xmx2g -jar");
    } catch (RuntimeException | Error e) {
      return error(500, "InternalFailure", "The simulated account failed: " + e);
    }
  }

  static WireResponse tooLarge(long bytes) {
    return error(
        413,
        "RequestEntityTooLarge",
        "The body has "
            + bytes
            + " bytes; no more than "
            + LARGEST_BODY
            + " are taken, which is 64 MiB or a sixteenth of the server's heap");
  }

  static WireResponse error(int status, String error, String message) {
    return json(status, JSON.createObjectNode().put("error", error).put("message", message));
  }

  private static WireResponse json(int status, JsonNode body) {
    try {
      return WireResponse.of(status, "application/json", JSON.writeValueAsBytes(body));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("texts can always be written", e);
    }
  }

  private JsonNode health() {
    SimulatedAccount account = server.account();
    ObjectNode health =
        JSON.createObjectNode()
            .put("status", "UP")
            .put("endpoint", server.endpoint().toString())
            .put("accountId", account.accountId())
            .put("region", account.region());
    ArrayNode instances = health.putArray("instances");
    World world = account.world();
    synchronized (world) {
      world.tick();
      health.put("droppedFromJournal", account.journal().dropped());
      for (Instance instance : world.instances()) {
        ObjectNode shown =
            instances
                .addObject()
                .put("id", instance.id)
                .put("state", instance.state.wireName())
                .put(
                    "metadataEndpoint",
                    new SimulatedInstance(world, instance.id, server.endpoint(), server.ports())
                        .metadataEndpoint()
                        .toString());
        server
            .ports()
            .opened(instance.id)
            .ifPresent(root -> shown.put("metadataRoot", root.toString()));
      }
    }
    return health;
  }

  private JsonNode clock() {
    return JSON.createObjectNode().put("now", server.account().clock().instant().toString());
  }

  private JsonNode moveClock(byte[] body) {
    ObjectNode members = members(body, List.of("advance", "set"));
    if (members.size() != 1) {
      throw new Refusal(
          400,
          "InvalidRequest",
          "A clock is moved by {\"advance\":\"PT1H\"} or {\"set\":\"2026-01-01T00:00:00Z\"}, and"
              + " this has "
              + (members.isEmpty() ? "neither" : "both"));
    }
    MutableClock clock = server.account().clock();
    if (members.has("set")) {
      clock.set(tellable(instant(text(members, "set"))));
    } else {
      Duration step = duration("advance", text(members, "advance"));
      try {
        tellable(clock.instant().plus(step));
        clock.advance(step);
      } catch (IllegalArgumentException e) {
        throw invalid(String.valueOf(e.getMessage()));
      } catch (DateTimeException | ArithmeticException e) {
        throw beyond();
      }
    }
    return clock();
  }

  private JsonNode journal() {
    ArrayNode journal = JSON.createArrayNode();
    SimulatedAccount account = server.account();
    List<ApiCall> calls;
    World world = account.world();
    synchronized (world) {
      calls = account.journal().calls();
    }
    for (ApiCall call : calls) {
      ObjectNode entry =
          journal
              .addObject()
              .put("time", call.time().toString())
              .put("service", call.service())
              .put("operation", call.operation())
              .put("write", call.write())
              .put("principal", call.principal())
              .put("outcome", call.outcome())
              .put("fault", call.fault());
      ObjectNode parameters = entry.putObject("parameters");
      new TreeMap<>(call.parameters()).forEach(parameters::put);
    }
    return journal;
  }

  private JsonNode clearJournal() {
    server.account().clearJournal();
    return JSON.createArrayNode();
  }

  private JsonNode inject(byte[] body) {
    SimulatedAccount account = server.account();
    try {
      Fault fault = FaultRequest.read(members(body, FaultRequest.MEMBERS), account);
      account.inject(fault);
      return JSON.createObjectNode().put("injected", fault.toString());
    } catch (IllegalArgumentException e) {
      throw invalid(String.valueOf(e.getMessage()));
    }
  }

  private JsonNode clearFaults() {
    server.account().clearFaults();
    return JSON.createObjectNode();
  }

  private Map<String, Action> noticesOf(String id) {
    return Map.of(
        "POST",
        body -> {
          ObjectNode members = members(body, NoticeRequest.MEMBERS);
          try {
            SimulatedInstance instance = instance(id);
            NoticeRequest.read(members).forEach(notice -> notice.accept(instance));
          } catch (IllegalArgumentException | IllegalStateException e) {
            throw invalid(String.valueOf(e.getMessage()));
          }
          return JSON.createObjectNode();
        },
        "DELETE",
        body -> {
          instance(id).withdrawNotices();
          return JSON.createObjectNode();
        });
  }

  private Map<String, Action> metadataRootOf(String id) {
    return Map.of(
        "POST",
        body -> {
          ObjectNode members = body.length == 0 ? JSON.createObjectNode() : portOnly(body);
          SimulatedInstance instance = instance(id);
          try {
            URI root = instance.metadataRoot(members.path("port").asInt(0));
            return JSON.createObjectNode().put("metadataRoot", root.toString());
          } catch (IllegalArgumentException e) {
            throw invalid(String.valueOf(e.getMessage()));
          } catch (IllegalStateException | UncheckedIOException e) {
            throw new Refusal(409, "Conflict", String.valueOf(e.getMessage()));
          }
        },
        "DELETE",
        body -> {
          if (!server.ports().close(id)) {
            throw new Refusal(404, "NotFound", "No port is open for the metadata of '" + id + "'");
          }
          return JSON.createObjectNode();
        });
  }

  private static ObjectNode portOnly(byte[] body) {
    ObjectNode members = members(body, List.of("port"));
    if (members.has("port") && !members.path("port").isInt()) {
      throw invalid("port is a number from 1 to 65535, or 0 for any free one");
    }
    return members;
  }

  private SimulatedInstance instance(String id) {
    try {
      return server.account().instance(id);
    } catch (IllegalStateException e) {
      throw new Refusal(404, "NotFound", String.valueOf(e.getMessage()));
    }
  }

  private JsonNode reset(byte[] body) {
    if (body.length > 0) {
      members(body, List.of());
    }
    server.reset();
    return health();
  }

  private JsonNode timings() {
    World world = server.account().world();
    ObjectNode timings = JSON.createObjectNode();
    synchronized (world) {
      for (Timing timing : Timing.values()) {
        timings.put(timing.name(), world.timing(timing).toString());
      }
    }
    return timings;
  }

  /** All or nothing: a value that is wrong leaves the others as they were. */
  private JsonNode setTimings(byte[] body) {
    var wanted = new EnumMap<Timing, Duration>(Timing.class);
    ObjectNode members = members(body, names(Timing.values()));
    for (Timing timing : Timing.values()) {
      if (members.has(timing.name())) {
        Duration value = duration(timing.name(), text(members, timing.name()));
        try {
          wanted.put(timing, timing.checked(value));
        } catch (IllegalArgumentException e) {
          throw invalid(String.valueOf(e.getMessage()));
        }
      }
    }
    SimulatedAccount account = server.account();
    wanted.forEach(account::timing);
    return timings();
  }

  private JsonNode rules() {
    World world = server.account().world();
    ObjectNode rules = JSON.createObjectNode();
    synchronized (world) {
      for (Rule rule : Rule.values()) {
        rules.put(rule.name(), world.follows(rule));
      }
    }
    return rules;
  }

  private JsonNode setRules(byte[] body) {
    ObjectNode members = members(body, names(Rule.values()));
    for (Map.Entry<String, JsonNode> each : members.properties()) {
      if (!each.getValue().isBoolean()) {
        throw invalid("'" + each.getKey() + "' " + each.getValue() + " must be true or false");
      }
    }
    World world = server.account().world();
    synchronized (world) {
      world.tick();
      world.settle();
      for (Map.Entry<String, JsonNode> each : members.properties()) {
        Rule rule = Rule.valueOf(each.getKey());
        if (each.getValue().asBoolean()) {
          world.settings.rules.add(rule);
        } else {
          world.settings.rules.remove(rule);
        }
      }
    }
    return rules();
  }

  private JsonNode snapshot() {
    World world = server.account().world();
    synchronized (world) {
      // Written straight from the values: as a tree a large one would be held another time.
      return JSON.getNodeFactory().pojoNode(Snapshot.of(world));
    }
  }

  private JsonNode restore(byte[] body) {
    try {
      server.restore(new String(body, StandardCharsets.UTF_8));
    } catch (IllegalArgumentException e) {
      throw new Refusal(400, "InvalidSnapshot", String.valueOf(e.getMessage()));
    }
    return health();
  }

  private static List<String> names(Enum<?>[] values) {
    return Arrays.stream(values).map(Enum::name).toList();
  }

  private static ObjectNode members(byte[] body, List<String> known) {
    JsonNode read;
    try {
      read = JSON.readTree(body);
    } catch (JsonProcessingException e) {
      throw new Refusal(400, "MalformedJson", "The body is no JSON: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw new Refusal(400, "MalformedJson", "The body is no JSON: " + e.getMessage());
    }
    if (!(read instanceof ObjectNode members)) {
      throw new Refusal(
          400,
          "InvalidRequest",
          "The body must be a JSON object with members of " + known + ", and it is not");
    }
    for (Map.Entry<String, JsonNode> each : members.properties()) {
      if (!known.contains(each.getKey())) {
        throw new Refusal(
            400,
            "UnknownMember",
            "The member '" + each.getKey() + "' is unknown; known are " + known);
      }
    }
    return members;
  }

  private static String text(ObjectNode members, String member) {
    JsonNode value = members.get(member);
    if (value == null || !value.isTextual()) {
      throw invalid("'" + member + "' " + value + " must be a text");
    }
    return value.textValue();
  }

  private static Duration duration(String member, String value) {
    try {
      return Duration.parse(value);
    } catch (DateTimeException e) {
      throw invalid("'" + member + "' '" + value + "' must be an ISO-8601 duration, as PT1H30M");
    }
  }

  private static Instant instant(String value) {
    try {
      return Instant.parse(value);
    } catch (DateTimeException e) {
      throw invalid("'set' '" + value + "' must be an ISO-8601 instant, as 2026-01-01T00:00:00Z");
    }
  }

  private static Instant tellable(Instant instant) {
    if (!isTellable(instant)) {
      throw beyond();
    }
    return instant;
  }

  /** AWS writes years in four digits. */
  static boolean isTellable(Instant instant) {
    return !instant.isBefore(Instant.EPOCH) && !instant.isAfter(LATEST);
  }

  private static Refusal beyond() {
    return invalid("The clock must stay between " + Instant.EPOCH + " and " + LATEST);
  }

  private static Refusal invalid(String message) {
    return new Refusal(400, "InvalidValue", message);
  }
}
