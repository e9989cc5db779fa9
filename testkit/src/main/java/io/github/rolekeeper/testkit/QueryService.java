package io.github.rolekeeper.testkit;

import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** A service of the Query protocol: parameters in a form, the answer in XML. */
class QueryService extends AwsService {
  /** What any request may have: the operation, and what signs it. */
  private static final Pattern COMMON =
      Pattern.compile("Action|Version|X-Amz-.*|AWSAccessKeyId|Signature.*|SecurityToken|Timestamp");

  private final String namespace;
  private final Map<String, Operation> operations;

  QueryService(String name, String version, String namespace, Map<String, Operation> operations) {
    super(name, version);
    this.namespace = namespace;
    this.operations = operations;
  }

  @Override
  final String operation(WireRequest request) {
    return request.parameters().get("Action", "");
  }

  final boolean has(String operation) {
    return operations.containsKey(operation);
  }

  @Override
  final Map<String, String> parameters(WireRequest request) {
    return request.parameters().all();
  }

  @Override
  final boolean writes(String operation) {
    Operation known = operations.get(operation);
    return known != null && known.write();
  }

  @Override
  final String answer(String name, WireRequest request, Caller caller, String requestId) {
    Operation operation = operations.get(name);
    if (!request.method().equals("POST") && !request.method().equals("GET")) {
      throw new AwsError(
          405, "MethodNotAllowed", "The method " + request.method() + " is not allowed.");
    }
    String asked = request.parameters().get("Version", version());
    if (operation == null || !speaks(asked)) {
      throw unknown(name, asked);
    }
    Parameters parameters = request.parameters();
    requireKnown(name, operation, parameters);
    Consumer<Xml> result = handle(operation, parameters, caller);
    return Xml.document(
        name + "Response", namespace, xml -> envelope(xml, name, result, requestId));
  }

  /** Whether the service has a version of its API. */
  boolean speaks(String version) {
    return version.equals(version());
  }

  private void requireKnown(String name, Operation operation, Parameters parameters) {
    for (Map.Entry<String, String> each : parameters.all().entrySet()) {
      String head = LaunchTemplates.head(each.getKey());
      boolean known = operation.heeds(head) || COMMON.matcher(head).matches();
      if (!known && !each.getValue().isEmpty()) {
        throw unknownParameter(head, name);
      }
    }
  }

  Consumer<Xml> handle(Operation operation, Parameters parameters, Caller caller) {
    return operation.handler().handle(parameters, caller);
  }

  AwsError unknownParameter(String parameter, String operation) {
    return new AwsError(
        400,
        "ValidationError",
        "The simulated account does not have the parameter "
            + parameter
            + " of "
            + operation
            + "; leave it out.");
  }

  void envelope(Xml xml, String operation, Consumer<Xml> result, String requestId) {
    xml.element(operation + "Result", result);
    xml.element("ResponseMetadata", each -> each.element("RequestId", requestId));
  }

  AwsError unknown(String operation, String version) {
    return new AwsError(
        400, "InvalidAction", "Could not find operation " + operation + " for version " + version);
  }

  @Override
  Denials denials() {
    return Denials.QUERY;
  }

  /** IAM has a name of its own for it, unlike those that have the common errors only. */
  @Override
  AwsError internalError() {
    AwsError error = denials().internalError();
    return denials() == Denials.QUERY && !name().equals("iam")
        ? new AwsError(error.status(), "InternalFailure", error.text())
        : error;
  }

  @Override
  String error(AwsError error, String requestId) {
    return Xml.document(
        "ErrorResponse",
        namespace,
        xml ->
            xml.element(
                    "Error",
                    each ->
                        each.element("Type", error.status() < 500 ? "Sender" : "Receiver")
                            .element("Code", error.code())
                            .element("Message", error.text()))
                .element("RequestId", requestId));
  }

  @Override
  String contentType() {
    return "text/xml";
  }

  /** EC2's dialect: no envelope around the result, and its own form of an error. */
  static final class Ec2 extends QueryService {
    Ec2(Map<String, Operation> operations) {
      super("ec2", "2016-11-15", Ec2Service.NAMESPACE, operations);
    }

    @Override
    void envelope(Xml xml, String operation, Consumer<Xml> result, String requestId) {
      xml.element("requestId", requestId);
      result.accept(xml);
    }

    /** Clients of older versions are answered, too. */
    @Override
    boolean speaks(String version) {
      return true;
    }

    /** A read is done and its answer withheld; what writes ends its dry run by itself. */
    @Override
    Consumer<Xml> handle(Operation operation, Parameters parameters, Caller caller) {
      Ec2Input.flag(parameters, "DryRun", false);
      Consumer<Xml> result = super.handle(operation, parameters, caller);
      Ec2Input.endDryRun(parameters);
      return result;
    }

    @Override
    AwsError unknownParameter(String parameter, String operation) {
      return new AwsError(
          400,
          "UnknownParameter",
          "The parameter "
              + parameter
              + " is not recognized: the simulated account does not have it for "
              + operation
              + ".");
    }

    @Override
    AwsError unknown(String operation, String version) {
      return new AwsError(
          400, "InvalidAction", "The action " + operation + " is not valid for this web service.");
    }

    @Override
    Denials denials() {
      return Denials.EC2;
    }

    @Override
    String error(AwsError error, String requestId) {
      return Xml.document(
          "Response",
          null,
          xml ->
              xml.element(
                      "Errors",
                      errors ->
                          errors.element(
                              "Error",
                              each ->
                                  each.element("Code", error.code())
                                      .element("Message", error.text())))
                  .element("RequestID", requestId));
    }

    @Override
    String contentType() {
      return "text/xml;charset=UTF-8";
    }
  }
}
