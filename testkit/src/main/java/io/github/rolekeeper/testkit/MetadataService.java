package io.github.rolekeeper.testkit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The metadata services of all instances, each under a path of its own. */
final class MetadataService {
  static final String PREFIX = "/_instances/";

  private static final Pattern TARGET = Pattern.compile(PREFIX + "([^/]+)(/.*)?");
  private static final String TOKEN_HEADER = "X-aws-ec2-metadata-token";
  private static final String TTL_HEADER = "X-aws-ec2-metadata-token-ttl-seconds";
  // One second to six hours (EC2 User Guide, how IMDSv2 works).
  private static final long LONGEST_TTL = 21_600;
  private static final String DOCUMENTATION =
      "Please see documentation at"
          + " https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_iam-ec2.html"
          + "#troubleshoot_iam-ec2_errors-info-doc.";
  private static final ObjectMapper JSON = new ObjectMapper();

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
    String path = target.matches() && target.group(2) != null ? target.group(2) : "/";
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
      public WireResponse answer(@Nullable Fault fault) {
        Instance instance = find(id);
        if (instance == null || instance.state != Instance.State.RUNNING) {
          return WireResponse.none(WireResponse.Transit.REFUSED, Duration.ZERO);
        }
        Instant now = world.now();
        var entry = new Journal.Entry(now);
        entry.service = service();
        entry.operation = operation;
        entry.parameters = Map.of("InstanceId", id);
        entry.fault = fault == null ? "" : fault.kind().name();
        instance.metadata.settle(now);
        boolean preempted = fault != null && fault.kind().precedesEffect();
        WireResponse response =
            preempted
                ? preempted(java.util.Objects.requireNonNull(fault))
                : MetadataService.this.answer(request, path, instance, now);
        entry.outcome = response.status() == 200 ? "OK" : String.valueOf(response.status());
        journal.add(entry);
        // EC2's metadata service closes the connection after each answer; headers as captured.
        return response
            .with("Server", "EC2ws")
            .with("Date", HttpDates.format(now))
            .with("Connection", "close");
      }
    };
  }

  private WireResponse preempted(Fault fault) {
    return switch (fault.kind()) {
      case THROTTLED -> error(429, reason(429));
      case INTERNAL_ERROR -> error(500, reason(500));
      case UNAVAILABLE -> error(503, reason(503));
      case CONCURRENT_MODIFICATION -> error(409, "Conflict");
      case REDIRECT -> WireResponse.of(302, "text/html", "");
      default -> error(fault.status(), reason(fault.status()));
    };
  }

  private static String reason(int status) {
    return switch (status) {
      case 400 -> "Bad Request";
      case 401 -> "Unauthorized";
      case 403 -> "Forbidden";
      case 404 -> "Not Found";
      case 429 -> "Too Many Requests";
      case 500 -> "Internal Server Error";
      case 503 -> "Service Unavailable";
      default -> "Error";
    };
  }

  private @Nullable Instance find(String id) {
    return world.instances().stream()
        .filter(instance -> instance.id.equals(id))
        .findFirst()
        .orElse(null);
  }

  private WireResponse answer(WireRequest request, String path, Instance instance, Instant now) {
    // ModifyInstanceMetadataOptions, EC2 API reference: a disabled endpoint cannot be accessed.
    if (!instance.metadataOptions.enabled) {
      return error(403, reason(403));
    }
    if (path.equals("/latest/api/token")) {
      return token(request, instance, now);
    }
    if (request.method().equals("PUT") && path.endsWith("/api/token")) {
      return error(403, "Forbidden");
    }
    if (!request.method().equals("GET") && !request.method().equals("HEAD")) {
      return error(405, "Method Not Allowed").with("Allow", "OPTIONS, GET, HEAD");
    }
    String token = request.header(TOKEN_HEADER);
    Duration left = token == null ? null : instance.metadata.tokens.lifeLeft(token, now);
    boolean refused =
        token == null
            ? instance.metadataOptions.tokensRequired
                || !world.follows(Rule.METADATA_V1_WHERE_TOKENS_ARE_OPTIONAL)
            : left == null;
    if (refused) {
      return error(401, "Unauthorized");
    }
    String value = lookUp(path, instance, now);
    if (value == null) {
      return error(404, "Not Found");
    }
    WireResponse response =
        WireResponse.of(200, "text/plain", value)
            .with("Accept-Ranges", "none")
            .with("Last-Modified", HttpDates.format(instance.metadata.lastUpdated()));
    return left == null ? response : response.with(TTL_HEADER, Long.toString(left.toSeconds()));
  }

  private WireResponse token(WireRequest request, Instance instance, Instant now) {
    if (!request.method().equals("PUT")) {
      return error(405, "Method Not Allowed").with("Allow", "OPTIONS, PUT");
    }
    if (request.header("X-Forwarded-For") != null) {
      return error(403, "Forbidden");
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

  private WireResponse error(int status, String reason) {
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

  /** A value, or the listing of a directory, or null where there is neither. */
  private @Nullable String lookUp(String path, Instance instance, Instant now) {
    if (!path.startsWith("/latest/")) {
      return null;
    }
    String wanted = path.substring("/latest/".length());
    Map<String, String> tree = tree(instance, now);
    String value = tree.get(wanted);
    if (value != null) {
      return value;
    }
    String directory = wanted.isEmpty() || wanted.endsWith("/") ? wanted : wanted + "/";
    var names = new TreeSet<String>();
    for (String each : tree.keySet()) {
      if (each.startsWith(directory)) {
        String rest = each.substring(directory.length());
        int slash = rest.indexOf('/');

        names.add(slash < 0 ? rest : rest.substring(0, slash + 1));
      }
    }
    return names.isEmpty() ? null : String.join("\n", names);
  }

  private Map<String, String> tree(Instance instance, Instant now) {
    String host = "ip-" + instance.privateIp.replace('.', '-') + ".ec2.internal";
    var tree = new TreeMap<String, String>();
    tree.put("meta-data/ami-id", instance.options.imageId());
    tree.put("meta-data/ami-launch-index", "0");
    tree.put("meta-data/hostname", host);
    tree.put("meta-data/instance-id", instance.id);
    tree.put("meta-data/instance-type", instance.options.type());
    tree.put("meta-data/local-hostname", host);
    tree.put("meta-data/local-ipv4", instance.privateIp);
    tree.put("meta-data/placement/availability-zone", world.region() + "a");
    tree.put("meta-data/placement/region", world.region());
    tree.put("meta-data/reservation-id", instance.reservationId);
    tree.put("meta-data/services/domain", "amazonaws.com");
    tree.put("meta-data/services/partition", World.PARTITION);
    tree.put("dynamic/instance-identity/document", identityDocument(instance));
    InstanceMetadata metadata = instance.metadata;
    if (metadata.view() != InstanceMetadata.View.NO_PROFILE) {
      tree.put("meta-data/iam/info", iamInfo(metadata));
    }
    Session session = metadata.session(now);
    if (session != null) {
      tree.put("meta-data/iam/security-credentials/" + session.role.name, credentials(session));
    }
    return tree;
  }

  private String iamInfo(InstanceMetadata metadata) {
    var info = JSON.createObjectNode();
    switch (metadata.view()) {
      case NOT_FOUND -> {
        info.put("Code", "InstanceProfileNotFound");
        info.put(
            "Message",
            "Instance Profile with Id "
                + metadata.profileId()
                + " cannot be found.  "
                + DOCUMENTATION);
        info.put("LastUpdated", seconds(metadata.lastUpdated()));
        return json(info);
      }
      case WITHOUT_ROLE -> {
        info.put("Code", "Success");
        info.put("Message", "Instance Profile does not contain a role. " + DOCUMENTATION);
      }
      case WITH_ROLE, NO_PROFILE -> info.put("Code", "Success");
    }
    info.put("LastUpdated", seconds(metadata.lastUpdated()));
    info.put("InstanceProfileArn", metadata.profileArn());
    info.put("InstanceProfileId", metadata.profileId());
    return json(info);
  }

  private static String credentials(Session session) {
    var document = JSON.createObjectNode();
    document.put("Code", "Success");
    document.put("LastUpdated", seconds(session.issued));
    document.put("Type", "AWS-HMAC");
    document.put("AccessKeyId", session.accessKeyId);
    document.put("SecretAccessKey", session.secretKey);
    document.put("Token", session.token);
    document.put("Expiration", seconds(session.expiration));
    return json(document);
  }

  private String identityDocument(Instance instance) {
    var document = JSON.createObjectNode();
    document.put("accountId", world.accountId());
    document.put("architecture", "x86_64");
    document.put("availabilityZone", world.region() + "a");
    document.putNull("billingProducts");
    document.putNull("devpayProductCodes");
    document.putNull("marketplaceProductCodes");
    document.put("imageId", instance.options.imageId());
    document.put("instanceId", instance.id);
    document.put("instanceType", instance.options.type());
    document.putNull("kernelId");
    document.put("pendingTime", seconds(instance.launched));
    document.put("privateIp", instance.privateIp);
    document.putNull("ramdiskId");
    document.put("region", world.region());
    document.put("version", "2017-09-30");
    return json(document);
  }

  private static String json(ObjectNode members) {
    try {
      return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(members);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("an object of texts can always be written", e);
    }
  }

  private static String seconds(Instant instant) {
    return instant.truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
