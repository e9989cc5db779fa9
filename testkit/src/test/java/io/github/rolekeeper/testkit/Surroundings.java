package io.github.rolekeeper.testkit;

import java.util.Map;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;
import software.amazon.awssdk.core.SdkSystemSetting;
import software.amazon.awssdk.profiles.ProfileFileSystemSetting;
import software.amazon.awssdk.utils.SystemSetting;

/**
 * Keeps out of the tests what the machine is set to: the AWS SDK reads environment and home of
 * whoever runs them, but its system properties first, and its client of Apache sends even loopback
 * through a proxy.
 */
public final class Surroundings implements LauncherSessionListener {
  private static final Map<SystemSetting, String> SETTINGS =
      Map.ofEntries(
          Map.entry(ProfileFileSystemSetting.AWS_CONFIG_FILE, "no-such-file"),
          Map.entry(ProfileFileSystemSetting.AWS_SHARED_CREDENTIALS_FILE, "no-such-file"),
          Map.entry(ProfileFileSystemSetting.AWS_PROFILE, "default"),
          Map.entry(SdkSystemSetting.AWS_REGION, "us-east-1"),
          Map.entry(SdkSystemSetting.AWS_EC2_METADATA_DISABLED, "false"),
          Map.entry(SdkSystemSetting.AWS_EC2_METADATA_V1_DISABLED, "false"),
          Map.entry(SdkSystemSetting.AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE, "IPv4"),
          // The SDK's own second would let a machine that stalls decide.
          Map.entry(SdkSystemSetting.AWS_METADATA_SERVICE_TIMEOUT, "60"),
          Map.entry(SdkSystemSetting.AWS_RETRY_MODE, "legacy"),
          Map.entry(SdkSystemSetting.AWS_DEFAULTS_MODE, "legacy"),
          Map.entry(SdkSystemSetting.AWS_MAX_ATTEMPTS, "4"),
          Map.entry(SdkSystemSetting.AWS_USE_FIPS_ENDPOINT, "false"),
          Map.entry(SdkSystemSetting.AWS_USE_DUALSTACK_ENDPOINT, "false"),
          Map.entry(SdkSystemSetting.AWS_DISABLE_REQUEST_COMPRESSION, "false"),
          Map.entry(SdkSystemSetting.AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES, "10240"),
          Map.entry(SdkSystemSetting.AWS_REQUEST_CHECKSUM_CALCULATION, "WHEN_SUPPORTED"),
          Map.entry(SdkSystemSetting.AWS_RESPONSE_CHECKSUM_VALIDATION, "WHEN_SUPPORTED"),
          Map.entry(SdkSystemSetting.AWS_ENDPOINT_DISCOVERY_ENABLED, "false"),
          Map.entry(SdkSystemSetting.AWS_S3_DISABLE_EXPRESS_SESSION_AUTH, "false"),
          Map.entry(SdkSystemSetting.AWS_S3_US_EAST_1_REGIONAL_ENDPOINT, "regional"),
          Map.entry(SdkSystemSetting.AWS_ACCOUNT_ID_ENDPOINT_MODE, "preferred"));

  @Override
  public void launcherSessionOpened(LauncherSession session) {
    SETTINGS.forEach((setting, value) -> System.setProperty(setting.property(), value));
    System.setProperty("aws.s3UseArnRegion", "false");
    System.setProperty("http.nonProxyHosts", "localhost|127.*|[::1]");
  }
}
