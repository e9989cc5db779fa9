package io.github.rolekeeper.testkit;

import java.util.Map;
import java.util.function.Consumer;

/** A service of the Query protocol: parameters in a form, the answer in XML. */
class QueryService extends AwsService {
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
    if (operation == null) {
      throw unknown(name, request.parameters().get("Version", version()));
    }
    Consumer<Xml> result = operation.handler().handle(request.parameters(), caller);
    return Xml.document(
        name + "Response", namespace, xml -> envelope(xml, name, result, requestId));
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
