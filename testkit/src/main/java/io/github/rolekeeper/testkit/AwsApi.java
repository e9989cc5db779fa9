package io.github.rolekeeper.testkit;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The AWS APIs on the account's one port. Which service a request is for is read from the scope of
 * its signature; without one, from the API version that it names.
 */
final class AwsApi {
  private static final String UNAVAILABLE =
      "<html><body><b>Http/1.1 Service Unavailable</b></body></html>";

  private final World world;
  private final Journal journal;
  private final Trail trail;
  private final List<AwsService> services;

  AwsApi(World world, Journal journal) {
    this.world = world;
    this.journal = journal;
    this.trail = new Trail(world);
    this.services =
        List.of(
            new QueryService(
                "iam", "2010-05-08", IamService.NAMESPACE, new IamService(world).operations()),
            new QueryService.Ec2(new Ec2Service(world).operations()),
            new QueryService(
                "sts", "2011-06-15", StsService.NAMESPACE, new StsService(world).operations()),
            new QueryService(
                "autoscaling",
                "2011-01-01",
                AutoScalingService.NAMESPACE,
                new AutoScalingService(world).operations()),
            new S3Service(world),
            new CloudTrailService(world, trail));
  }

  /** The service of the Query protocol that bears a name. */
  Optional<QueryService> queryService(String name) {
    return services.stream()
        .filter(QueryService.class::isInstance)
        .map(QueryService.class::cast)
        .filter(service -> service.name().equals(name))
        .findFirst();
  }

  /** Finds out what a request is for; never fails, since the refusal is an answer too. */
  Front.Route route(WireRequest request) {
    Caller.Scope scope = Caller.scope(request.header("Authorization"));
    try {
      AwsService service = service(scope, request);
      return new Routed(request, scope, service, service.operation(request), null);
    } catch (AwsError e) {
      // Who asks for a service that is not there gets the answer in IAM's form.
      return new Routed(request, scope, services.get(0), "", e);
    }
  }

  /** Answers a request that cannot be read, in the form of the service that it was signed for. */
  WireResponse refused(@Nullable String authorization, AwsError error) {
    Caller.Scope scope = Caller.scope(authorization);
    AwsService service =
        services.stream()
            .filter(each -> scope != null && each.name().equals(scope.service()))
            .findFirst()
            .orElse(services.get(0));
    var entry = new Journal.Entry(world.now());
    entry.service = scope == null ? "" : service.name();
    entry.outcome = error.code();
    journal.add(entry);
    String requestId = world.ids.request();
    return finished(error.status(), service.error(error, requestId), service, requestId);
  }

  private final class Routed implements Front.Route {
    private final WireRequest request;
    private final Caller.@Nullable Scope scope;
    private final AwsService service;
    private final String operation;
    private final @Nullable AwsError refusal;

    Routed(
        WireRequest request,
        Caller.@Nullable Scope scope,
        AwsService service,
        String operation,
        @Nullable AwsError refusal) {
      this.request = request;
      this.scope = scope;
      this.service = service;
      this.operation = operation;
      this.refusal = refusal;
    }

    @Override
    public String service() {
      return refusal == null ? service.name() : "";
    }

    @Override
    public String operation() {
      return operation;
    }

    @Override
    public @Nullable String instanceId() {
      return null;
    }

    @Override
    public boolean isHeard() {
      return true;
    }

    @Override
    public WireResponse answer(@Nullable Fault fault) {
      String requestId = world.ids.request();
      var entry = new Journal.Entry(world.now());
      entry.service = service();
      entry.operation = operation;
      entry.fault = fault == null ? "" : fault.kind().name();
      try {
        if (refusal != null) {
          throw refusal;
        }
        entry.parameters = service.parameters(request);
        entry.write = service.writes(operation);
        if (fault != null && fault.kind().precedesEffect()) {
          return preempted(fault, entry, requestId);
        }
        RequestDate.check(world, request, service.denials());
        Caller caller =
            Caller.authenticate(
                world, scope, request.header("X-Amz-Security-Token"), service.denials());
        entry.principal = caller.arn();
        return finished(200, answer(caller, requestId, fault), service, requestId);
      } catch (AwsError e) {
        return failed(e, entry, requestId);
      } catch (RuntimeException e) {
        // A defect of ours must neither look like an AWS refusal nor end the connection.
        return failed(
            new AwsError(500, "InternalFailure", "The simulated account failed: " + e),
            entry,
            requestId);
      } finally {
        journal.add(entry);
      }
    }

    private String answer(Caller caller, String requestId, @Nullable Fault fault) {
      AwsError error = null;
      String answer = "";
      world.answersWithoutArn =
          fault != null && fault.kind() == Fault.Kind.ID_FOR_ARN ? fault.status() : 0;
      world.answersEmptyPage = fault != null && fault.kind() == Fault.Kind.EMPTY_PAGE;
      try {
        answer = service.answer(operation, request, caller, requestId);
        return answer;
      } catch (AwsError e) {
        error = e;
        throw e;
      } finally {
        world.answersWithoutArn = 0;
        world.answersEmptyPage = false;
        boolean write = service.writes(operation);
        String agent = request.header("User-Agent");
        trail.add(
            new TrailEvent(
                trail.next(),
                world.ids.request(),
                world.now(),
                service.name(),
                operation,
                write,
                caller,
                scope == null ? "" : scope.accessKeyId(),
                agent == null ? "" : agent,
                region(),
                requestId,
                new Parameters(service.parameters(request)),
                error,
                write ? answer : ""));
      }
    }

    /** IAM has no Regions: its events are those of one (CloudTrail User Guide, global services). */
    private String region() {
      return service.name().equals("iam") ? world.partition().ofGlobalServices() : world.region();
    }

    private WireResponse failed(AwsError error, Journal.Entry entry, String requestId) {
      entry.outcome = error.code();
      return finished(error.status(), service.error(error, requestId), service, requestId);
    }

    private WireResponse preempted(Fault fault, Journal.Entry entry, String requestId) {
      entry.outcome = fault.kind().name();
      return switch (fault.kind()) {
        case THROTTLED -> throw service.denials().throttled();
        case INTERNAL_ERROR -> throw service.internalError();
        case CONCURRENT_MODIFICATION ->
            throw new AwsError(
                409,
                "ConcurrentModification",
                "Request was rejected because it was submitted concurrently with another request to"
                    + " modify the same entity.");
        case ERROR -> throw new AwsError(fault.status(), fault.detail(), fault.text());
        case UNAVAILABLE -> WireResponse.of(503, "text/html", UNAVAILABLE);
        default -> finished(fault.status(), "", service, requestId);
      };
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
