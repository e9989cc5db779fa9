package io.github.rolekeeper.examples.doctor;

import io.github.rolekeeper.core.InstanceId;
import io.github.rolekeeper.iamops.CallerIdentity;
import io.github.rolekeeper.iamops.InstanceProfileOps;
import io.github.rolekeeper.imds.InstanceIdentityDocument;
import io.github.rolekeeper.imds.InstanceMetadataClient;
import io.github.rolekeeper.imds.InstanceMetadataException;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProviderChain;
import software.amazon.awssdk.auth.credentials.InstanceProfileCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.core.client.builder.SdkSyncClientBuilder;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;
import software.amazon.awssdk.services.autoscaling.AutoScalingClient;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.sts.StsClient;

/** The clients of one run, and the operations on them. */
final class Connection implements AutoCloseable {
  // An endpoint that accepts connections and never answers must not hang the program. AWS answers
  // these calls in a second or two.
  private static final Duration ATTEMPT_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration CALL_TIMEOUT = Duration.ofSeconds(30);

  private final SdkHttpClient http = UrlConnectionHttpClient.create();
  private final @Nullable InstanceMetadataClient metadata;
  private final Ec2Client ec2;
  private final IamClient iam;
  private final StsClient sts;
  private final @Nullable AutoScalingClient autoScaling;
  private final InstanceProfileOps ops;

  private Connection(
      ConnectionOptions options,
      Region region,
      AwsCredentialsProvider credentials,
      @Nullable InstanceMetadataClient metadata,
      Surroundings surroundings,
      Needs needs) {
    this.metadata = metadata;
    ec2 = client(Ec2Client.builder(), options, region, credentials);
    iam = client(IamClient.builder(), options, region, credentials);
    InstanceProfileOps.Builder builder =
        InstanceProfileOps.builder(ec2, iam)
            .clock(surroundings.clock())
            .pauser(surroundings.pauser());
    if (needs.standby()) {
      AutoScalingClient groups = client(AutoScalingClient.builder(), options, region, credentials);
      builder.standby(each -> inStandby(groups, each));
      autoScaling = groups;
    } else {
      autoScaling = null;
    }
    sts = client(StsClient.builder(), options, region, credentials);
    if (needs.caller()) {
      caller(sts).ifPresent(who -> builder.caller(() -> who));
    }
    needs.journal().ifPresent(builder::journal);
    surroundings.ownHost().ifPresent(builder::ownHost);
    if (metadata != null) {
      builder.metadata(metadata);
    }
    ops = builder.build();
  }

  /**
   * Connects.
   *
   * @param instance the instance that the run is about; metadata of another one is refused
   * @param needs what the run needs besides
   */
  static Connection open(
      ConnectionOptions options, Surroundings surroundings, InstanceId instance, Needs needs) {
    Optional<URI> endpoint = options.endpoint();
    InstanceMetadataClient metadata = options.metadata(surroundings.metadataTimeout()).orElse(null);
    try {
      if (metadata != null) {
        checkInstance(options, metadata, instance);
      }
      Region region = region(options, metadata);
      AwsCredentialsProvider credentials =
          credentials(options, endpoint, surroundings.credentials());
      return new Connection(options, region, credentials, metadata, surroundings, needs);
    } catch (RuntimeException e) {
      if (metadata != null) {
        metadata.close();
      }
      throw e;
    }
  }

  /** Who calls; empty where the endpoint does not say, which is no reason not to diagnose. */
  private static Optional<CallerIdentity> caller(StsClient sts) {
    try {
      return Optional.ofNullable(sts.getCallerIdentity().arn()).map(CallerIdentity::new);
    } catch (SdkException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Asked only for an instance of a group that is about to be stopped. */
  private static boolean inStandby(AutoScalingClient autoScaling, InstanceId instance) {
    try {
      return autoScaling
          .describeAutoScalingInstances(r -> r.instanceIds(instance.value()))
          .autoScalingInstances()
          .stream()
          .anyMatch(each -> "Standby".equals(each.lifecycleState()));
    } catch (SdkException e) {
      throw new CannotKnow(
          "DescribeAutoScalingInstances, for which the caller needs permission for"
              + " autoscaling:DescribeAutoScalingInstances, failed: "
              + e.getMessage());
    }
  }

  InstanceProfileOps ops() {
    return ops;
  }

  Optional<InstanceMetadataClient> metadata() {
    return Optional.ofNullable(metadata);
  }

  private static void checkInstance(
      ConnectionOptions options, InstanceMetadataClient metadata, InstanceId instance) {
    Optional<String> told;
    try {
      told = metadata.text("meta-data/instance-id");
    } catch (InstanceMetadataException e) {
      // That it does not answer is for the diagnosis to tell.
      return;
    }
    if (told.isPresent() && !told.get().strip().equals(instance.value())) {
      throw options.wrong(
          "the metadata is that of "
              + told.get().strip()
              + ", not of "
              + instance
              + ": pass the instance's own, or leave it out");
    }
  }

  private static Region region(
      ConnectionOptions options, @Nullable InstanceMetadataClient metadata) {
    if (options.region().isPresent()) {
      return Region.of(options.region().get());
    }
    Optional<String> told = Optional.empty();
    if (metadata != null) {
      try {
        told = metadata.identityDocument().flatMap(InstanceIdentityDocument::region);
      } catch (InstanceMetadataException e) {
        // The SDK may know.
      }
    }
    try {
      return told.map(Region::of)
          .orElseGet(() -> DefaultAwsRegionProviderChain.builder().build().getRegion());
    } catch (SdkException e) {
      throw options.wrong("no Region is set: pass --region, or set AWS_REGION");
    }
  }

  private static AwsCredentialsProvider credentials(
      ConnectionOptions options, Optional<URI> endpoint, AwsCredentialsProvider usual) {
    AwsCredentialsProvider provider =
        options
            .metadataEndpoint()
            .<AwsCredentialsProvider>map(
                url ->
                    AwsCredentialsProviderChain.of(
                        usual,
                        InstanceProfileCredentialsProvider.builder()
                            .endpoint(url.toString())
                            .build()))
            .orElse(usual);
    try {
      provider.resolveCredentials();
    } catch (SdkException e) {
      throw new CannotKnow(
          "no AWS credentials were found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, choose a"
              + " profile of the shared configuration with AWS_PROFILE, or run where a role"
              + " provides them"
              + (endpoint.isPresent() ? " (an endpoint other than AWS's may take any)" : ""));
    }
    return provider;
  }

  private <B extends AwsClientBuilder<B, C> & SdkSyncClientBuilder<B, C>, C> C client(
      B builder, ConnectionOptions options, Region region, AwsCredentialsProvider credentials) {
    options.endpoint().ifPresent(builder::endpointOverride);
    return builder
        .httpClient(http)
        .region(region)
        .credentialsProvider(credentials)
        .overrideConfiguration(
            each -> each.apiCallTimeout(CALL_TIMEOUT).apiCallAttemptTimeout(ATTEMPT_TIMEOUT))
        .build();
  }

  @Override
  public void close() {
    ec2.close();
    iam.close();
    sts.close();
    if (autoScaling != null) {
      autoScaling.close();
    }
    http.close();
    if (metadata != null) {
      metadata.close();
    }
  }
}
