package io.github.rolekeeper.testkit;

import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The AWS APIs on the account's one port. Which service a request is for is read from the scope of
 * its signature; without one, from the API version that it names.
 */
final class AwsApi {
  private enum Service {
    IAM(IamService.NAMESPACE, "2010-05-08"),
    EC2(Ec2Service.NAMESPACE, "2016-11-15"),
    STS(StsService.NAMESPACE, "2011-06-15"),
    S3("http://s3.amazonaws.com/doc/2006-03-01/", "");

    final String namespace;
    final String version;

    Service(String namespace, String version) {
      this.namespace = namespace;
      this.version = version;
    }

    static Service of(Caller.@Nullable Scope scope, Parameters parameters) {
      for (Service service : values()) {
        if (scope != null
            ? service.wireName().equals(scope.service())
            : service.version.equals(parameters.get("Version", ""))) {
          return service;
        }
      }
      throw new AwsError(
          400,
          "InvalidAction",
          "The simulated account has no service '"
              + (scope == null ? "" : scope.service())
              + "'; it has iam, ec2, sts and s3");
    }

    String wireName() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  private final World world;
  private final Journal journal;
  private final Map<Service, Map<String, Operation>> operations;

  AwsApi(World world, Journal journal) {
    this.world = world;
    this.journal = journal;
    this.operations =
        Map.of(
            Service.IAM, new IamService(world).operations(),
            Service.EC2, new Ec2Service(world).operations(),
            Service.STS, new StsService(world).operations());
  }

  WireResponse answer(WireRequest request) {
    String requestId = world.ids.request();
    Caller.Scope scope = Caller.scope(request.header("Authorization"));
    Parameters parameters = request.parameters();
    Service service = Service.IAM;
    var entry = new Journal.Entry(world.now(), parameters.all());
    try {
      service = Service.of(scope, parameters);
      entry.service = service.wireName();
      entry.operation =
          service == Service.S3
              ? (request.path().equals("/") && request.method().equals("GET")
                  ? "ListBuckets"
                  : request.method() + " " + request.path())
              : parameters.get("Action", "");
      Caller caller =
          Caller.authenticate(
              world, scope, request.header("X-Amz-Security-Token"), denials(service));
      entry.principal = caller.arn();
      String body =
          service == Service.S3
              ? listBuckets(entry.operation, caller)
              : query(service, entry, parameters, caller, requestId);
      return withRequestId(WireResponse.of(200, contentType(service), body), service, requestId);
    } catch (AwsError e) {
      entry.outcome = e.code();
      return withRequestId(
          WireResponse.of(e.status(), contentType(service), error(service, e, requestId)),
          service,
          requestId);
    } finally {
      journal.add(entry);
    }
  }

  private String query(
      Service service,
      Journal.Entry entry,
      Parameters parameters,
      Caller caller,
      String requestId) {
    Operation operation = operations.getOrDefault(service, Map.of()).get(entry.operation);
    if (operation == null) {
      throw unknownOperation(service, entry.operation, parameters);
    }
    entry.write = operation.write();
    Consumer<Xml> result = operation.handler().handle(parameters, caller);
    String name = entry.operation;
    return Xml.document(
        name + "Response",
        service.namespace,
        xml -> {
          if (service == Service.EC2) {
            xml.element("requestId", requestId);
            result.accept(xml);
          } else {
            xml.element(name + "Result", result);
            xml.element("ResponseMetadata", each -> each.element("RequestId", requestId));
          }
        });
  }

  private static AwsError unknownOperation(Service service, String name, Parameters parameters) {
    String version = parameters.get("Version", service.version);
    return service == Service.EC2
        ? new AwsError(
            400, "InvalidAction", "The action " + name + " is not valid for this web service.")
        : new AwsError(
            400, "InvalidAction", "Could not find operation " + name + " for version " + version);
  }

  private String listBuckets(String operation, Caller caller) {
    if (!"ListBuckets".equals(operation)) {
      throw new AwsError(
          501,
          "NotImplemented",
          "A header you provided implies functionality that is not implemented: " + operation);
    }
    caller.require("s3:ListAllMyBuckets", "*", denials(Service.S3));
    return Xml.document(
        "ListAllMyBucketsResult",
        Service.S3.namespace,
        xml ->
            xml.element("Owner", owner -> owner.element("ID", world.accountId))
                .list(
                    "Buckets",
                    "Bucket",
                    world.buckets().entrySet(),
                    (each, bucket) ->
                        each.element("Name", bucket.getKey())
                            .element("CreationDate", bucket.getValue())));
  }

  private Denials denials(Service service) {
    return switch (service) {
      case IAM, STS -> Denials.QUERY;
      case EC2 -> Denials.EC2;
      case S3 ->
          world.follows(Rule.S3_DENIES_WITHOUT_A_REASON) ? Denials.S3 : Denials.S3_WITH_REASON;
    };
  }

  private static String error(Service service, AwsError error, String requestId) {
    Consumer<Xml> codeAndMessage =
        xml -> xml.element("Code", error.code()).element("Message", error.text());
    return switch (service) {
      case EC2 ->
          Xml.document(
              "Response",
              null,
              xml ->
                  xml.element("Errors", errors -> errors.element("Error", codeAndMessage))
                      .element("RequestID", requestId));
      case S3 ->
          Xml.document(
              "Error",
              null,
              xml -> {
                codeAndMessage.accept(xml);
                xml.element("RequestId", requestId).element("HostId", requestId);
              });
      case IAM, STS ->
          Xml.document(
              "ErrorResponse",
              service.namespace,
              xml ->
                  xml.element(
                          "Error",
                          each -> {
                            each.element("Type", error.status() < 500 ? "Sender" : "Receiver");
                            codeAndMessage.accept(each);
                          })
                      .element("RequestId", requestId));
    };
  }

  private static String contentType(Service service) {
    return switch (service) {
      case IAM, STS -> "text/xml";
      case EC2 -> "text/xml;charset=UTF-8";
      case S3 -> "application/xml";
    };
  }

  private WireResponse withRequestId(WireResponse response, Service service, String requestId) {
    return response
        .with(service == Service.S3 ? "x-amz-request-id" : "x-amzn-RequestId", requestId)
        .with("Date", HttpDates.format(world.now()));
  }
}
