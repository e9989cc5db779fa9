package io.github.rolekeeper.testkit;

import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The AWS APIs on the account's one port. Which service a request is for is read from the scope of
 * its signature; without one, from the API version that it names.
 */
final class AwsApi {
  private final World world;
  private final Journal journal;
  private final List<AwsService> services;

  AwsApi(World world, Journal journal) {
    this.world = world;
    this.journal = journal;
    this.services =
        List.of(
            new QueryService(
                "iam", "2010-05-08", IamService.NAMESPACE, new IamService(world).operations()),
            new QueryService.Ec2(new Ec2Service(world).operations()),
            new QueryService(
                "sts", "2011-06-15", StsService.NAMESPACE, new StsService(world).operations()),
            new S3Service(world));
  }

  WireResponse answer(WireRequest request) {
    String requestId = world.ids.request();
    Caller.Scope scope = Caller.scope(request.header("Authorization"));
    // Who asks for a service that is not there gets the answer in IAM's form.
    AwsService service = services.get(0);
    var entry = new Journal.Entry(world.now());
    try {
      service = service(scope, request);
      entry.service = service.name();
      entry.operation = service.operation(request);
      entry.parameters = service.parameters(request);
      Caller caller =
          Caller.authenticate(
              world, scope, request.header("X-Amz-Security-Token"), service.denials());
      entry.principal = caller.arn();
      entry.write = service.writes(entry.operation);
      String body = service.answer(entry.operation, request, caller, requestId);
      return finished(200, body, service, requestId);
    } catch (AwsError e) {
      entry.outcome = e.code();
      return finished(e.status(), service.error(e, requestId), service, requestId);
    } finally {
      journal.add(entry);
    }
  }

  private AwsService service(Caller.@Nullable Scope scope, WireRequest request) {
    String version = request.parameters().get("Version", "");
    return services.stream()
        .filter(
            service ->
                scope != null
                    ? service.name().equals(scope.service())
                    : service.version().equals(version))
        .findFirst()
        .orElseThrow(
            () ->
                new AwsError(
                    400,
                    "InvalidAction",
                    "The simulated account has no service '"
                        + (scope == null ? "" : scope.service())
                        + "'; it has "
                        + services.stream()
                            .map(AwsService::name)
                            .collect(Collectors.joining(", "))));
  }

  private WireResponse finished(int status, String body, AwsService service, String requestId) {
    return WireResponse.of(status, service.contentType(), body)
        .with(service.requestIdHeader(), requestId)
        .with("Date", HttpDates.format(world.now()));
  }
}
