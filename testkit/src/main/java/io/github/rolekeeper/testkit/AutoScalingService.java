package io.github.rolekeeper.testkit;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Auto Scaling, Query protocol, 2011-01-01: groups that instances are attached to, and standby. It
 * launches nothing.
 */
final class AutoScalingService {
  static final String NAMESPACE = "http://autoscaling.amazonaws.com/doc/2011-01-01/";

  private static final String NAME = "AutoScalingGroupName";
  private static final String TAGGED = "auto-scaling-group";

  // Both from the Auto Scaling API reference, MaxRecords.
  private static final int MOST_GROUPS = 100;
  private static final int MOST_INSTANCES = 50;

  private final World world;
  private final Map<String, AutoScalingGroup> groups;

  AutoScalingService(World world) {
    this.world = world;
    this.groups = world.autoScalingGroups;
  }

  Map<String, Operation> operations() {
    return Map.of(
        "CreateAutoScalingGroup", Operation.launch(this::create),
        "DeleteAutoScalingGroup", Operation.write(this::delete, "AutoScalingGroupName"),
        "DescribeAutoScalingGroups",
            Operation.read(
                this::describeGroups,
                "AutoScalingGroupNames",
                "Filters",
                "MaxRecords",
                "NextToken"),
        "DescribeAutoScalingInstances",
            Operation.read(this::describeInstances, "InstanceIds", "MaxRecords", "NextToken"),
        "AttachInstances", Operation.write(this::attach, "AutoScalingGroupName", "InstanceIds"),
        "DetachInstances",
            Operation.write(
                this::detach,
                "AutoScalingGroupName",
                "InstanceIds",
                "ShouldDecrementDesiredCapacity"),
        "EnterStandby",
            Operation.write(
                this::enterStandby,
                "AutoScalingGroupName",
                "InstanceIds",
                "ShouldDecrementDesiredCapacity"),
        "ExitStandby", Operation.write(this::exitStandby, "AutoScalingGroupName", "InstanceIds"));
  }

  private Consumer<Xml> create(Parameters parameters, Caller caller) {
    String name = required(parameters, NAME);
    require(caller, "CreateAutoScalingGroup", name);
    int least = number(parameters, "MinSize");
    int most = number(parameters, "MaxSize");
    int desired =
        parameters.optional("DesiredCapacity").isEmpty()
            ? least
            : number(parameters, "DesiredCapacity");
    if (desired != 0) {
      throw invalid(
          "The simulated account launches no instances for a group: create it with a desired"
              + " capacity of 0, and attach instances.");
    }
    if (least > most) {
      throw invalid(
          "Max bound, " + most + ", must be greater than or equal to min bound, " + least);
    }
    Map<String, String> tags = tags(parameters, name);
    if (!tags.isEmpty()) {
      require(caller, "CreateOrUpdateTags", name);
    }
    var group =
        new AutoScalingGroup(name, world.now(), least, most, desired, launchOf(parameters), tags);
    if (groups.putIfAbsent(name, group) != null) {
      throw new AwsError(
          400,
          "AlreadyExists",
          "AutoScalingGroup by this name already exists - A group with the name "
              + name
              + " already exists");
    }
    return xml -> {};
  }

  private static Map<String, String> tags(Parameters parameters, String group) {
    var tags = new LinkedHashMap<String, String>();
    for (Parameters tag : parameters.structures("Tags.member")) {
      String key = required(tag, "Key");
      if (key.toLowerCase(Locale.ROOT).startsWith("aws:")) {
        throw invalid("Tag keys must not begin with aws:, which is reserved: '" + key + "'");
      }
      String of = tag.get("ResourceId", group);
      if (!of.equals(group) || !tag.get("ResourceType", TAGGED).equals(TAGGED)) {
        throw invalid("The tag '" + key + "' is for '" + of + "' and not for the new group");
      }
      // The group launches nothing, so it makes no difference whether a tag would be passed on.
      tags.put(key, tag.get("Value", ""));
    }
    return tags;
  }

  private static Map<String, String> launchOf(Parameters parameters) {
    var launch = new TreeMap<String, String>();
    parameters
        .all()
        .forEach(
            (name, value) -> {
              if (LaunchTemplates.head(name).startsWith("Launch")) {
                launch.put(name, value);
              }
            });
    return launch;
  }

