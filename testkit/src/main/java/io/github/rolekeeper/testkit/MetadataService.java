package io.github.rolekeeper.testkit;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The metadata services of all instances, each under a path of its own. */
final class MetadataService {
  static final String PREFIX = "/_instances/";

  private static final Pattern TARGET = Pattern.compile(PREFIX + "([^/]+)(/.*)?");
  private static final String TOKEN_HEADER = "X-aws-ec2-metadata-token";
  private static final String PROXIED = "X-Forwarded-For";
  private static final String TTL_HEADER = "X-aws-ec2-metadata-token-ttl-seconds";
  // One second to six hours (EC2 User Guide, how IMDSv2 works).
  private static final long LONGEST_TTL = 21_600;
  private static final String USER_DATA = "user-data";

  private final World world;
  private final Journal journal;

  MetadataService(World world, Journal journal) {
    this.world = world;
    this.journal = journal;
  }

  /** Finds out which instance and path a request is for. */
  Front.Route route(WireRequest request) {
    Matcher target = TARGET.matcher(request.path());
    String id = target.matches() ? target.group(1) : "";
    String path = target.matches() && target.group(2) != null ? decoded(target.group(2)) : "/";
    String operation = request.method() + " " + path;
    return new Front.Route() {
      @Override
      public String service() {
        return "imds";
      }

      @Override
      public String operation() {
        return operation;
      }

      @Override
      public String instanceId() {
        return id;
      }

      @Override
      public boolean isHeard() {
        return world.find(id).filter(MetadataService.this::listens).isPresent();
      }

      @Override
      public WireResponse answer(@Nullable Fault fault) {
        Instant now = world.now();
        var entry = new Journal.Entry(now);
        entry.service = service();
        entry.operation = operation;
        entry.parameters = Map.of("InstanceId", id);
        entry.fault = fault == null ? "" : fault.kind().name();
        Instance instance = world.find(id).orElse(null);
        if (instance == null || !listens(instance)) {
          entry.outcome = WireResponse.Transit.REFUSED.name();
          journal.add(entry);
          return WireResponse.none(WireResponse.Transit.REFUSED, Duration.ZERO);
        }
        instance.metadata.settle(now);
        boolean preempted = fault != null && fault.kind().precedesEffect();
        WireResponse response =
            preempted
                ? preempted(java.util.Objects.requireNonNull(fault))
                : MetadataService.this.answer(request, path, instance, now);
        // A fault that ends the connection has no status.
        entry.outcome =
            switch (response.status()) {
              case 0 -> entry.fault;
              case 200 -> "OK";
              default -> String.valueOf(response.status());
            };
        journal.add(entry);
        return finished(response, now);
      }
    };
  }

  private boolean listens(Instance instance) {
    return instance.state == Instance.State.RUNNING
        && (instance.metadataOptions.enabled || world.follows(Rule.DISABLED_METADATA_ANSWERS_403));
  }

