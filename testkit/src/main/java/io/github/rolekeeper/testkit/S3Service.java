package io.github.rolekeeper.testkit;

import java.time.Instant;
import java.util.Map;
import java.util.Set;

/** S3, REST/XML, 2006-03-01: {@code ListBuckets} and nothing else. */
final class S3Service extends AwsService {
  private static final String NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/";
  private static final String LIST_BUCKETS = "ListBuckets";

  /** A page holds 1 to 10,000 (S3 API reference, ListBuckets). */
  private static final int MOST = 10_000;

  /** With the mark that the AWS SDKs put on each request of theirs. */
  private static final Set<String> PARAMETERS =
      Set.of("bucket-region", "continuation-token", "max-buckets", "prefix", "x-id");

  private final World world;

  S3Service(World world) {
    super("s3", "");
    this.world = world;
  }

  @Override
  String operation(WireRequest request) {
    return request.path().equals("/") && request.method().equals("GET")
        ? LIST_BUCKETS
        : request.method() + " " + request.path();
  }

  @Override
  Map<String, String> parameters(WireRequest request) {
    return request.parameters().all();
  }

  @Override
  boolean writes(String operation) {
    return false;
  }

  @Override
  String answer(String operation, WireRequest request, Caller caller, String requestId) {
    if (!LIST_BUCKETS.equals(operation)) {
      throw new AwsError(
          501,
          "NotImplemented",
          "A header you provided implies functionality that is not implemented: " + operation);
    }
    caller.require("s3:ListAllMyBuckets", "*", denials());
    Parameters parameters = request.parameters();
    for (String name : parameters.all().keySet()) {
      if (!PARAMETERS.contains(name) && !name.startsWith("X-Amz-")) {
        throw new AwsError(
            501,
            "NotImplemented",
            "The simulated account does not have the parameter " + name + " of ListBuckets.");
      }
    }
    String prefix = parameters.get("prefix", "");
    String region = parameters.get("bucket-region", world.region());
    Page<Map.Entry<String, Instant>> page =
        Page.of(
            world,
            world.buckets().entrySet().stream()
                .filter(bucket -> bucket.getKey().startsWith(prefix))
                .filter(bucket -> region.equals(world.region()))
                .toList(),
            Map.Entry::getKey,
            "ListBuckets " + prefix + " in " + region,
            parameters.optional("continuation-token").orElse(null),
            size(parameters),
            () -> invalid("The continuation token provided is incorrect"));
    return Xml.document(
        "ListAllMyBucketsResult",
        NAMESPACE,
        xml -> {
          xml.element("Owner", owner -> owner.element("ID", world.accountId()));
          xml.list(
              "Buckets",
              "Bucket",
              page.items(),
              (each, bucket) ->
                  each.element("Name", bucket.getKey()).element("CreationDate", bucket.getValue()));
          String next = page.next();
          if (next != null) {
            xml.element("ContinuationToken", next);
          }
          if (!prefix.isEmpty()) {
            xml.element("Prefix", prefix);
          }
        });
  }

  private static int size(Parameters parameters) {
    String size = parameters.get("max-buckets", Integer.toString(MOST));
    if (!size.matches("\\d{1,5}") || Integer.parseInt(size) < 1 || Integer.parseInt(size) > MOST) {
      throw invalid("Argument max-buckets must be an integer between 1 and " + MOST);
    }
    return Integer.parseInt(size);
  }

  private static AwsError invalid(String message) {
    return new AwsError(400, "InvalidArgument", message);
  }

  @Override
  Denials denials() {
    return world.follows(Rule.S3_DENIES_WITHOUT_A_REASON) ? Denials.S3 : Denials.S3_WITH_REASON;
  }

  @Override
  String error(AwsError error, String requestId) {
    return Xml.document(
        "Error",
        null,
        xml ->
            xml.element("Code", error.code())
                .element("Message", error.text())
                .element("RequestId", requestId)
                .element("HostId", requestId));
  }

  @Override
  String contentType() {
    return "application/xml";
  }

  @Override
  String requestIdHeader() {
    return "x-amz-request-id";
  }
}