  private Consumer<Xml> delete(Parameters parameters, Caller caller) {
    AutoScalingGroup group = group(parameters, caller, "DeleteAutoScalingGroup");
    if (!members(group).isEmpty()) {
      throw new AwsError(
          400,
          "ResourceInUse",
          "You cannot delete an AutoScalingGroup while there are instances or pending Spot"
              + " instance request(s) still in the group.");
    }
    groups.remove(group.name);
    return xml -> {};
  }

  private Consumer<Xml> describeGroups(Parameters parameters, Caller caller) {
    require(caller, "DescribeAutoScalingGroups", "*");
    List<String> names = parameters.list("AutoScalingGroupNames.member");
    List<Parameters> filters = parameters.structures("Filters.member");
    filters.forEach(filter -> filterValues(filter, Map.of()));
    List<AutoScalingGroup> found =
        groups.values().stream()
            .filter(group -> names.isEmpty() || names.contains(group.name))
            .filter(group -> filters.stream().allMatch(filter -> passes(group, filter)))
            .toList();
    Page<AutoScalingGroup> page =
        page(parameters, found, group -> group.name, "groups", MOST_GROUPS);
    return xml -> {
      xml.list("AutoScalingGroups", "member", page.items(), this::describe);
      next(xml, page);
    };
  }

  private static boolean passes(AutoScalingGroup group, Parameters filter) {
    List<String> wanted = filter.list("Values.member");
    return filterValues(filter, group.tags).stream().anyMatch(wanted::contains);
  }

  /** What a group with such tags has of a filter's name. */
  private static Collection<String> filterValues(Parameters filter, Map<String, String> tags) {
    String name = required(filter, "Name");
    if (name.startsWith("tag:")) {
      String value = tags.get(name.substring("tag:".length()));
      return value == null ? List.of() : List.of(value);
    }
    return switch (name) {
      case "tag-key" -> tags.keySet();
      case "tag-value" -> tags.values();
      default -> throw invalid("Filter type " + name + " is not correct");
    };
  }

  private Consumer<Xml> describeInstances(Parameters parameters, Caller caller) {
    require(caller, "DescribeAutoScalingInstances", "*");
    List<String> ids = parameters.list("InstanceIds.member");
    List<Instance> found =
        world.instances().stream()
            .filter(instance -> instance.membership != null)
            .filter(instance -> ids.isEmpty() || ids.contains(instance.id))
            .toList();
    Page<Instance> page =
        page(parameters, found, instance -> instance.id, "instances", MOST_INSTANCES);
    return xml -> {
      xml.list(
          "AutoScalingInstances",
          "member",
          page.items(),
          (each, instance) -> {
            Instance.Membership membership = java.util.Objects.requireNonNull(instance.membership);
            each.element("AutoScalingGroupName", membership.group());
            member(each, instance, membership);
          });
      next(xml, page);
    };
  }

  private Consumer<Xml> attach(Parameters parameters, Caller caller) {
    AutoScalingGroup group = group(parameters, caller, "AttachInstances");
    List<Instance> instances = instances(parameters);
    for (Instance instance : instances) {
      if (instance.membership != null) {
        throw invalid(
            "Instance "
                + instance.id
                + " is already part of AutoScalingGroup:"
                + instance.membership.group()
                + ".");
      }
      if (instance.state != Instance.State.RUNNING) {
        throw invalid("Instance " + instance.id + " is not in correct state.");
      }
    }
    if (group.desired + instances.size() > group.most) {
      throw invalid(
          "Please update the AutoScalingGroup sizes appropriately. New desired capacity "
              + (group.desired + instances.size())
              + " would be above the maximum of "
              + group.most
              + ".");
    }
    instances.forEach(each -> world.join(each, group.name));
    group.desired += instances.size();
    return xml -> {};
  }

  private Consumer<Xml> detach(Parameters parameters, Caller caller) {
    AutoScalingGroup group = group(parameters, caller, "DetachInstances");
    List<Instance> instances = membersOf(group, parameters);
    lower(group, parameters, instances);
    instances.forEach(world::leave);
    return activities(group, "Detaching EC2 instance: ", instances);
  }