  /** Keys of tags hold characters that clients may encode. A plus is no space in a path. */
  private static String decoded(String path) {
    try {
      return URLDecoder.decode(path.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new WireRequest.Malformed("'" + path + "' is not percent-encoded as a path is");
    }
  }

  private WireResponse preempted(Fault fault) {
    return switch (fault.kind()) {
      case THROTTLED -> error(429, reason(429));
      case INTERNAL_ERROR -> error(500, reason(500));
      case UNAVAILABLE -> error(503, reason(503));
      case CONCURRENT_MODIFICATION -> error(409, "Conflict");
      case REDIRECT -> WireResponse.of(fault.status(), "text/html", "");
      default -> error(fault.status(), reason(fault.status()));
    };
  }

  private static String reason(int status) {
    return switch (status) {
      case 400 -> "Bad Request";
      case 401 -> "Unauthorized";
      case 404 -> "Not Found";
      case 429 -> "Too Many Requests";
      case 500 -> "Internal Server Error";
      case 503 -> "Service Unavailable";
      default -> "Error";
    };
  }

  private WireResponse answer(WireRequest request, String path, Instance instance, Instant now) {
    // ModifyInstanceMetadataOptions, EC2 API reference: a disabled endpoint cannot be accessed.
    if (!instance.metadataOptions.enabled) {
      return forbidden();
    }
    if (path.equals("/latest/api/token")) {
      return token(request, instance, now);
    }
    if (request.method().equals("PUT") && path.matches("/[^/]*/api/token/?")) {
      return forbidden();
    }
    if (!request.method().equals("GET") && !request.method().equals("HEAD")) {
      return otherMethod(request, "OPTIONS, GET, HEAD");
    }
    String token = request.header(TOKEN_HEADER);
    if (token != null && request.header(PROXIED) != null) {
      return forbidden();
    }
    Duration left = token == null ? null : instance.metadata.tokens.lifeLeft(token, now);
    boolean refused =
        token == null
            ? instance.metadataOptions.tokensRequired
                || !world.follows(Rule.METADATA_V1_WHERE_TOKENS_ARE_OPTIONAL)
            : left == null;
    if (refused) {
      return error(401, "Unauthorized");
    }
    if (!world.follows(Rule.DIRECTORIES_NEED_NO_SLASH) && lacksSlash(path, instance, now)) {
      String host = request.header("Host"); // which HTTP/1.0 need not have
      return WireResponse.of(301, "", "")
          .without("Content-Type")
          .with("Content-Length", "0")
          .with("Location", (host == null ? "" : "http://" + host) + request.path() + "/")
          .travelling(WireResponse.Transit.HTTP_1_0, Duration.ZERO);
    }
    Optional<byte[]> value = lookUp(path, instance, now);
    if (value.isEmpty()) {
      return error(404, "Not Found");
    }
    String type = path.endsWith("/" + USER_DATA) ? "application/octet-stream" : "text/plain";
    WireResponse response =
        WireResponse.of(200, type, value.get())
            .with("Accept-Ranges", "none")
            .with("Last-Modified", HttpDates.format(instance.metadata.lastUpdated()));
    return left == null
        ? response
        : response.with(TTL_HEADER, Long.toString(Math.min(LONGEST_TTL, left.toSeconds())));
  }

  private WireResponse token(WireRequest request, Instance instance, Instant now) {
    if (!request.method().equals("PUT")) {
      return otherMethod(request, "OPTIONS, PUT");
    }
    if (request.header(PROXIED) != null) {
      return forbidden();
    }
    String ttl = request.header(TTL_HEADER);
    if (ttl == null || !ttl.matches("\\d{1,5}")) {
      return error(400, "Bad Request");
    }
    long seconds = Long.parseLong(ttl);
    if (seconds < 1 || seconds > LONGEST_TTL) {
      return error(400, "Bad Request");
    }
    String token = instance.metadata.tokens.issue(Duration.ofSeconds(seconds), now);
    return WireResponse.of(200, "text/plain", token).with(TTL_HEADER, Long.toString(seconds));
  }

  private WireResponse otherMethod(WireRequest request, String allowed) {
    WireResponse answer =
        request.method().equals("OPTIONS")
            ? WireResponse.of(200, "text/plain", "")
            : error(405, "Method Not Allowed");
    return answer.with("Allow", allowed);
  }

  /** Answers a request that cannot be read. */
  WireResponse refused(String target, AwsError error) {
    Matcher instance = TARGET.matcher(target.split("\\?", 2)[0]);
    int status = error.status() < 500 ? 400 : 500;
    var entry = new Journal.Entry(world.now());
    entry.service = "imds";
    entry.parameters = Map.of("InstanceId", instance.matches() ? instance.group(1) : "");
    entry.outcome = String.valueOf(status);
    journal.add(entry);
    return finished(error(status, reason(status)), world.now());
  }

  /** EC2's metadata service closes the connection after each answer; headers as captured. */
  private static WireResponse finished(WireResponse response, Instant now) {
    return response
        .with("Server", "EC2ws")
        .with("Date", HttpDates.format(now))
        .with("Connection", "close");
  }

  /** Whatever the cause, as captured: with no byte that tells it. */
  private static WireResponse forbidden() {
    return WireResponse.of(403, "text/plain", "");
  }

  private WireResponse error(int status, String reason) {
    if (status == 403) {
      return forbidden();
    }
    String title = status + " - " + reason;
    if (!world.follows(Rule.METADATA_ERRORS_ARE_XHTML)) {
      return WireResponse.of(status, "text/plain", title);
    }
    return WireResponse.of(
        status,
        "text/html",
        """
        <?xml version="1.0" encoding="iso-8859-1"?>
        <!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN"
        "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
        <html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en" lang="en">
        <head>
        <title>%1$s</title>
        </head>
        <body>
        <h1>%1$s</h1>
        </body>
        </html>
        """
            .formatted(title));
  }

  /** A value or a listing; empty where there is neither. */
  private Optional<byte[]> lookUp(String path, Instance instance, Instant now) {
    if (path.equals("/")) {
      return Optional.of(
          String.join("\n", InstanceCategories.VERSIONS).getBytes(StandardCharsets.UTF_8));
    }
    String[] parts = path.substring(1).split("/", 2);
    return InstanceCategories.VERSIONS.contains(parts[0])
        ? tree(parts[0], instance, now).find(parts.length == 1 ? "" : parts[1])
        : Optional.empty();
  }

  private boolean lacksSlash(String path, Instance instance, Instant now) {
    String[] parts = path.substring(1).split("/", 2);
    return parts.length == 2
        && InstanceCategories.VERSIONS.contains(parts[0])
        && tree(parts[0], instance, now).isDirectoryWithoutSlash(parts[1]);
  }

  private MetadataTree tree(String version, Instance instance, Instant now) {
    var tree = new MetadataTree(version);
    InstanceCategories.tell(tree, instance, world);
    NetworkCategories.tell(tree, instance, world);
    EventCategories.tell(tree, instance);
    IamCategories.tell(tree, instance, world, now);
    IdentityCategories.tell(tree, instance, world);
    instance
        .options
        .userData()
        .ifPresent(data -> tree.putBytes("1.0", USER_DATA, () -> Base64.getDecoder().decode(data)));
    // The top is listed without slashes, unlike all below it.
    tree.show("dynamic", "dynamic");
    tree.show("meta-data", "meta-data");
    return tree;
  }
}
