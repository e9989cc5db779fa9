package io.github.rolekeeper.testkit;

import java.util.HashMap;
import java.util.Map;

/** EC2, Query protocol, 2016-11-15. */
final class Ec2Service {
  static final String NAMESPACE = "http://ec2.amazonaws.com/doc/2016-11-15/";

  private final World world;

  Ec2Service(World world) {
    this.world = world;
  }

  Map<String, Operation> operations() {
    var input = new Ec2Input(world);
    var operations = new HashMap<String, Operation>();
    operations.putAll(new Ec2Instances(world, input).operations());
    operations.putAll(new Ec2Attributes(input).operations());
    operations.putAll(new Ec2InstanceTypes(input).operations());
    operations.putAll(new Ec2Associations(world, input).operations());
    operations.putAll(new Ec2LaunchTemplates(world, input).operations());
    operations.putAll(new Ec2Tags(world, input).operations());
    return operations;
  }
}