  private Consumer<Xml> enterStandby(Parameters parameters, Caller caller) {
    AutoScalingGroup group = group(parameters, caller, "EnterStandby");
    List<Instance> instances = membersOf(group, parameters);
    instances.forEach(each -> inState(each, Instance.Membership.IN_SERVICE));
    lower(group, parameters, instances);
    instances.forEach(each -> each.membership = membership(group, Instance.Membership.STANDBY));
    return activities(group, "Moving EC2 instance to Standby: ", instances);
  }

  private Consumer<Xml> exitStandby(Parameters parameters, Caller caller) {
    AutoScalingGroup group = group(parameters, caller, "ExitStandby");
    List<Instance> instances = membersOf(group, parameters);
    instances.forEach(each -> inState(each, Instance.Membership.STANDBY));
    for (Instance instance : instances) {
      if (instance.state != Instance.State.RUNNING) {
        throw invalid("The instance " + instance.id + " is not in a running state.");
      }
    }
    group.desired = Math.min(group.most, group.desired + instances.size());
    instances.forEach(each -> each.membership = membership(group, Instance.Membership.IN_SERVICE));
    return activities(group, "Moving EC2 instance out of Standby: ", instances);
  }

  private void lower(AutoScalingGroup group, Parameters parameters, List<Instance> instances) {
    String decrement = required(parameters, "ShouldDecrementDesiredCapacity");
    if (!decrement.equals("true")) {
      throw invalid(
          "The simulated account launches no instances in the place of those that leave: pass"
              + " ShouldDecrementDesiredCapacity=true.");
    }
    if (group.desired - instances.size() < group.least) {
      throw invalid(
          "AutoScalingGroup "
              + group.name
              + " has min="
              + group.least
              + ", max="
              + group.most
              + ", and desiredCapacity="
              + group.desired
              + ". To place into standby "
              + instances.size()
              + " more instance, please update the AutoScalingGroup sizes appropriately.");
    }
    group.desired -= instances.size();
  }

  private static Instance.Membership membership(AutoScalingGroup group, String lifecycleState) {
    return new Instance.Membership(group.name, lifecycleState);
  }

  private static void inState(Instance instance, String lifecycleState) {
    Instance.Membership membership = java.util.Objects.requireNonNull(instance.membership);
    if (!membership.lifecycleState().equals(lifecycleState)) {
      throw invalid("The instance " + instance.id + " is not in " + lifecycleState + " state.");
    }
  }

  private List<Instance> membersOf(AutoScalingGroup group, Parameters parameters) {
    List<Instance> instances = instances(parameters);
    for (Instance instance : instances) {
      if (instance.membership == null || !instance.membership.group().equals(group.name)) {
        throw invalid(
            "The instance "
                + instance.id
                + " is not part of Auto Scaling group "
                + group.name
                + ".");
      }
    }
    return instances;
  }

  private List<Instance> instances(Parameters parameters) {
    required(parameters, "InstanceIds.member.1");
    List<String> ids = parameters.list("InstanceIds.member");
    List<String> missing = ids.stream().filter(id -> world.find(id).isEmpty()).toList();
    if (!missing.isEmpty()) {
      throw invalid("Invalid Instance ID(s): " + missing + " specified");
    }
    return ids.stream().map(world::instance).toList();
  }

  private List<Instance> members(AutoScalingGroup group) {
    return world.instances().stream()
        .filter(each -> each.membership != null && each.membership.group().equals(group.name))
        .toList();
  }

  private AutoScalingGroup group(Parameters parameters, Caller caller, String action) {
    String name = required(parameters, NAME);
    require(caller, action, name);
    AutoScalingGroup group = groups.get(name);
    if (group == null) {
      throw invalid("AutoScalingGroup name not found - AutoScalingGroup '" + name + "' not found");
    }
    return group;
  }

