package io.github.rolekeeper.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.function.UnaryOperator;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class AwsErrorClassifierPropertyTest {
  private static final String SECRET = "FwoGZXIvYXdzEXAMPLE";

  @Property
  void a_code_means_the_same_however_it_is_carried(
      @ForAll("plain") ErrorTable.Row row, @ForAll("transport") UnaryOperator<String> transport) {
    assertThat(AwsErrorClassifier.classify(failure(row, transport.apply(row.code()), row.text())))
        .isEqualTo(AwsErrorClassifier.classify(failure(row, row.code(), row.text())));
  }

  /** S3's texts, and those of a signature that does not match, can quote a session token. */
  @Property
  void no_word_of_an_answer_stands_in_a_reason(
      @ForAll("rows") ErrorTable.Row row, @ForAll("bodies") String body) {
    AwsFailure failure = failure(row, row.code(), row.text() + body);

    assertThat(AwsErrorClassifier.classify(failure).toString()).doesNotContain(SECRET);
    assertThat(failure.toString()).doesNotContain(SECRET);
  }

  @Property
  void no_word_of_a_client_stands_in_a_reason(
      @ForAll("bodies") String text,
      @ForAll("skews") Duration skew,
      @ForAll("statuses") int status) {
    AwsFailure failure =
        new AwsFailure(
            SECRET,
            SECRET,
            "",
            status,
            text,
            Optional.of(Instant.EPOCH.plus(skew)),
            Optional.of(Instant.EPOCH),
            Optional.empty());

    assertThat(AwsErrorClassifier.classify(failure).toString()).doesNotContain(SECRET);
  }

  @Provide
  Arbitrary<ErrorTable.Row> rows() {
    return Arbitraries.of(ErrorTable.rows());
  }

  /** Rows whose code came without a prefix. */
  @Provide
  Arbitrary<ErrorTable.Row> plain() {
    return rows().filter(row -> !row.code().startsWith("Client."));
  }

  /** Namespace before, origin after, the fault of SOAP, blanks, and any case. */
  @Provide
  Arbitrary<UnaryOperator<String>> transport() {
    Arbitrary<String> namespace =
        Arbitraries.of("", "com.amazon.coral.service#", "com.amazonaws.dynamodb.v20120810#");
    Arbitrary<String> fault = Arbitraries.of("", "Client.", "Server.", "Sender.");
    Arbitrary<String> origin =
        Arbitraries.of(
            "", ":", ";Sender", ":http://internal.amazon.com/coral/com.amazon.coral.service/");
    Arbitrary<String> blank = Arbitraries.of("", " ");
    Arbitrary<UnaryOperator<String>> letters =
        Arbitraries.of(
            code -> code,
            code -> code.toLowerCase(Locale.ROOT),
            code -> code.toUpperCase(Locale.ROOT));
    return Combinators.combine(namespace, fault, letters, origin, blank)
        .as(
            (before, kind, form, after, space) ->
                code -> space + before + kind + form.apply(code) + after + space);
  }

  /** Around what the classifier looks for in texts. */
  @Provide
  Arbitrary<String> bodies() {
    Arbitrary<String> noise = Arbitraries.strings().ofMaxLength(20);
    Arbitrary<String> known =
        Arbitraries.of(
            "",
            "Signature not yet current: ",
            "Signature expired: ",
            "Not authorized for images: ",
            "Request is not yet valid",
            "with an explicit deny in an identity-based policy",
            "Credential should be scoped to ",
            "Failed to load credentials from IMDS.",
            "The Canonical String for this request should have been x-amz-security-token:");
    return Combinators.combine(noise, known, noise)
        .as((before, phrase, after) -> before + phrase + SECRET + after);
  }

  @Provide
  Arbitrary<Integer> statuses() {
    return Arbitraries.of(0, 400, 401, 403);
  }

  @Provide
  Arbitrary<Duration> skews() {
    return Arbitraries.longs().between(-100_000, 100_000).map(Duration::ofSeconds);
  }

  private static AwsFailure failure(ErrorTable.Row row, String code, String text) {
    return new AwsFailure(
        row.service(),
        row.operation(),
        code,
        row.status(),
        text,
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }
}
