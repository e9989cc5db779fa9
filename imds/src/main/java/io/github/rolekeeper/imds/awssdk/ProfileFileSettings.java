package io.github.rolekeeper.imds.awssdk;

import io.github.rolekeeper.imds.ProfileSettings;
import java.util.Optional;
import software.amazon.awssdk.profiles.ProfileFile;
import software.amazon.awssdk.profiles.ProfileFileSystemSetting;

/**
 * The metadata settings of an AWS profile, as the AWS SDK reads the file: {@code
 * InstanceMetadataClient.builder().profileSettings(ProfileFileSettings.ofDefaultProfile())}.
 * Immutable: a later change of the file is not seen. An application that uses it has the SDK.
 */
public final class ProfileFileSettings implements ProfileSettings {
  private final ProfileFile file;
  private final String profile;

  private ProfileFileSettings(ProfileFile file, String profile) {
    this.file = file;
    this.profile = profile;
  }

  /**
   * The files and the profile that the SDK takes by default: {@code AWS_CONFIG_FILE}, {@code
   * AWS_SHARED_CREDENTIALS_FILE} and {@code AWS_PROFILE}, or the JVM properties for them.
   *
   * @return its settings; none if there is no such file or profile
   * @throws IllegalArgumentException if a file is none that the SDK can read
   */
  public static ProfileFileSettings ofDefaultProfile() {
    return of(
        ProfileFile.defaultProfileFile(),
        ProfileFileSystemSetting.AWS_PROFILE.getStringValueOrThrow());
  }

  /**
   * One profile of a file.
   *
   * @param file as the SDK read it
   * @param profile the name of the profile
   * @return its settings; none if the file does not have the profile
   */
  public static ProfileFileSettings of(ProfileFile file, String profile) {
    return new ProfileFileSettings(file, profile);
  }

  @Override
  public Optional<String> setting(String key) {
    return file.profile(profile).flatMap(found -> found.property(key));
  }

  /** Names the profile, and nothing of what it holds. */
  @Override
  public String toString() {
    return "ProfileFileSettings[profile=" + profile + "]";
  }
}
