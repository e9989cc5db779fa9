package io.github.rolekeeper.testkit;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** IAM's operations on instance profiles. */
final class IamInstanceProfiles {
  private final World world;
  private final IamEntities entities;

  IamInstanceProfiles(World world) {
    this.world = world;
    this.entities = new IamEntities(world);
  }

  Map<String, Operation> operations() {
    return Map.of(
        "CreateInstanceProfile",
            Operation.write(this::create, "InstanceProfileName", "Path", "Tags"),
        "GetInstanceProfile", Operation.read(this::get, "InstanceProfileName"),
        "DeleteInstanceProfile", Operation.write(this::delete, "InstanceProfileName"),
        "AddRoleToInstanceProfile",
            Operation.write(this::addRole, "InstanceProfileName", "RoleName"),
        "RemoveRoleFromInstanceProfile",
            Operation.write(this::removeRole, "InstanceProfileName", "RoleName"),
        "ListInstanceProfiles", Operation.read(this::list, "PathPrefix", "Marker", "MaxItems"),
        "ListInstanceProfilesForRole",
            Operation.read(this::listForRole, "RoleName", "Marker", "MaxItems"),
        "TagInstanceProfile", Operation.write(this::tag, "InstanceProfileName", "Tags"),
        "UntagInstanceProfile", Operation.write(this::untag, "InstanceProfileName", "TagKeys"),
        "ListInstanceProfileTags",
            Operation.read(this::listTags, "InstanceProfileName", "Marker", "MaxItems"));
  }

  private Consumer<Xml> create(Parameters parameters, Caller caller) {
    String name = IamInput.profileName(parameters);
    String path = IamInput.path(parameters);
    Map<String, String> tags = IamInput.tags(parameters);
    String resource = "instance-profile" + path + name;
    entities.require(caller, "CreateInstanceProfile", resource, IamEntities.keys(tags));
    entities.requireTagging(caller, "TagInstanceProfile", resource, tags);
    InstanceProfile profile = world.createProfile(name, path);
    profile.tags.putAll(tags);
    return whole(ProfileView.of(profile));
  }

  private Consumer<Xml> get(Parameters parameters, Caller caller) {
    return whole(entities.shownProfile(parameters, caller, "GetInstanceProfile"));
  }

  private static Consumer<Xml> whole(ProfileView profile) {
    return xml -> xml.element("InstanceProfile", each -> IamXml.wholeProfile(each, profile));
  }

  private Consumer<Xml> delete(Parameters parameters, Caller caller) {
    world.deleteProfile(entities.profile(parameters, caller, "DeleteInstanceProfile").name);
    return IamXml::nothing;
  }

  private Consumer<Xml> addRole(Parameters parameters, Caller caller) {
    InstanceProfile profile = entities.profile(parameters, caller, "AddRoleToInstanceProfile");
    Role role = IamEntities.own(world.role(IamInput.roleName(parameters)));
    caller.requirePassRole(role, world.partition().passedByIam(), Denials.QUERY);
    world.addRole(profile.name, role.name);
    return IamXml::nothing;
  }

  private Consumer<Xml> removeRole(Parameters parameters, Caller caller) {
    InstanceProfile profile = entities.profile(parameters, caller, "RemoveRoleFromInstanceProfile");
    String role = IamInput.roleName(parameters);
    if (world.hasRole(role)) {
      IamEntities.own(world.role(role));
    }
    world.removeRole(profile.name, role);
    return IamXml::nothing;
  }

  private Consumer<Xml> list(Parameters parameters, Caller caller) {
    String prefix = IamInput.pathPrefix(parameters);
    entities.require(caller, "ListInstanceProfiles", "instance-profile" + prefix);
    return page(
        parameters,
        "ListInstanceProfiles" + prefix,
        entities.shownProfiles().stream()
            .filter(view -> view.profile().path.startsWith(prefix))
            .toList());
  }

  private Consumer<Xml> listForRole(Parameters parameters, Caller caller) {
    Role role = entities.role(parameters, caller, "ListInstanceProfilesForRole");
    return page(
        parameters,
        "ListInstanceProfilesForRole" + role.id,
        entities.shownProfiles().stream().filter(view -> view.role() == role).toList());
  }

  private Consumer<Xml> page(Parameters parameters, String listing, List<ProfileView> all) {
    return IamXml.page(
        "InstanceProfiles",
        IamInput.page(world, parameters, listing, all, view -> view.profile().name),
        IamXml::listedProfile);
  }

  private Consumer<Xml> tag(Parameters parameters, Caller caller) {
    Map<String, String> tags = IamInput.requiredTags(parameters);
    InstanceProfile profile = entities.profile(parameters, caller, "TagInstanceProfile");
    IamInput.tag(profile.tags, tags, "InstanceProfile");
    return IamXml::nothing;
  }

  private Consumer<Xml> untag(Parameters parameters, Caller caller) {
    InstanceProfile profile = entities.profile(parameters, caller, "UntagInstanceProfile");
    IamInput.tagKeys(parameters).forEach(profile.tags::remove);
    return IamXml::nothing;
  }

  private Consumer<Xml> listTags(Parameters parameters, Caller caller) {
    InstanceProfile profile = entities.profile(parameters, caller, "ListInstanceProfileTags");
    return IamXml.page(
        "Tags",
        IamInput.page(
            world,
            parameters,
            "ListInstanceProfileTags" + profile.id,
            profile.tags.entrySet(),
            Map.Entry::getKey),
        IamXml::tag);
  }
}
