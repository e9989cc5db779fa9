package io.github.rolekeeper.imds;

import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The places outside the program that settings are looked up in. */
record Lookups(
    UnaryOperator<@Nullable String> properties,
    UnaryOperator<@Nullable String> environment,
    ProfileSettings profile) {

  static Lookups ofProcess() {
    return new Lookups(System::getProperty, System::getenv, key -> Optional.empty());
  }

  static Lookups ofNothing() {
    return new Lookups(name -> null, name -> null, key -> Optional.empty());
  }

  Lookups with(ProfileSettings other) {
    return new Lookups(properties, environment, other);
  }

  Optional<String> property(String name) {
    return name.isEmpty() ? Optional.empty() : Optional.ofNullable(properties.apply(name));
  }

  Optional<String> variable(String name) {
    return Optional.ofNullable(environment.apply(name));
  }

  Optional<String> profile(String key) {
    return profile.setting(key);
  }
}
