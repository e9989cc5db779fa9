package io.github.rolekeeper.imds;

import io.github.rolekeeper.imds.Origin.Source;
import java.util.Optional;

/**
 * The settings that the AWS SDKs have for the metadata service, under their names. A blank value is
 * as good as none, except for a name, where it is a mistake.
 */
enum SettingKey {
  DISABLED("aws.disableEc2Metadata", "AWS_EC2_METADATA_DISABLED", "disable_ec2_metadata"),
  V1_DISABLED(
      "aws.disableEc2MetadataV1", "AWS_EC2_METADATA_V1_DISABLED", "ec2_metadata_v1_disabled"),
  ENDPOINT(
      "aws.ec2MetadataServiceEndpoint",
      "AWS_EC2_METADATA_SERVICE_ENDPOINT",
      "ec2_metadata_service_endpoint"),
  ENDPOINT_MODE(
      "aws.ec2MetadataServiceEndpointMode",
      "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
      "ec2_metadata_service_endpoint_mode"),
  TIMEOUT(
      "aws.ec2MetadataServiceTimeout", "AWS_METADATA_SERVICE_TIMEOUT", "metadata_service_timeout"),
  // No SDK has a JVM property for it.
  ATTEMPTS("", "AWS_METADATA_SERVICE_NUM_ATTEMPTS", "metadata_service_num_attempts"),
  ROLE_NAME(
      "aws.ec2InstanceProfileName", "AWS_EC2_INSTANCE_PROFILE_NAME", "ec2_instance_profile_name");

  private final String property;
  private final String variable;
  private final String profileKey;

  SettingKey(String property, String variable, String profileKey) {
    this.property = property;
    this.variable = variable;
    this.profileKey = profileKey;
  }

  /** The first place that has it: JVM property, environment, profile file. */
  Optional<Setting<String>> find(Lookups lookups) {
    return known(lookups.property(property), Source.JVM_PROPERTY, property)
        .or(() -> known(lookups.variable(variable), Source.ENVIRONMENT, variable))
        .or(() -> known(lookups.profile(profileKey), Source.PROFILE_FILE, profileKey));
  }

  private Optional<Setting<String>> known(Optional<String> text, Source source, String name) {
    return text.map(String::strip)
        .filter(value -> this == ROLE_NAME || !value.isEmpty())
        .map(value -> new Setting<>(value, new Origin(source, name)));
  }
}
