package io.github.rolekeeper.examples.doctor;

import io.github.rolekeeper.imds.InstanceMetadataClient;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Where the AWS APIs and the metadata are. */
final class ConnectionOptions {
  // It becomes a part of a host's name.
  private static final Pattern REGION = Pattern.compile("[a-z0-9]+(-[a-z0-9]+)+");

  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec command;

  @Option(
      names = "--region",
      paramLabel = "REGION",
      description =
          "Region of the instance; by default what the AWS SDK finds (AWS_REGION, the shared"
              + " configuration, the metadata).")
  private @Nullable String region;

  @Option(
      names = "--endpoint-url",
      paramLabel = "URL",
      description = "Where EC2, IAM and STS answer; by default AWS.")
  private @Nullable URI endpoint;

  @Option(
      names = "--metadata-endpoint",
      paramLabel = "URL",
      description =
          "Where the metadata service of this very instance answers, with a path if need be; by"
              + " default the metadata is not read.")
  private @Nullable URI metadata;

  @Option(
      names = "--on-instance",
      description =
          "The program runs on the instance: read the metadata at its usual address. The same as"
              + " --metadata-endpoint with that address.")
  private boolean onInstance;

  Optional<String> region() {
    if (region != null && !REGION.matcher(region).matches()) {
      throw wrong(
          "--region \""
              + region
              + "\" is no name of a Region: pass such as us-east-1 or cn-north-1");
    }
    return Optional.ofNullable(region);
  }

  /** Where the AWS APIs are; empty for AWS itself. */
  Optional<URI> endpoint() {
    URI url = endpoint;
    if (url != null && (url.getHost() == null || !isHttp(url))) {
      throw wrong("--endpoint-url " + url + " is no http:// or https:// address");
    }
    return Optional.ofNullable(url);
  }

  /** Where the metadata is, without slashes at the end; empty for its usual address or none. */
  Optional<URI> metadataEndpoint() {
    return Optional.ofNullable(metadata)
        .map(url -> URI.create(url.toString().replaceFirst("/+$", "")));
  }

  /** A client of the metadata, where it was asked for. */
  Optional<InstanceMetadataClient> metadata(Duration timeout) {
    Optional<URI> url = metadataEndpoint();
    if (url.isEmpty() && !onInstance) {
      return Optional.empty();
    }
    InstanceMetadataClient.Builder builder =
        // Who asks for the metadata by an option means it, whatever the environment tells the SDK.
        InstanceMetadataClient.builder()
            .timeout(timeout)
            .readTimeout(timeout.dividedBy(2)) // so that silence leaves time for another attempt
            .disabled(false);
    try {
      url.ifPresent(builder::endpoint);
      return Optional.of(builder.build());
    } catch (IllegalArgumentException e) {
      throw wrong("--metadata-endpoint: " + e.getMessage());
    }
  }

  private static boolean isHttp(URI url) {
    return "http".equalsIgnoreCase(url.getScheme()) || "https".equalsIgnoreCase(url.getScheme());
  }

  /** Where to look when AWS gives no answer. */
  String whereToLook() {
    return "check the network, --region"
        + (endpoint == null ? "" : " and --endpoint-url " + endpoint);
  }

  ParameterException wrong(String message) {
    if (command == null) {
      throw new IllegalStateException("used before the command line was read");
    }
    return new ParameterException(command.commandLine(), message);
  }
}
