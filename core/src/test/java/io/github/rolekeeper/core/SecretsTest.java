package io.github.rolekeeper.core;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import io.github.rolekeeper.core.awssdk.ProviderSource;
import io.github.rolekeeper.core.awssdk.WatchedProvider;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProviderChain;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.auth.StsAssumeRoleCredentialsProvider;

/** A service that repeats the signed request, with the session token in it, and who shows that. */
class SecretsTest {
  private static final String MARKER = "IQoJb3JpZ2luX2VjEM3-TOKEN-OF-THE-INSTANCE";

  private final WireMockServer service =
      new WireMockServer(WireMockConfiguration.options().dynamicPort().bindAddress("127.0.0.1"));

  @BeforeEach
  void start() {
    service.start();
    service.stubFor(
        any(anyUrl())
            .willReturn(
                aResponse()
                    .withStatus(403)
                    .withHeader("Content-Type", "text/xml")
                    .withBody(
                        """
                        <ErrorResponse><Error><Type>Sender</Type>\
                        <Code>SignatureDoesNotMatch</Code><Message>The request signature we \
                        calculated does not match. The Canonical String should have been
                        'POST
                        /

                        host:sts.amazonaws.com
                        x-amz-security-token:%s
                        '</Message></Error><RequestId>7a62c49f</RequestId></ErrorResponse>"""
                            .formatted(MARKER))));
  }

  @AfterEach
  void stop() {
    service.stop();
  }

  @Test
  void what_a_service_answers_to_a_provider_is_told_by_its_code_and_never_by_its_text() {
    try (StsClient sts = client();
        StsAssumeRoleCredentialsProvider assuming = assuming(sts)) {
      assertNoMarker(assuming, "SignatureDoesNotMatch", "status 403", "request 7a62c49f");
    }
  }

  @Test
  void a_chain_that_writes_what_a_service_answers_into_its_own_text_is_not_quoted() {
    try (StsClient sts = client();
        StsAssumeRoleCredentialsProvider assuming = assuming(sts)) {
      AwsCredentialsProviderChain chain =
          AwsCredentialsProviderChain.builder().credentialsProviders(assuming).build();
      assertThatThrownBy(chain::resolveCredentials)
          .as("the SDK quotes it, and keeps no cause")
          .hasMessageContaining(MARKER)
          .hasNoCause();

      assertNoMarker(chain, "SdkClientException", "left out");
    }
  }

  @Test
  void a_provider_of_ones_own_that_quotes_a_services_words_is_not_quoted_for_them() {
    try (StsClient sts = client();
        StsAssumeRoleCredentialsProvider assuming = assuming(sts)) {
      AwsCredentialsProvider own =
          () -> {
            try {
              return assuming.resolveCredentials();
            } catch (AwsServiceException refused) {
              String words = refused.awsErrorDetails().errorMessage();
              throw new IllegalStateException("no role: " + words, refused);
            }
          };

      assertNoMarker(own, "java.lang.IllegalStateException", "left out", "SignatureDoesNotMatch");
    }
  }

  @Test
  void a_text_of_the_source_or_of_a_role_forges_no_line() {
    ScriptedSource source = new ScriptedSource();
    CredentialTracker tracker = CredentialTracker.builder(source).clock(() -> Sets.NOON).build();
    try (LogCapture log = LogCapture.start()) {
      CredentialMetadata set = Sets.issued("A", Sets.NOON, Duration.ofHours(1));
      source.serves(Sets.ofRole("web\nERROR forged", set));
      tracker.poll();
      source.fails(new IllegalStateException("no\r\nERROR forged\u2028and\u001b[31m more"));
      tracker.poll();

      assertThat(log.lines()).hasSize(2).noneMatch(line -> line.matches("(?s).*[\\p{C}\u2028].*"));
      assertThat(log.lines().get(0)).contains("of role web ERROR forged: UNKNOWN -> VALID");
      assertThat(log.lines().get(1)).contains(": no ERROR forged and [31m more");
    }
  }

  private static void assertNoMarker(AwsCredentialsProvider provider, String... told) {
    WatchedProvider watched = WatchedProvider.watch(provider);
    for (CredentialSource source :
        List.of(watched, watched.resolvingWhenIdle(), ProviderSource.of(provider))) {
      assertThatThrownBy(watched::resolveCredentials)
          .as("the application gets all of it")
          .hasMessageContaining(MARKER);
      try (LogCapture log = LogCapture.start()) {
        CredentialTracker tracker = CredentialTracker.create(source);
        CredentialSnapshot seen = tracker.poll();

        assertThat(log.lines()).singleElement().asString().contains(told).doesNotContain(MARKER);
        assertThat(seen.lastFailure().orElseThrow().message()).contains(told);
        assertThat(seen.toString() + seen.lastFailure() + watched).doesNotContain(MARKER);
        assertThat(seen.lastFailure().orElseThrow().cause().toString()).doesNotContain(MARKER);
      }
    }
  }

  private StsClient client() {
    return StsClient.builder()
        .endpointOverride(URI.create(service.baseUrl()))
        .region(Region.US_EAST_1)
        .httpClient(UrlConnectionHttpClient.create())
        .credentialsProvider(
            StaticCredentialsProvider.create(
                AwsSessionCredentials.create("ASIAEXAMPLE000000001", "wrong", MARKER)))
        .build();
  }

  private static StsAssumeRoleCredentialsProvider assuming(StsClient sts) {
    return StsAssumeRoleCredentialsProvider.builder()
        .stsClient(sts)
        .refreshRequest(r -> r.roleArn("arn:aws:iam::123456789012:role/r").roleSessionName("s"))
        .build();
  }
}
