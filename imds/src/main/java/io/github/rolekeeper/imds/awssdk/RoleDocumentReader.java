package io.github.rolekeeper.imds.awssdk;

import io.github.rolekeeper.imds.IamInfo;
import io.github.rolekeeper.imds.InstanceMetadataClient;
import io.github.rolekeeper.imds.InstanceMetadataException;
import io.github.rolekeeper.imds.Setting;
import java.util.Optional;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.core.exception.SdkClientException;

/** Reads the credentials once, or says why there are none. It remembers nothing. */
final class RoleDocumentReader {
  private final InstanceMetadataClient client;

  RoleDocumentReader(InstanceMetadataClient client) {
    this.client = client;
  }

  AwsSessionCredentials read() {
    try {
      return client.roleDocument(SecretDocument::parse).orElseThrow(this::none);
    } catch (InstanceMetadataException e) {
      throw SdkClientException.create(e.getMessage(), e);
    }
  }

  private SdkClientException none() {
    Setting<Optional<String>> role = client.configuration().roleName();
    String what =
        role.value()
            .map(
                name ->
                    "has no credentials of the role \""
                        + name
                        + "\" ("
                        + role.origin()
                        + "): correct the name, or leave it to the service. ")
            .orElse("serves no credentials of a role. ");
    return SdkClientException.create("The metadata service " + what + cause());
  }

  /** What {@code iam/info} says to it, which is where the cause stands. */
  private String cause() {
    IamInfo info;
    try {
      info = client.iamInfo();
    } catch (InstanceMetadataException e) {
      return "What it says of the instance profile could not be read: " + e.getMessage();
    }
    if (info instanceof IamInfo.Failed failed) {
      return Problem.of("meta-data/iam/info", failed.describe(), failed.cure());
    }
    if (info instanceof IamInfo.WithoutRole without) {
      return Problem.of("meta-data/iam/info", without.describe(), without.cure());
    }
    return info instanceof IamInfo.Associated associated
        ? "It names the instance profile "
            + associated.arn().toString().replace('\u007f', ' ') // which IAM allows in its path
            + "; ask again in a moment."
        : "No instance profile is associated with the instance."
            + info.cure().map(cure -> " Remedy: " + cure).orElse("");
  }
}
