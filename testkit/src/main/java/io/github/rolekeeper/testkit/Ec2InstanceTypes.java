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

  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]*\\.[a-z0-9-]+");

  // A page holds 5 to 100 (EC2 API reference, DescribeInstanceTypes).
  private static final int LEAST = 5;
  private static final int MOST = 100;

  private final Ec2Input input;

  Ec2InstanceTypes(Ec2Input input) {
    this.input = input;
  }

  Map<String, Operation> operations() {
    return Map.of(
        "DescribeInstanceTypes",
        Operation.read(this::describe, "InstanceType", "MaxResults", "NextToken", "DryRun"));
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
    requireForm(types);
    Page<String> page =
        input.page(
            parameters,
            types.stream().distinct().toList(),
            type -> type,
            "instance-types",
            LEAST,
            MOST);
    return xml -> {
      xml.list(
          "instanceTypeSet",
          "item",
          page.items(),
          (each, type) ->
              each.element("instanceType", type)
                  .element(
                      "instanceStorageSupported", WITH_INSTANCE_STORE.matcher(type).matches()));
      Ec2Input.next(xml, page);
    };
  }

  static boolean isName(String type) {
    return NAME.matcher(type).matches();
  }

  /**
   * Lets pass what can be names of types: which there are changes faster than this class.
   *
   * @throws AwsError {@code InvalidInstanceType}
   */
  static void requireForm(List<String> types) {
    List<String> wrong = types.stream().filter(type -> !isName(type)).toList();
    if (!wrong.isEmpty()) {
      throw new AwsError(
          400,
          "InvalidInstanceType",
          "The following supplied instance types do not exist: " + wrong);
    }
  }
}
