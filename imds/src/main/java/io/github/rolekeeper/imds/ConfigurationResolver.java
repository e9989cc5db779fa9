package io.github.rolekeeper.imds;

import io.github.rolekeeper.imds.Origin.Source;
import java.math.BigDecimal;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Builder, then JVM property, environment, profile file, default: a pure function of all five. */
final class ConfigurationResolver {
  // aws-sdk-go-v2 allows the same for an operation.
  private static final Duration WHOLE = Duration.ofSeconds(5);

  // A connection on the instance itself takes less than a millisecond. Where none comes about
  // within this time there is no metadata service, or a SYN was lost, and a new attempt is faster
  // than TCP's own repetition after 1 s. aws-sdk-go-v2 dials with the same limit.
  private static final Duration CONNECT = Duration.ofMillis(250);

  // The read time-out that AWS documents for its SDKs' metadata clients.
  private static final Duration READ = Duration.ofSeconds(1);

  // The SDKs document three retries.
  private static final int ATTEMPTS = 4;

  // Long enough for a service that is restarted; the second is the limit of aws-sdk-go-v2 too.
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

  // The longest life that the service grants, and what all SDKs ask for.
  private static final Duration TOKEN_TTL = Duration.ofHours(6);

  // Whoever asks in a loop, or many at the start of a program, wait once for what is not there; an
  // instance whose network comes up late is found this soon after.
  private static final Duration UNREACHABLE_MEMORY = Duration.ofSeconds(10);

  private static final String SECONDS =
      "a number of seconds from 0.001 to 3600 is expected, such as 1 or 2.5";

  private final Wishes wishes;
  private final Lookups lookups;

  private ConfigurationResolver(Wishes wishes, Lookups lookups) {
    this.wishes = wishes;
    this.lookups = lookups;
  }

  /**
   * Resolves.
   *
   * @throws IllegalArgumentException if a value in force is none that the setting can have
   */
  static EffectiveConfiguration resolve(Wishes wishes, Lookups lookups) {
    ConfigurationResolver resolver = new ConfigurationResolver(wishes, lookups);
    Setting<Boolean> disabled = resolver.disabled();
    try {
      return resolver.all(disabled);
    } catch (IllegalArgumentException refused) {
      if (!disabled.value()) {
        throw refused;
      }
      // Nothing will be asked, so that a bad setting does not matter; what the caller says does.
      return new ConfigurationResolver(wishes, Lookups.ofNothing()).all(disabled);
    }
  }

  private Setting<Boolean> disabled() {
    return wished(wishes.disabled, "disabled")
        .or(() -> flag(SettingKey.DISABLED))
        .orElseGet(() -> byDefault(false));
  }

  private EffectiveConfiguration all(Setting<Boolean> disabled) {
    Setting<EndpointMode> mode = mode();
    // What a builder's wishes leave no place for is not looked at: it may be anything.
    Optional<Setting<Duration>> sdkTimeout =
        wishes.readTimeout != null && wishes.connectTimeout != null
            ? Optional.empty()
            : parsed(SettingKey.TIMEOUT, ConfigurationResolver::seconds, SECONDS);
    Optional<Setting<Duration>> read =
        wished(wishes.readTimeout, "readTimeout").or(() -> sdkTimeout);
    // A longer wait that somebody asked for must not be cut by a default: time for two of them.
    Setting<Duration> whole =
        wished(wishes.timeout, "timeout")
            .orElseGet(() -> byDefault(longer(WHOLE, read.map(r -> r.value().multipliedBy(2)))));
    Duration half = whole.value().dividedBy(2); // so that a silent attempt leaves time for another
    return new EffectiveConfiguration(
        disabled,
        v1(),
        endpoint(mode),
        mode,
        whole,
        wished(wishes.connectTimeout, "connectTimeout")
            .or(() -> sdkTimeout)
            .orElseGet(() -> byDefault(shorter(CONNECT, half))),
        read.orElseGet(() -> byDefault(shorter(READ, half))),
        wished(wishes.attempts, "attempts")
            .or(
                () ->
                    parsed(
                        SettingKey.ATTEMPTS,
                        ConfigurationResolver::attempts,
                        "a whole number from 1 to 100 is expected"))
            .orElseGet(() -> byDefault(ATTEMPTS)),
        wished(wishes.firstPause, "backOff").orElseGet(() -> byDefault(FIRST_PAUSE)),
        wished(wishes.longestPause, "backOff").orElseGet(() -> byDefault(LONGEST_PAUSE)),
        wished(wishes.tokenTtl, "tokenTtl").orElseGet(() -> byDefault(TOKEN_TTL)),
        wished(wishes.roleName, "roleName")
            .or(() -> SettingKey.ROLE_NAME.find(lookups))
            .map(ConfigurationResolver::roleName)
            .orElseGet(() -> byDefault(Optional.empty())),
        wished(wishes.platformCheck, "platformCheck").orElseGet(() -> byDefault(true)),
        wished(wishes.unreachableMemory, "rememberUnreachable")
            .orElseGet(() -> byDefault(UNREACHABLE_MEMORY)));
  }

