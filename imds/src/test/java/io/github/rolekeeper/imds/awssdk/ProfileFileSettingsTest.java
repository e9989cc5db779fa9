package io.github.rolekeeper.imds.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.rolekeeper.imds.Clients;
import io.github.rolekeeper.imds.EffectiveConfiguration;
import io.github.rolekeeper.imds.JvmProperties;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.profiles.ProfileFile;
import software.amazon.awssdk.utils.StringInputStream;

class ProfileFileSettingsTest {
  private static final String CONFIG =
      """
      [default]
      metadata_service_timeout = 4
      [profile ops]
      ec2_metadata_service_endpoint = http://127.0.0.1:9
      metadata_service_num_attempts = 2
      [profile bad]
      metadata_service_num_attempts = many
      """;

  private static EffectiveConfiguration configuration(ProfileFileSettings settings) {
    return Clients.nothingSet().profileSettings(settings).build().configuration();
  }

  private static ProfileFileSettings profile(String name) {
    return ProfileFileSettings.of(
        ProfileFile.builder()
            .content(new StringInputStream(CONFIG))
            .type(ProfileFile.Type.CONFIGURATION)
            .build(),
        name);
  }

  @Test
  void the_settings_of_a_profile_are_in_force_under_their_names() {
    EffectiveConfiguration ops = configuration(profile("ops"));
    assertThat(ops.endpoint())
        .hasToString("http://127.0.0.1:9 (profile file key ec2_metadata_service_endpoint)");
    assertThat(ops.attempts().value()).isEqualTo(2);
    assertThat(ops.readTimeout().value()).isEqualTo(Duration.ofSeconds(1));
  }

  @Test
  void a_profile_that_is_not_there_has_no_settings() {
    assertThat(configuration(profile("nobody")).attempts()).hasToString("4 (default)");
  }

  @Test
  void a_bad_value_is_refused_with_its_key() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> configuration(profile("bad")))
        .withMessageContaining("\"many\" (profile file key metadata_service_num_attempts)");
  }

  @Test
  void the_default_profile_is_the_one_that_the_sdk_takes(@TempDir Path home) throws IOException {
    Path config = home.resolve("config");
    Files.writeString(config, CONFIG, StandardCharsets.UTF_8);
    Map<String, String> files =
        Map.of(
            "aws.configFile", config.toString(),
            "aws.sharedCredentialsFile", home.resolve("none").toString(),
            "aws.profile", "default");
    try (JvmProperties properties = JvmProperties.with(files)) {
      assertThat(configuration(ProfileFileSettings.ofDefaultProfile()).readTimeout().value())
          .isEqualTo(Duration.ofSeconds(4));
    }
  }
}
