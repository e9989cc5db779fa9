package io.github.rolekeeper.testkit;

import io.github.rolekeeper.testkit.Instance.State;
import io.github.rolekeeper.testkit.InstanceOptions.Trait;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Instances, from launch to termination. */
final class Ec2Instances {
  private static final int MOST_AT_ONCE = 1000;

  // What EC2 tags an instance with that was launched from a template (EC2 User Guide).
  private static final String TEMPLATE_ID = "aws:ec2launchtemplate:id";
  private static final String TEMPLATE_VERSION = "aws:ec2launchtemplate:version";

  // As EC2 shows it, in whole seconds: User initiated (2019-05-30 13:23:50 GMT).
  private static final DateTimeFormatter STOPPED_AT =
      DateTimeFormatter.ofPattern("'User initiated ('uuuu-MM-dd HH:mm:ss 'GMT)'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  // As filters have it: 2021-09-29T11:04:43.305Z (EC2 API reference, DescribeInstances).
  private static final DateTimeFormatter LAUNCHED_AT =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private final World world;
  private final Ec2Input input;

  Ec2Instances(World world, Ec2Input input) {
    this.world = world;
    this.input = input;
  }

  Map<String, Operation> operations() {
    return Map.of(
        "RunInstances", Operation.launch(this::run),
        "DescribeInstances",
            Operation.read(
                this::describe, "InstanceId", "Filter", "MaxResults", "NextToken", "DryRun"),
        "DescribeInstanceStatus",
            Operation.read(
                this::describeStatus,
                "InstanceId",
                "Filter",
                "IncludeAllInstances",
                "MaxResults",
                "NextToken",
                "DryRun"),
        "StopInstances",
            Operation.write(
                this::stop, "InstanceId", "Force", "Hibernate", "SkipOsShutdown", "DryRun"),
        "StartInstances", Operation.write(this::start, "InstanceId", "DryRun"),
        "RebootInstances", Operation.write(this::reboot, "InstanceId", "DryRun"),
        "TerminateInstances",
            Operation.write(this::terminate, "InstanceId", "Force", "SkipOsShutdown", "DryRun"));
  }

  private Consumer<Xml> run(Parameters request, Caller caller) {
    input.require(caller, "RunInstances", "instance/*");
    String token = request.get("ClientToken", "");
    World.Launch before = token.isEmpty() ? null : world.launches.get(token);
    if (before != null) {
      return repeated(request, before);
    }
    Source source = source(request, caller);
    Parameters parameters = source.parameters();
    InstanceProfile profile = null;
    if (parameters.optional("IamInstanceProfile.Name").isPresent()
        || parameters.optional("IamInstanceProfile.Arn").isPresent()) {
      profile = Ec2Associations.profileToPass(world, parameters, caller, false);
    }
    request.required("MinCount");
    request.required("MaxCount");
    int least = Ec2Input.integer(parameters, "MinCount", 1);
    int most = Ec2Input.integer(parameters, "MaxCount", least);
    if (least < 1 || most < least || most > MOST_AT_ONCE) {
      throw new AwsError(
          400,
          "InvalidParameterValue",
          "Value ("
              + least
              + ", "
              + most
              + ") for MinCount, MaxCount is invalid. Expecting 1 to "
              + MOST_AT_ONCE
              + ", and MinCount not above MaxCount.");
    }
    Map<String, String> tags = Ec2Input.tags(parameters, "instance");
    input.requireTagging(caller, "RunInstances", "instance/*", tags);
    InstanceOptions options = options(parameters, tags);
    for (Map.Entry<String, String> tag : source.tags().entrySet()) {
      options = options.withTag(tag.getKey(), tag.getValue());
    }
    Launch launch = launch(parameters);
    Ec2Input.endDryRun(parameters);
    List<Instance> instances = launched(most, options, launch, profile);
    if (!token.isEmpty()) {
      world.launches.put(token, new World.Launch(request.digest(), instances));
    }
    return xml -> reservation(xml, instances.get(0).reservationId, instances);
  }

  /** What was launched stays launched, whatever has become of its profile and template since. */
  private Consumer<Xml> repeated(Parameters request, World.Launch before) {
    if (!before.request().equals(request.digest())) {
      throw Ec2Input.otherRequest();
    }
    Ec2Input.endDryRun(request);
    List<Instance> instances = before.instances();
    return xml -> reservation(xml, instances.get(0).reservationId, instances);
  }

  /** What to launch from, and the tags with which EC2 marks that. */
  private record Source(Parameters parameters, Map<String, String> tags) {}

  /** The request with what its launch template adds to it. */
  private Source source(Parameters request, Caller caller) {
    Parameters asked = request.below("LaunchTemplate");
    if (asked.all().isEmpty()) {
      return new Source(request, Map.of());
    }
    LaunchTemplate template = world.launchTemplates.named(asked);
    input.require(caller, "RunInstances", "launch-template/" + template.id);
    String wanted = asked.get("Version", LaunchTemplate.DEFAULT);
    LaunchTemplate.Version version =
        template
            .version(wanted)
            .orElseThrow(() -> LaunchTemplates.missingVersion(template, wanted));
    return new Source(
        LaunchTemplates.overridden(version.data(), request),
        Map.of(TEMPLATE_ID, template.id, TEMPLATE_VERSION, Long.toString(version.number())));
  }

  /** The metadata options of a launch that are no options of the instance. */
  private record Launch(boolean enabled, boolean ipv6, boolean tags, int hops) {}

  private static Launch launch(Parameters parameters) {
    return new Launch(
        Ec2Attributes.choice(
            parameters, "MetadataOptions.HttpEndpoint", "enabled", "disabled", true),
        Ec2Attributes.choice(
            parameters, "MetadataOptions.HttpProtocolIpv6", "enabled", "disabled", false),
        Ec2Attributes.choice(
            parameters, "MetadataOptions.InstanceMetadataTags", "enabled", "disabled", false),
        Ec2Attributes.hopLimit(parameters, "MetadataOptions.HttpPutResponseHopLimit", 1));
  }

  private List<Instance> launched(
      int count, InstanceOptions options, Launch launch, @Nullable InstanceProfile profile) {
    String reservation = world.ids.reservation();
    var launched = new ArrayList<Instance>();
    for (int i = 0; i < count; i++) {
      Instance instance = world.launch(options, reservation, profile);
      Instance.MetadataOptions metadata = instance.metadataOptions;
      metadata.enabled = launch.enabled();
      metadata.ipv6Enabled = launch.ipv6();
      metadata.hopLimit = launch.hops();
      metadata.tagsEnabled |= launch.tags();
      instance.launchIndex = i;
      launched.add(instance);
    }
    return List.copyOf(launched);
  }

  private InstanceOptions options(Parameters parameters, Map<String, String> tags) {
    String type = parameters.get("InstanceType", "m1.small");
    if (!Ec2InstanceTypes.isName(type)) {
      throw new AwsError(
          400, "InvalidParameterValue", "Invalid value '" + type + "' for InstanceType.");
    }
    InstanceOptions options = InstanceOptions.of().withImage(parameters.required("ImageId"), type);
    if (Ec2Attributes.choice(
        parameters, "MetadataOptions.HttpTokens", "required", "optional", false)) {
      options = options.with(Trait.TOKENS_REQUIRED);
    }
    if (parameters.structures("NetworkInterface").stream()
        .anyMatch(each -> Ec2Input.flag(each, "AssociatePublicIpAddress", false))) {
      options = options.with(Trait.PUBLIC_IP);
    }
    Optional<String> market = parameters.optional("InstanceMarketOptions.MarketType");
    if (market.isPresent()) {
      Ec2Input.requireValue(market.get().equals("spot"), "MarketType", market.get());
      boolean persistent =
          Ec2Attributes.choice(
              parameters,
              "InstanceMarketOptions.SpotOptions.SpotInstanceType",
              "persistent",
              "one-time",
              false);
      options = options.with(persistent ? Trait.PERSISTENT_SPOT : Trait.SPOT);
    }
    parameters.requireOnly(
        "MetadataOptions",
        "HttpEndpoint",
        "HttpProtocolIpv6",
        "HttpPutResponseHopLimit",
        "HttpTokens",
        "InstanceMetadataTags");
    String tenancy = parameters.get("Placement.Tenancy", "default");
    Ec2Input.requireValue(
        Set.of("host", "default", "dedicated").contains(tenancy), "Placement.Tenancy", tenancy);
    if (tenancy.equals("host")) {
      options = options.with(Trait.HOST_TENANCY);
    }
    if (Ec2Input.flag(parameters, "HibernationOptions.Configured", false)) {
      options = options.with(Trait.HIBERNATION);
    }
    if (Ec2Input.flag(parameters, "DisableApiStop", false)) {
      options = options.with(Trait.STOP_PROTECTION);
    }
    if (Ec2Input.flag(parameters, "DisableApiTermination", false)) {
      options = options.with(Trait.TERMINATION_PROTECTION);
    }
    for (Map.Entry<String, String> tag : tags.entrySet()) {
      options = options.withTag(tag.getKey(), tag.getValue());
    }
    return Ec2LaunchDetails.read(options, parameters);
  }

  private Consumer<Xml> describe(Parameters parameters, Caller caller) {
    input.require(caller, "DescribeInstances", "*");
    requireIdsOrPages(parameters);
    Page<Instance> page =
        input.page(
            parameters,
            Ec2Input.filtered(parameters, input.named(parameters), this::filterValues),
            instance -> instance.id,
            "instances");
    var reservations = new LinkedHashMap<String, List<Instance>>();
    for (Instance instance : page.items()) {
      reservations.computeIfAbsent(instance.reservationId, any -> new ArrayList<>()).add(instance);
    }
    return xml -> {
      xml.list(
          "reservationSet",
          "item",
          reservations.entrySet(),
          (each, entry) -> reservation(each, entry.getKey(), entry.getValue()));
      Ec2Input.next(xml, page);
    };
  }

  /** Who names instances gets them all (EC2 API reference, MaxResults). */
  private static void requireIdsOrPages(Parameters parameters) {
    if (!parameters.list("InstanceId").isEmpty() && parameters.optional("MaxResults").isPresent()) {
      throw new AwsError(
          400,
          "InvalidParameterCombination",
          "The parameter instancesSet cannot be used with the parameter maxResults");
    }
  }

  private @Nullable Function<Instance, Collection<String>> filterValues(String filter) {
    if (filter.startsWith("tag:")) {
      String key = filter.substring("tag:".length());
      return instance -> Optional.ofNullable(instance.tags.get(key)).stream().toList();
    }
    return switch (filter) {
      case "instance-id" -> instance -> List.of(instance.id);
      case "vpc-id", "network-interface.vpc-id" -> instance -> List.of(InstanceNetwork.VPC_ID);
      case "subnet-id", "network-interface.subnet-id" ->
          instance -> List.of(InstanceNetwork.SUBNET_ID);
      case "network-interface.network-interface-id" ->
          instance -> List.of(instance.networkInterfaceId);
      case "owner-id" -> instance -> List.of(world.accountId());
      case "private-dns-name" -> instance -> List.of(instance.network.privateHost());
      case "dns-name" -> instance -> instance.network.publicHost().stream().toList();
      case "key-name" ->
          instance -> instance.options.detail(InstanceOptions.Detail.KEY_NAME).stream().toList();
      case "kernel-id" ->
          instance -> instance.options.detail(InstanceOptions.Detail.KERNEL_ID).stream().toList();
      case "ramdisk-id" ->
          instance -> instance.options.detail(InstanceOptions.Detail.RAMDISK_ID).stream().toList();
      case "instance.group-id" ->
          instance -> instance.options.securityGroups().stream().map(g -> g.id()).toList();
      case "instance.group-name" ->
          instance -> instance.options.securityGroups().stream().map(g -> g.name()).toList();
      case "placement-group-name" ->
          instance ->
              instance.options.detail(InstanceOptions.Detail.PLACEMENT_GROUP).stream().toList();
      case "tenancy" ->
          instance -> List.of(instance.options.is(Trait.HOST_TENANCY) ? "host" : "default");
      case "monitoring-state" ->
          instance ->
              List.of(instance.options.is(Trait.DETAILED_MONITORING) ? "enabled" : "disabled");
      case "hibernation-options.configured" ->
          instance -> List.of(Boolean.toString(instance.options.is(Trait.HIBERNATION)));
      case "architecture" -> instance -> List.of("x86_64");
      case "virtualization-type" -> instance -> List.of("hvm");
      case "root-device-name" -> instance -> List.of("/dev/xvda");
      case "root-device-type" ->
          instance ->
              List.of(instance.options.is(Trait.INSTANCE_STORE_ROOT) ? "instance-store" : "ebs");
      case "launch-index" -> instance -> List.of(Integer.toString(instance.launchIndex));
      case "launch-time" -> instance -> List.of(LAUNCHED_AT.format(instance.launched));
      case "state-reason-code" ->
          instance -> asked(instance) ? List.of("Client.UserInitiatedShutdown") : List.of();
      case "metadata-options.http-tokens" ->
          instance -> List.of(instance.metadataOptions.tokensRequired ? "required" : "optional");
      case "metadata-options.http-endpoint" ->
          instance -> List.of(instance.metadataOptions.enabled ? "enabled" : "disabled");
      case "metadata-options.http-put-response-hop-limit" ->
          instance -> List.of(Integer.toString(instance.metadataOptions.hopLimit));
      case "metadata-options.instance-metadata-tags" ->
          instance -> List.of(instance.metadataOptions.tagsEnabled ? "enabled" : "disabled");
      case "tag-value" -> instance -> List.copyOf(instance.tags.values());
      case "instance-state-name" -> instance -> List.of(instance.state.wireName());
      case "instance-state-code" -> instance -> List.of(Integer.toString(instance.state.code));
      case "instance-type" -> instance -> List.of(instance.options.type());
      case "instance-lifecycle" ->
          instance -> instance.options.spot() ? List.of("spot") : List.of();
      case "image-id" -> instance -> List.of(instance.options.imageId());
      case "reservation-id" -> instance -> List.of(instance.reservationId);
      case "availability-zone" -> instance -> List.of(world.region() + "a");
      case "private-ip-address" -> instance -> List.of(instance.privateIp);
      case "ip-address" -> instance -> Optional.ofNullable(instance.publicIp()).stream().toList();
      case "tag-key" -> instance -> List.copyOf(instance.tags.keySet());
      case "iam-instance-profile.arn" ->
          instance ->
              instance.association == null ? List.of() : List.of(instance.association.profileArn());
      case "iam-instance-profile.id" ->
          instance ->
              instance.association == null
                  ? List.of()
                  : List.of(world.profileIdOf(instance.association));
      default -> null;
    };
  }

  private Consumer<Xml> describeStatus(Parameters parameters, Caller caller) {
    input.require(caller, "DescribeInstanceStatus", "*");
    requireIdsOrPages(parameters);
    boolean all = Ec2Input.flag(parameters, "IncludeAllInstances", false);
    List<Instance> found =
        input.named(parameters).stream()
            .filter(each -> all || each.state == State.RUNNING)
            .toList();
    Page<Instance> page =
        input.page(
            parameters,
            Ec2Input.filtered(parameters, found, this::statusFilterValues),
            instance -> instance.id,
            "instance-status");
    return xml -> {
      xml.list(
          "instanceStatusSet",
          "item",
          page.items(),
          (each, instance) -> {
            String check = check(instance);
            each.element("instanceId", instance.id)
                .element("availabilityZone", world.region() + "a");
            state(each, "instanceState", instance.state);
            each.element("systemStatus", status -> status.element("status", check))
                .element("instanceStatus", status -> status.element("status", check));
          });
      Ec2Input.next(xml, page);
    };
  }

  private @Nullable Function<Instance, Collection<String>> statusFilterValues(String filter) {
    return switch (filter) {
      case "availability-zone" -> instance -> List.of(world.region() + "a");
      case "instance-state-name" -> instance -> List.of(instance.state.wireName());
      case "instance-state-code" -> instance -> List.of(Integer.toString(instance.state.code));
      case "instance-status.status", "system-status.status" -> instance -> List.of(check(instance));
      default -> null;
    };
  }

  /** What the checks of an instance say. */
  private static String check(Instance instance) {
    return instance.state == State.RUNNING ? "ok" : "not-applicable";
  }

  private Consumer<Xml> stop(Parameters parameters, Caller caller) {
    List<Instance> instances = chosen(parameters, caller, "StopInstances");
    boolean hibernate = Ec2Input.flag(parameters, "Hibernate", false);
    Ec2Input.flag(parameters, "Force", false);
    for (Instance instance : instances) {
      if (hibernate) {
        throw instance.options.is(Trait.HIBERNATION)
            ? Parameters.unknown("Hibernate")
            : new AwsError(
                400,
                "UnsupportedHibernationConfiguration",
                "The instance '" + instance.id + "' is not enabled for hibernation.");
      }
      if (instance.options.is(Trait.MANAGED)) {
        throw managed(instance);
      }
      if (instance.stopProtected) {
        throw new AwsError(
            400,
            "OperationNotPermitted",
            "The instance '"
                + instance.id
                + "' may not be stopped. Modify its 'disableApiStop' instance attribute and try"
                + " again.");
      }
      if (instance.options.is(Trait.INSTANCE_STORE_ROOT)) {
        throw new AwsError(
            400,
            "UnsupportedOperation",
            "The instance '"
                + instance.id
                + "' does not have an 'ebs' root device type and cannot be stopped");
      }
      if (instance.options.is(Trait.SPOT)) {
        throw new AwsError(
            400,
            "UnsupportedOperation",
            "You can't stop the Spot Instance '"
                + instance.id
                + "' because it is associated with a one-time Spot Instance request. You can only"
                + " stop Spot Instances associated with persistent Spot Instance requests.");
      }
      if (instance.state == State.PENDING || ended(instance)) {
        throw wrongState(instance, "stopped");
      }
    }
    return changed(parameters, instances, world::stop);
  }

  private Consumer<Xml> start(Parameters parameters, Caller caller) {
    List<Instance> instances = chosen(parameters, caller, "StartInstances");
    for (Instance instance : instances) {
      if (instance.options.is(Trait.MANAGED)) {
        throw managed(instance);
      }
      if (instance.state == State.STOPPING || ended(instance)) {
        throw wrongState(instance, "started");
      }
    }
    return changed(parameters, instances, world::start);
  }

  private Consumer<Xml> reboot(Parameters parameters, Caller caller) {
    List<Instance> instances = chosen(parameters, caller, "RebootInstances");
    for (Instance instance : instances) {
      if (instance.state != State.RUNNING) {
        throw wrongState(instance, "rebooted");
      }
    }
    Ec2Input.endDryRun(parameters);
    // A reboot renews nothing of what the metadata says of IAM (Uptycs, 2023).
    return xml -> xml.element("return", true);
  }

  private Consumer<Xml> terminate(Parameters parameters, Caller caller) {
    List<Instance> instances = chosen(parameters, caller, "TerminateInstances");
    for (Instance instance : instances) {
      if (instance.terminationProtected) {
        throw new AwsError(
            400,
            "OperationNotPermitted",
            "The instance '"
                + instance.id
                + "' may not be terminated. Modify its 'disableApiTermination' instance attribute"
                + " and try again.");
      }
    }
    return changed(parameters, instances, world::terminate);
  }

  private List<Instance> chosen(Parameters parameters, Caller caller, String action) {
    parameters.required("InstanceId.1");
    List<Instance> instances = input.named(parameters);
    instances.forEach(each -> input.require(caller, action, "instance/" + each.id));
    return instances;
  }

  private static boolean ended(Instance instance) {
    return instance.state == State.SHUTTING_DOWN || instance.state == State.TERMINATED;
  }

  private static AwsError managed(Instance instance) {
    return new AwsError(
        400,
        "OperationNotPermitted",
        "The instance '" + instance.id + "' is managed by a service and may not be changed.");
  }

  private static AwsError wrongState(Instance instance, String done) {
    return new AwsError(
        400,
        "IncorrectInstanceState",
        "This instance '" + instance.id + "' is not in a state from which it can be " + done + ".");
  }

  private Consumer<Xml> changed(
      Parameters parameters, List<Instance> instances, Consumer<Instance> change) {
    Ec2Input.endDryRun(parameters);
    var before = new LinkedHashMap<Instance, State>();
    for (Instance instance : instances) {
      before.put(instance, instance.state);
      change.accept(instance);
    }
    return xml ->
        xml.list(
            "instancesSet",
            "item",
            before.entrySet(),
            (each, changed) -> {
              each.element("instanceId", changed.getKey().id);
              state(each, "currentState", changed.getKey().state);
              state(each, "previousState", changed.getValue());
            });
  }

  private void reservation(Xml xml, String id, List<Instance> instances) {
    xml.element("reservationId", id)
        .element("ownerId", world.accountId())
        .element("groupSet", none -> {})
        .list("instancesSet", "item", instances, this::describe);
  }

  private void describe(Xml xml, Instance instance) {
    InstanceOptions options = instance.options;
    xml.element("instanceId", instance.id).element("imageId", options.imageId());
    state(xml, "instanceState", instance.state);
    xml.element("privateDnsName", instance.network.privateHost())
        .element("reason", asked(instance) ? STOPPED_AT.format(instance.stopAsked) : "")
        .element("amiLaunchIndex", instance.launchIndex)
        .element("instanceType", options.type())
        .element("launchTime", instance.launched)
        .element(
            "placement",
            each ->
                each.element("availabilityZone", world.region() + "a")
                    .element("tenancy", options.is(Trait.HOST_TENANCY) ? "host" : "default"))
        .element(
            "monitoring",
            each ->
                each.element(
                    "state", options.is(Trait.DETAILED_MONITORING) ? "enabled" : "disabled"))
        .element("privateIpAddress", instance.privateIp);
    String publicIp = instance.publicIp();
    if (publicIp != null) {
      xml.element("ipAddress", publicIp);
    }
    if (asked(instance)) {
      xml.element(
          "stateReason",
          each ->
              each.element("code", "Client.UserInitiatedShutdown")
                  .element("message", "Client.UserInitiatedShutdown: User initiated shutdown"));
    }
    boolean ebs = !options.is(Trait.INSTANCE_STORE_ROOT);
    Ec2LaunchDetails.write(xml, options);
    xml.element("architecture", "x86_64")
        .element("rootDeviceType", ebs ? "ebs" : "instance-store")
        .element("rootDeviceName", "/dev/xvda")
        .element("blockDeviceMapping", each -> blockDevices(each, instance, ebs))
        .element("virtualizationType", "hvm");
    if (options.spot()) {
      xml.element("instanceLifecycle", "spot");
    }
    xml.list(
        "tagSet",
        "item",
        instance.tags.entrySet(),
        (each, tag) -> each.element("key", tag.getKey()).element("value", tag.getValue()));
    xml.list(
        "networkInterfaceSet",
        "item",
        Set.of(instance),
        (each, owner) -> networkInterface(each, owner, publicIp));
    Association association = instance.association;
    if (association != null) {
      xml.element("iamInstanceProfile", each -> Ec2Associations.profile(world, each, association));
    }
    xml.element(
        "hibernationOptions", each -> each.element("configured", options.is(Trait.HIBERNATION)));
    xml.element("metadataOptions", each -> Ec2Attributes.metadataOptions(each, instance));
    if (options.is(Trait.MANAGED)) {
      xml.element(
          "operator",
          each -> each.element("managed", true).element("principal", "eks.amazonaws.com"));
    }
  }

  /** Whether somebody stopped or ended it by the API, which is the only way here. */
  private static boolean asked(Instance instance) {
    return instance.state == State.STOPPING || instance.state == State.STOPPED || ended(instance);
  }

  private static void blockDevices(Xml xml, Instance instance, boolean ebs) {
    // Instance store volumes are not among the mappings that EC2 describes.
    if (ebs) {
      xml.element(
          "item",
          each ->
              each.element("deviceName", "/dev/xvda")
                  .element(
                      "ebs",
                      volume ->
                          volume
                              .element("volumeId", instance.id.replace("i-", "vol-"))
                              .element("status", "attached")
                              .element("attachTime", instance.launched)
                              .element("deleteOnTermination", true)));
    }
  }

  private void networkInterface(Xml xml, Instance instance, @Nullable String publicIp) {
    xml.element("networkInterfaceId", instance.networkInterfaceId)
        .element("subnetId", InstanceNetwork.SUBNET_ID)
        .element("vpcId", InstanceNetwork.VPC_ID)
        .element("macAddress", instance.network.mac())
        .element("ownerId", world.accountId())
        .element("status", "in-use")
        .element("privateIpAddress", instance.privateIp);
    if (publicIp != null) {
      String owner = instance.options.is(Trait.ELASTIC_IP) ? world.accountId() : "amazon";
      xml.element(
          "association", each -> each.element("publicIp", publicIp).element("ipOwnerId", owner));
    }
  }

  private static void state(Xml xml, String element, State state) {
    xml.element(
        element, each -> each.element("code", state.code).element("name", state.wireName()));
  }
}
