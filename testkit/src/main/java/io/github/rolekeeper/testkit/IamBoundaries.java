package io.github.rolekeeper.testkit;

import java.util.Map;
import java.util.function.Consumer;

/** IAM's operations on the permissions boundary of a role. */
final class IamBoundaries {
  private final IamEntities entities;

  IamBoundaries(World world) {
    this.entities = new IamEntities(world);
  }

  Map<String, Operation> operations() {
    return Map.of(
        "PutRolePermissionsBoundary", Operation.write(this::put, "RoleName", "PermissionsBoundary"),
        "DeleteRolePermissionsBoundary", Operation.write(this::delete, "RoleName"));
  }

  private Consumer<Xml> put(Parameters parameters, Caller caller) {
    String arn = IamInput.required(parameters, "PermissionsBoundary");
    Role role =
        IamEntities.own(
            entities.role(
                parameters,
                caller,
                "PutRolePermissionsBoundary",
                new RequestContext().with("iam:PermissionsBoundary", arn)));
    role.boundary = entities.boundary(arn);
    return IamXml::nothing;
  }

  /** Where there is none it does nothing, too. */
  private Consumer<Xml> delete(Parameters parameters, Caller caller) {
    entities.ownRole(parameters, caller, "DeleteRolePermissionsBoundary").boundary = null;
    return IamXml::nothing;
  }
}
