package io.github.rolekeeper.core.awssdk;

import io.github.rolekeeper.core.AwsErrorClassifier;
import io.github.rolekeeper.core.AwsFailure;
import io.github.rolekeeper.core.ErrorClassification;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;

/**
 * Reads exceptions of the AWS SDK for Java v2. The code decides, never the class: STS sends {@code
 * ExpiredToken}, for which it has no class. Sign-in answers every denial with one code and puts the
 * kind into the member {@code error}, such as {@code TOKEN_EXPIRED}; that one is taken then. The
 * outermost exception of a service in the chain of causes counts; without one there was no answer,
 * and the chain's texts are all there is.
 */
public final class SdkFailures {
  private SdkFailures() {}

  /**
   * Says what an exception means for the credentials, as {@link AwsErrorClassifier#classify}.
   *
   * @param thrown what a client of the SDK threw, or wraps such
   * @param context what is known beside it
   * @return what it means
   */
  public static ErrorClassification classify(Throwable thrown, CallContext context) {
    return AwsErrorClassifier.classify(failure(thrown, context));
  }

  /**
   * Takes out of an exception what can be told of the failure.
   *
   * @param thrown what a client of the SDK threw, or wraps such
   * @param context what is known beside it
   * @return the failure; without an answer its text is the whole chain of causes
   */
  public static AwsFailure failure(Throwable thrown, CallContext context) {
    return Causes.of(Objects.requireNonNull(thrown, "thrown")).stream()
        .filter(AwsServiceException.class::isInstance)
        .findFirst()
        .map(cause -> answered((AwsServiceException) cause, context))
        .orElseGet(() -> unanswered(thrown, context));
  }

  private static AwsFailure answered(AwsServiceException thrown, CallContext context) {
    Optional<AwsErrorDetails> details = Optional.ofNullable(thrown.awsErrorDetails());
    return new AwsFailure(
        text(details.map(AwsErrorDetails::serviceName).orElse(null)),
        context.operation(),
        SigninErrors.kind(thrown)
            .orElseGet(() -> text(details.map(AwsErrorDetails::errorCode).orElse(null))),
        thrown.statusCode(),
        text(details.map(AwsErrorDetails::errorMessage).orElse(null)),
        details.map(AwsErrorDetails::sdkHttpResponse).flatMap(HttpTimes::date),
        context.requestTime(),
        context.receiptTime(),
        context.expiration());
  }

  private static AwsFailure unanswered(Throwable thrown, CallContext context) {
    return new AwsFailure(
        "",
        context.operation(),
        "",
        0,
        Causes.text(Causes.unwrapped(thrown)),
        Optional.<Instant>empty(),
        context.requestTime(),
        context.receiptTime(),
        context.expiration());
  }

  private static String text(@Nullable String value) {
    return Objects.requireNonNullElse(value, "");
  }
}
