package io.github.rolekeeper.imds;

import static io.github.rolekeeper.imds.ScriptedMetadataServer.TOKEN;
import static io.github.rolekeeper.imds.ScriptedMetadataServer.raw;
import static io.github.rolekeeper.imds.ScriptedMetadataServer.status;
import static io.github.rolekeeper.imds.ScriptedMetadataServer.token;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.github.rolekeeper.imds.awssdk.InstanceMetadataCredentialsProvider;
import io.github.rolekeeper.imds.awssdk.ProfileFileSettings;
import io.github.rolekeeper.imds.watch.MetadataWatcher;
import io.github.rolekeeper.imds.watch.WatchListener;
import io.github.rolekeeper.testkit.InstanceOptions;
import io.github.rolekeeper.testkit.InstanceOptions.Trait;
import io.github.rolekeeper.testkit.MaintenanceEvent;
import io.github.rolekeeper.testkit.SimulatedAccount;
import io.github.rolekeeper.testkit.SimulatedInstance;
import io.github.rolekeeper.testkit.SpotAction;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.profiles.ProfileFile;
import software.amazon.awssdk.utils.StringInputStream;

/**
 * Every public type of the module is met, printed and asked for all that it tells, while the
 * service serves secrets everywhere that it can; so are all log lines, of any level, and all
 * exceptions. None of it holds a secret.
 */
class SecretScanTest {
  private static final String CANARY = "CANARYwJalrXUtnFEMI/K7MDENG";
  private static final Instant LATER = Instant.parse("2099-01-01T00:00:00Z");
  private static final String IAM = "meta-data/iam/";
  private static final String ROLES = IAM + "security-credentials/";
  private static final String IDENTITY = "meta-data/identity-credentials/ec2/";
  private static final String INSTANCE_ROLE = IDENTITY + "security-credentials/ec2-instance";
  private static final Pattern SERVED_SECRET =
      Pattern.compile("\"(?:SecretAccessKey|Token)\"\\s*:\\s*\"([^\"]{16,})\"");

  private final EverythingPrinted printed = new EverythingPrinted();
  private final List<String> secrets = new ArrayList<>(List.of(CANARY, CANARY.substring(0, 12)));

  @Test
  void nothing_that_this_module_prints_logs_or_throws_holds_a_secret() throws Exception {
    try (LogCapture log = LogCapture.start()) {
      healthyInstance();
      deletedProfile();
      profileWithoutRole();
      brokenService();
      printed.print(
          ProfileFileSettings.of(
              ProfileFile.builder()
                  .content(
                      new StringInputStream(
                          "[default]\naws_access_key_id=AKIA1\naws_secret_access_key=" + CANARY))
                  .type(ProfileFile.Type.CREDENTIALS)
                  .build(),
              "default"));
      assertThat(log.lines()).isNotEmpty();
      log.lines().forEach(printed::print);
    }

    assertThat(publicTypes()).isSubsetOf(typesMet());
    assertThat(printed.texts()).hasSizeGreaterThan(300);
    for (String secret : secrets) {
      assertThat(printed.texts()).noneMatch(text -> text.contains(secret));
    }
  }

  private Set<String> typesMet() {
    return printed.types().stream().map(Class::getName).collect(Collectors.toSet());
  }

  /** Those that can be instances: no interfaces, no enums; builders hold settings only. */
  private static Set<String> publicTypes() {
    return new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.github.rolekeeper.imds")
            .stream()
            .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
            .filter(type -> !type.isInterface() && !type.isEnum())
            .filter(type -> !type.getSimpleName().equals("Builder"))
            .map(JavaClass::getName)
            .collect(Collectors.toSet());
  }

  private void healthyInstance() throws Exception {
    try (SimulatedAccount account = SimulatedAccount.create()) {
      account.createInstanceProfile("web", "web-role");
      SimulatedInstance instance =
          account.launchInstance(
              "web",
              InstanceOptions.of(Trait.SPOT, Trait.PUBLIC_IP, Trait.METADATA_TAGS)
                  .withTag("a", "b")
                  .with(InstanceOptions.Detail.KEY_NAME, "my-key"));
      instance.interruptSpot(SpotAction.STOP, LATER);
      instance.recommendRebalance(LATER);
      instance.scheduleMaintenance(MaintenanceEvent.of("e-1", "system-reboot", LATER));
      try (InstanceMetadataClient client = Clients.builder(instance.metadataEndpoint()).build()) {
        for (String path : List.of(ROLES + "web-role", INSTANCE_ROLE)) {
          Matcher served = SERVED_SECRET.matcher(served(instance, path));
          while (served.find()) {
            secrets.add(served.group(1));
          }
        }
        assertThat(secrets).hasSize(6);
        printed.print(client);
        printed.print(client.listing("meta-data/"));
        SignedIdentityDocument signed = client.signedIdentityDocument().orElseThrow();
        printed.print(signed.verify(List.of(account.identityCertificate())));
        printed.print(signed.verify(List.of()));
        printed.print(InstanceMetadataCredentialsProvider.create(client));
        watched(client);
      }
    }
  }