  private void describe(Xml xml, AutoScalingGroup group) {
    xml.element(NAME, group.name)
        .element("AutoScalingGroupARN", arn(group.name))
        .element("MinSize", group.least)
        .element("MaxSize", group.most)
        .element("DesiredCapacity", group.desired)
        .element("CreatedTime", group.created)
        .element("DefaultCooldown", 300)
        .list(
            "AvailabilityZones",
            "member",
            List.of(world.region() + "a"),
            (each, zone) -> each.text(zone))
        .element("HealthCheckType", "EC2")
        .list(
            "Instances",
            "member",
            members(group),
            (each, instance) ->
                member(each, instance, java.util.Objects.requireNonNull(instance.membership)));
    launch(xml, new Parameters(group.launch));
    xml.list(
        "Tags",
        "member",
        group.tags.entrySet(),
        (each, tag) ->
            each.element("ResourceId", group.name)
                .element("ResourceType", TAGGED)
                .element("Key", tag.getKey())
                .element("Value", tag.getValue())
                .element("PropagateAtLaunch", false));
  }

  private static void launch(Xml xml, Parameters launch) {
    launch
        .optional("LaunchConfigurationName")
        .ifPresent(name -> xml.element("LaunchConfigurationName", name));
    Parameters template = launch.below("LaunchTemplate");
    if (!template.all().isEmpty()) {
      xml.element(
          "LaunchTemplate",
          each -> template.all().forEach((name, value) -> each.element(name, value)));
    }
  }

  private void member(Xml xml, Instance instance, Instance.Membership membership) {
    boolean healthy = instance.state == Instance.State.RUNNING || !membership.inService();
    xml.element("InstanceId", instance.id)
        .element("InstanceType", instance.options.type())
        .element("AvailabilityZone", world.region() + "a")
        .element("LifecycleState", membership.lifecycleState())
        .element("HealthStatus", healthy ? "HEALTHY" : "UNHEALTHY")
        .element("ProtectedFromScaleIn", false);
  }

  private Consumer<Xml> activities(AutoScalingGroup group, String what, List<Instance> instances) {
    return xml ->
        xml.list(
            "Activities",
            "member",
            instances,
            (each, instance) ->
                each.element("ActivityId", world.ids.request())
                    .element(NAME, group.name)
                    .element("Description", what + instance.id)
                    .element("Cause", "at " + world.now() + " by a user's request")
                    .element("StartTime", world.now())
                    .element("StatusCode", "InProgress")
                    .element("Progress", 50));
  }

  private <T> Page<T> page(
      Parameters parameters,
      List<T> found,
      java.util.function.Function<T, String> key,
      String listing,
      int most) {
    int size = parameters.optional("MaxRecords").isEmpty() ? 50 : number(parameters, "MaxRecords");
    if (size < 1 || size > most) {
      throw invalid("MaxRecords " + size + " must be from 1 to " + most);
    }
    return Page.of(
        world,
        found,
        key,
        "autoscaling-" + listing,
        parameters.optional("NextToken").orElse(null),
        size,
        () -> new AwsError(400, "InvalidNextToken", "The token is invalid."));
  }

  private static void next(Xml xml, Page<?> page) {
    String token = page.next();
    if (token != null) {
      xml.element("NextToken", token);
    }
  }

  private static int number(Parameters parameters, String name) {
    String value = required(parameters, name);
    if (!value.matches("\\d{1,6}")) {
      throw invalid("Value '" + value + "' at '" + name + "' must be a whole number");
    }
    return Integer.parseInt(value);
  }

  private static String required(Parameters parameters, String name) {
    return parameters
        .optional(name)
        .orElseThrow(
            () ->
                invalid(
                    "1 validation error detected: Value null at '"
                        + Character.toLowerCase(name.charAt(0))
                        + name.substring(1)
                        + "' failed to satisfy constraint: Member must not be null"));
  }

  private static AwsError invalid(String message) {
    return new AwsError(400, "ValidationError", message);
  }

  private void require(Caller caller, String action, String group) {
    caller.require("autoscaling:" + action, group.equals("*") ? "*" : arn(group), Denials.QUERY);
  }

  private String arn(String group) {
    return "arn:"
        + world.partition().name()
        + ":autoscaling:"
        + world.region()
        + ":"
        + world.accountId()
        + ":autoScalingGroup:*:autoScalingGroupName/"
        + group;
  }
}
