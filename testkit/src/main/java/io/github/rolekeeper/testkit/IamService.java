package io.github.rolekeeper.testkit;

import java.util.HashMap;
import java.util.Map;

/** IAM, Query protocol, 2010-05-08. */
final class IamService {
  static final String NAMESPACE = "https://iam.amazonaws.com/doc/2010-05-08/";

  private final World world;

  IamService(World world) {
    this.world = world;
  }

  Map<String, Operation> operations() {
    var operations = new HashMap<String, Operation>();
    operations.putAll(new IamRoles(world).operations());
    operations.putAll(new IamPolicies(world).operations());
    operations.putAll(new IamBoundaries(world).operations());
    operations.putAll(new IamPolicyVersions(world).operations());
    operations.putAll(new IamInstanceProfiles(world).operations());
    operations.putAll(new IamReports(world).operations());
    return operations;
  }
}
