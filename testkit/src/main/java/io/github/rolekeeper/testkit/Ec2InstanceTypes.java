package io.github.rolekeeper.testkit;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** What EC2 tells of the types of instances. */
final class Ec2InstanceTypes {
  // "d" among the options, and the storage optimized families (EC2 instance type naming
  // conventions). Others that have instance store volumes too are not simulated.
  private static final Pattern WITH_INSTANCE_STORE =
      Pattern.compile("(?:[a-z]+\\d+[a-z]*d[a-z]*|(?:i|d|h|im|is)\\d+[a-z]*)\\..+");

  private final Ec2Input input;

  Ec2InstanceTypes(Ec2Input input) {
    this.input = input;
  }

  Map<String, Operation> operations() {
    return Map.of("DescribeInstanceTypes", Operation.read(this::describe));
  }

  private Consumer<Xml> describe(Parameters parameters, Caller caller) {
    input.require(caller, "DescribeInstanceTypes", "*");
    List<String> types = parameters.list("InstanceType");
    if (types.isEmpty()) {
      throw new AwsError(
          400,
          "InvalidParameterCombination",
          "The simulated account tells only of types that are named by InstanceType.");
    }
    Ec2Input.endDryRun(parameters);
    return xml ->
        xml.list(
            "instanceTypeSet",
            "item",
            types,
            (each, type) ->
                each.element("instanceType", type)
                    .element(
                        "instanceStorageSupported", WITH_INSTANCE_STORE.matcher(type).matches()));
  }
}
