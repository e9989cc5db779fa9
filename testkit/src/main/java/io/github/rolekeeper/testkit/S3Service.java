package io.github.rolekeeper.testkit;

import java.util.Map;

/** S3, REST/XML, 2006-03-01: {@code ListBuckets} and nothing else. */
final class S3Service extends AwsService {
  private static final String NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/";
  private static final String LIST_BUCKETS = "ListBuckets";

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
    return Xml.document(
        "ListAllMyBucketsResult",
        NAMESPACE,
        xml ->
            xml.element("Owner", owner -> owner.element("ID", world.accountId()))
                .list(
                    "Buckets",
                    "Bucket",
                    world.buckets().entrySet(),
                    (each, bucket) ->
                        each.element("Name", bucket.getKey())
                            .element("CreationDate", bucket.getValue())));
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
