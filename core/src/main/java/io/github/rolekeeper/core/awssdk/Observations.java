package io.github.rolekeeper.core.awssdk;

import io.github.rolekeeper.core.CredentialObservation;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;

/** What a provider's answer, or its failure, is to a tracker. */
final class Observations {
  private Observations() {}

  static CredentialObservation of(AwsCredentialsIdentity identity) {
    return FixedCredentials.reason(identity)
        .map(CredentialObservation::notApplicable)
        .orElseGet(() -> CredentialObservation.of(IdentityMetadata.of(identity)));
  }

  static IllegalStateException unavailable(Throwable failure) {
    Throwable cause = Causes.unwrapped(failure);
    return new IllegalStateException("the credentials provider gave none: " + text(cause), cause);
  }

  /**
   * The chain of causes without a word of a service: to a wrong signature some repeat the signed
   * request, which holds the session token.
   */
  private static String text(Throwable failure) {
    List<Throwable> chain = Causes.of(failure);
    List<String> unfit =
        chain.stream()
            .filter(AwsServiceException.class::isInstance)
            .flatMap(cause -> words((AwsServiceException) cause).stream())
            .toList();
    return chain.stream()
        .map(
            cause ->
                cause instanceof AwsServiceException service
                    ? facts(service)
                    : fit(cause.toString(), cause, unfit))
        .collect(Collectors.joining("; cause: "));
  }

  private static String facts(AwsServiceException thrown) {
    Optional<AwsErrorDetails> details = Optional.ofNullable(thrown.awsErrorDetails());
    return thrown.getClass().getName()
        + details.map(AwsErrorDetails::serviceName).map(name -> " of " + name).orElse("")
        + details.map(AwsErrorDetails::errorCode).map(code -> ", code " + code).orElse("")
        + ", status "
        + thrown.statusCode()
        + Optional.ofNullable(thrown.requestId()).map(id -> ", request " + id).orElse("");
  }

  private static Optional<String> words(AwsServiceException thrown) {
    return Optional.ofNullable(thrown.awsErrorDetails())
        .map(AwsErrorDetails::errorMessage)
        .or(() -> Optional.ofNullable(thrown.getMessage()))
        .filter(text -> !text.isBlank());
  }

  // A chain of providers, and many a provider of an application, writes the texts of others into
  // its own; the SDK ends each of a service with "(Service: Sts, Status Code: 403, ...)".
  private static String fit(String text, Throwable thrown, List<String> unfit) {
    boolean quotes =
        text.contains("Status Code: ")
            || text.toLowerCase(Locale.ROOT).contains("security-token")
            || unfit.stream().anyMatch(text::contains);
    return quotes
        ? thrown.getClass().getName() + ", whose text repeats a service's and is left out"
        : text;
  }
}
