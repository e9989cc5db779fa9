package io.github.rolekeeper.testkit;

import java.util.Map;
import java.util.function.Consumer;

/** STS, Query protocol, 2011-06-15. */
final class StsService {
  static final String NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/";

  private final World world;

  StsService(World world) {
    this.world = world;
  }

  Map<String, Operation> operations() {
    return Map.of("GetCallerIdentity", Operation.read(this::getCallerIdentity));
  }

  /** Needs no permission, and succeeds even where one is explicitly denied (STS API reference). */
  private Consumer<Xml> getCallerIdentity(Parameters parameters, Caller caller) {
    return xml ->
        xml.element("Arn", caller.arn())
            .element("UserId", caller.userId())
            .element("Account", world.accountId());
  }
}