  /** As whoever is on the instance gets it: our client does not read it. */
  private static String served(SimulatedInstance instance, String path) throws Exception {
    HttpClient http = HttpClient.newBuilder().proxy(HttpClient.Builder.NO_PROXY).build();
    String latest = instance.metadataEndpoint() + "/latest/";
    HttpRequest token =
        HttpRequest.newBuilder(URI.create(latest + "api/token"))
            .header("X-aws-ec2-metadata-token-ttl-seconds", "60")
            .PUT(HttpRequest.BodyPublishers.noBody())
            .build();
    HttpRequest document =
        HttpRequest.newBuilder(URI.create(latest + path))
            .header("X-aws-ec2-metadata-token", http.send(token, BodyHandlers.ofString()).body())
            .build();
    return http.send(document, BodyHandlers.ofString()).body();
  }

  /** Every watcher, looking once. */
  private void watched(InstanceMetadataClient client) {
    ScheduledExecutorService scheduler = new ScheduledThreadPoolExecutor(1);
    try {
      for (MetadataWatcher.Builder<?> builder :
          List.of(
              MetadataWatcher.spotInterruption(client),
              MetadataWatcher.rebalance(client),
              MetadataWatcher.maintenance(client),
              MetadataWatcher.autoScaling(client),
              MetadataWatcher.credentials(client))) {
        printed.print(builder);
        printed.print(builder.scheduler(scheduler).start(printing()));
      }
      scheduler.submit(() -> {}).get(30, TimeUnit.SECONDS); // behind the five first looks
    } catch (Exception e) {
      throw new AssertionError(e);
    } finally {
      scheduler.shutdownNow();
    }
  }

  private <T> WatchListener<T> printing() {
    return (before, now) -> {
      synchronized (printed) {
        printed.print(now);
      }
      throw new IllegalStateException("so that something is logged");
    };
  }

  private void deletedProfile() {
    try (ScriptedMetadataServer server =
            secretive()
                .serves(IAM + "info", "{\"Code\":\"InstanceProfileNotFound\",\"Message\":\"m\"}")
                .serves(ROLES, "web-role")
                .serves(
                    ROLES + "web-role",
                    "{\"Code\":\"AssumeRoleUnauthorizedAccess\",\"Message\":\"m\","
                        + "\"SecretAccessKey\":\""
                        + CANARY
                        + "\",\"Token\":\""
                        + CANARY
                        + "\"}");
        InstanceMetadataClient client = Clients.builder(server).build()) {
      printed.print(client);
      printed.print(InstanceMetadataCredentialsProvider.create(client));
    }
  }

  private void profileWithoutRole() {
    try (ScriptedMetadataServer server =
            secretive()
                .serves(
                    IAM + "info",
                    "{\"Code\":\"Success\",\"InstanceProfileArn\":"
                        + "\"arn:aws:iam::123456789012:instance-profile/web\","
                        + "\"InstanceProfileId\":\"AIPA0123456789ABCDEFG\",\"Message\":"
                        + "\"Instance Profile does not contain a role\"}");
        InstanceMetadataClient client = Clients.builder(server).build()) {
      printed.print(client);
      printed.print(InstanceMetadataCredentialsProvider.create(client));
    }
    try (ScriptedMetadataServer server = secretive();
        InstanceMetadataClient client = Clients.builder(server).build()) {
      printed.print(client);
    }
  }

  /** Whatever is served is broken in another way, with the secret where it breaks. */
  private void brokenService() {
    for (String broken :
        List.of(
            "{\"Code\":\"Success\",\"SecretAccessKey\":\"" + CANARY,
            "{\"" + CANARY + "\":",
            "[\"" + CANARY + "\"]",
            "{\"AccessKeyId\":\"A\",\"Expiration\":\"" + CANARY + "\"}",
            CANARY)) {
      try (ScriptedMetadataServer server =
              secretive()
                  .serves(IAM + "info", broken)
                  .serves(ROLES, "web-role")
                  .serves(ROLES + "web-role", broken)
                  .serves(IDENTITY + "info", broken)
                  .serves(INSTANCE_ROLE, broken);
          InstanceMetadataClient client = Clients.builder(server).build()) {
        printed.print(client);
        printed.print(InstanceMetadataCredentialsProvider.create(client));
      }
    }
    for (ScriptedMetadataServer.Reply reply :
        List.of(
            status(403, CANARY),
            status(503, CANARY, "X-Why: " + CANARY),
            raw(CANARY + "\r\n\r\n"),
            raw("HTTP/1.1 200 OK\r\nContent-Length: " + CANARY + "\r\n\r\n"),
            raw("HTTP/1.1 200 OK\r\n" + CANARY + "\r\n\r\n"))) {
      try (ScriptedMetadataServer server =
              secretive()
                  .on("GET /latest/" + IAM + "info", reply)
                  .on("GET /latest/" + ROLES, reply)
                  .on("GET /latest/" + INSTANCE_ROLE, reply);
          InstanceMetadataClient client = Clients.builder(server).build()) {
        printed.print(client);
        server.on(TOKEN, reply);
        printed.print(Clients.builder(server).build());
      }
    }
  }

  /** Its token is the secret. */
  private static ScriptedMetadataServer secretive() {
    return ScriptedMetadataServer.start().on(TOKEN, token(CANARY, 21_600));
  }
}