  private Setting<EndpointMode> mode() {
    return wished(wishes.mode, "endpointMode")
        .or(
            () ->
                // An endpoint has its address family.
                wishes.endpoint != null || SettingKey.ENDPOINT.find(lookups).isPresent()
                    ? Optional.empty()
                    : parsed(
                        SettingKey.ENDPOINT_MODE,
                        EndpointMode::parse,
                        "IPv4, IPv6 or auto is expected"))
        .orElseGet(() -> byDefault(EndpointMode.IPV4));
  }

  /** The builder alone can allow it; whoever forbids it wins. */
  private Setting<Boolean> v1() {
    Optional<Setting<Boolean>> forbidden = flag(SettingKey.V1_DISABLED).filter(Setting::value);
    if (forbidden.isPresent()) {
      return new Setting<>(false, forbidden.get().origin());
    }
    return wishes.v1
        ? new Setting<>(true, new Origin(Source.BUILDER, "allowImdsV1"))
        : byDefault(false);
  }

  private Setting<URI> endpoint(Setting<EndpointMode> mode) {
    URI standard = wishes.addresses.apply(mode.value()).get(0);
    String reason = mode.origin().equals(Origin.DEFAULT) ? "" : "for the mode of " + mode.origin();
    return wished(wishes.endpoint, "endpoint")
        .map(uri -> uri.map(URI::toString))
        .or(() -> SettingKey.ENDPOINT.find(lookups))
        .map(
            text ->
                text.map(
                    value ->
                        uri(value)
                            .orElseThrow(
                                () ->
                                    Refusal.of(
                                        Endpoint.shown(value),
                                        text.origin(),
                                        Endpoint.expected(value)))))
        .orElseGet(() -> new Setting<>(standard, new Origin(Source.DEFAULT, reason)));
  }

  private Optional<Setting<Boolean>> flag(SettingKey key) {
    return parsed(key, ConfigurationResolver::truth, "true or false is expected");
  }

  private <T> Optional<Setting<T>> parsed(
      SettingKey key, Function<String, Optional<T>> parser, String expected) {
    return key.find(lookups).map(text -> parsed(text, parser, expected));
  }

  private static <T> Setting<T> parsed(
      Setting<String> text, Function<String, Optional<T>> parser, String expected) {
    return text.map(
        value ->
            parser
                .apply(value)
                .orElseThrow(() -> Refusal.of(text.value(), text.origin(), expected)));
  }

  private static <T> Optional<Setting<T>> wished(@Nullable T value, String method) {
    return Optional.ofNullable(value)
        .map(wish -> new Setting<>(wish, new Origin(Source.BUILDER, method)));
  }

  private static <T> Setting<T> byDefault(T value) {
    return new Setting<>(value, Origin.DEFAULT);
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  private static Duration longer(Duration one, Optional<Duration> other) {
    return other.filter(duration -> duration.compareTo(one) > 0).orElse(one);
  }

  private static Optional<Boolean> truth(String text) {
    return text.equalsIgnoreCase("true") || text.equalsIgnoreCase("false")
        ? Optional.of(Boolean.valueOf(text))
        : Optional.empty();
  }

  private static Optional<Duration> seconds(String text) {
    if (!text.matches("[0-9]{1,4}(\\.[0-9]{1,9})?")) {
      return Optional.empty();
    }
    Duration duration = Duration.ofNanos(new BigDecimal(text).movePointRight(9).longValueExact());
    return Limits.allows(duration) ? Optional.of(duration) : Optional.empty();
  }

  private static Optional<Integer> attempts(String text) {
    return text.matches("[1-9][0-9]?|100") ? Optional.of(Integer.valueOf(text)) : Optional.empty();
  }

  private static Optional<URI> uri(String text) {
    try {
      return Endpoint.parse(new URI(text)).map(Endpoint::uri);
    } catch (URISyntaxException e) {
      return Optional.empty();
    }
  }

  private static Setting<Optional<String>> roleName(Setting<String> text) {
    return parsed(
        text,
        name -> Lines.ROLES.allows(name) ? Optional.of(Optional.of(name)) : Optional.empty(),
        "the name of a role is expected, as the metadata service lists it: letters, digits or"
            + " +=,.@_-, and where it is an emulator's, slashes and colons");
  }
}
