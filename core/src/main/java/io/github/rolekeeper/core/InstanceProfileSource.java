package io.github.rolekeeper.core;

import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The instance profile as an application uses it: at the end of the default credential chain of the
 * AWS SDK for Java v2. Where the environment or the system properties of this process make the
 * chain stop earlier (static keys, Lambda, ECS, EKS), or switch the metadata service off, the
 * observation is {@link CredentialObservation#notApplicable} with the reason, and the metadata
 * service is not asked.
 *
 * <p>It cannot see a provider that the application names itself, nor the shared credentials file:
 * watch the provider then, with {@code WatchedProvider} of the package {@code awssdk} and {@link
 * CompletedSource}. As thread-safe as the source.
 */
public final class InstanceProfileSource implements CredentialSource {
  // In the order of the chain (SDK Reference Guide, "Standardized credential providers").
  private static final String KEY = "AWS_ACCESS_KEY_ID";
  private static final String SECRET = "AWS_SECRET_ACCESS_KEY";
  private static final String LAMBDA = "AWS_LAMBDA_FUNCTION_NAME";
  private static final String TOKEN_FILE = "AWS_WEB_IDENTITY_TOKEN_FILE";
  private static final String ROLE_ARN = "AWS_ROLE_ARN";
  private static final String CONTAINER = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
  private static final String CONTAINER_FULL = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
  private static final String DISABLED = "AWS_EC2_METADATA_DISABLED";
  private static final String KEY_PROPERTY = "aws.accessKeyId";
  private static final String SECRET_PROPERTY = "aws.secretAccessKey";
  private static final String TOKEN_FILE_PROPERTY = "aws.webIdentityTokenFile";
  private static final String ROLE_ARN_PROPERTY = "aws.roleArn";
  private static final String CONTAINER_PROPERTY = "aws.containerCredentialsPath";
  private static final String CONTAINER_FULL_PROPERTY = "aws.containerCredentialsFullUri";
  private static final String DISABLED_PROPERTY = "aws.disableEc2Metadata";

  private final CredentialSource metadata;
  private final UnaryOperator<@Nullable String> environment;
  private final UnaryOperator<@Nullable String> properties;

  InstanceProfileSource(
      CredentialSource metadata,
      UnaryOperator<@Nullable String> environment,
      UnaryOperator<@Nullable String> properties) {
    this.metadata = Objects.requireNonNull(metadata, "metadata");
    this.environment = environment;
    this.properties = properties;
  }

  /**
   * The instance profile for an application in this process.
   *
   * @param metadata what reads the metadata service, such as {@code
   *     InstanceMetadataClient::observe}
   * @return the source
   */
  public static InstanceProfileSource of(CredentialSource metadata) {
    return new InstanceProfileSource(metadata, System::getenv, System::getProperty);
  }

  @Override
  public CredentialObservation observe() {
    return usedInstead().map(CredentialObservation::notApplicable).orElseGet(metadata::observe);
  }

  private Optional<String> usedInstead() {
    if (property(KEY_PROPERTY) && property(SECRET_PROPERTY)) {
      return Optional.of("static keys from the system property " + KEY_PROPERTY);
    }
    if (variable(KEY) && variable(SECRET)) {
      return Optional.of(
          variable(LAMBDA)
              ? "the keys of the Lambda function " + environment.apply(LAMBDA)
              : "static keys from the environment variable " + KEY);
    }
    Optional<String> token = setting(TOKEN_FILE_PROPERTY, TOKEN_FILE);
    if (token.isPresent() && setting(ROLE_ARN_PROPERTY, ROLE_ARN).isPresent()) {
      return token.map("the web identity token of "::concat);
    }
    Optional<String> container =
        setting(CONTAINER_PROPERTY, CONTAINER)
            .or(() -> setting(CONTAINER_FULL_PROPERTY, CONTAINER_FULL));
    if (container.isPresent()) {
      return container.map("the credentials of an ECS task or EKS pod, by "::concat);
    }
    if (disabled()) {
      return Optional.of("no metadata service: " + DISABLED + " switches it off");
    }
    return Optional.empty();
  }

  // The property goes before the variable, as for every setting of the SDK (SdkSystemSetting). The
  // keys are none: each form of them has a provider of its own.
  private Optional<String> setting(String property, String variable) {
    if (property(property)) {
      return Optional.of(property);
    }
    return variable(variable) ? Optional.of(variable) : Optional.empty();
  }

  private boolean disabled() {
    String setting =
        property(DISABLED_PROPERTY)
            ? properties.apply(DISABLED_PROPERTY)
            : environment.apply(DISABLED);
    return "true".equalsIgnoreCase(setting);
  }

  private boolean variable(String name) {
    return isSet(environment.apply(name));
  }

  private boolean property(String name) {
    return isSet(properties.apply(name));
  }

  private static boolean isSet(@Nullable String value) {
    return value != null && !value.isBlank();
  }
}
