package io.github.rolekeeper.imds;

import java.util.Optional;

/**
 * The settings of an AWS profile, for {@link InstanceMetadataClient.Builder#profileSettings}. This
 * module parses no profile file: {@code ProfileFileSettings} in {@code
 * io.github.rolekeeper.imds.awssdk} asks the AWS SDK's own reader.
 */
@FunctionalInterface
public interface ProfileSettings {
  /**
   * Looks a key up.
   *
   * @param key as the SDKs have it, such as {@code ec2_metadata_service_endpoint}
   * @return the text; empty if the profile does not have the key
   */
  Optional<String> setting(String key);
}
