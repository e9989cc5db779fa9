package io.github.rolekeeper.imds;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.rolekeeper.testkit.AutoScalingTargetState;
import io.github.rolekeeper.testkit.InstanceOptions;
import io.github.rolekeeper.testkit.InstanceOptions.Detail;
import io.github.rolekeeper.testkit.InstanceOptions.Trait;
import io.github.rolekeeper.testkit.MutableClock;
import io.github.rolekeeper.testkit.SimulatedAccount;
import io.github.rolekeeper.testkit.SimulatedInstance;
import io.github.rolekeeper.testkit.SpotAction;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every typed call, read from an instance of the simulator, against what that instance was told.
 */
class SimulatedCategoriesTest {
  private static final Instant LATER = Instant.parse("2023-03-09T04:05:06Z");
  private static final byte[] USER_DATA = {0x1f, (byte) 0x8b, 0, (byte) 0xff, '\n'};

  private final MutableClock clock = MutableClock.at("2023-03-07T15:00:51Z");
  private final SimulatedAccount account =
      SimulatedAccount.builder().clock(clock).sessionDuration(Duration.ofHours(6)).build();
  private final SimulatedInstance instance = launch();
  private final InstanceMetadataClient client =
      Clients.builder(instance.metadataEndpoint()).build();

  private SimulatedInstance launch() {
    account.createInstanceProfile("web", "web-role");
    SimulatedInstance launched =
        account.launchInstance(
            "web",
            InstanceOptions.of(
                    Trait.TOKENS_REQUIRED,
                    Trait.PUBLIC_IP,
                    Trait.SPOT,
                    Trait.IPV6,
                    Trait.DETAILED_MONITORING,
                    Trait.METADATA_TAGS)
                .withTag("team", "blue")
                .withTag("cost:centre@x", "")
                .with(Detail.KEY_NAME, "my-key")
                .with(Detail.PLACEMENT_GROUP, "close")
                .with(Detail.PARTITION_NUMBER, "3")
                .with(Detail.KERNEL_ID, "aki-1")
                .with(Detail.RAMDISK_ID, "ari-2")
                .with(Detail.PRODUCT_CODES, "code1\ncode2")
                .with(Detail.ANCESTOR_AMI_IDS, "ami-a\nami-b")
                .with(Detail.IPV6_PREFIX, "2001:db8:1234:1a00:1::/80")
                .withSecurityGroup("sg-1", "first")
                .withSecurityGroup("sg-2", "second")
                .withUserData(USER_DATA));
    launched.interruptSpot(SpotAction.HIBERNATE, LATER);
    launched.recommendRebalance(LATER);
    launched.scheduleMaintenance(
        io.github.rolekeeper.testkit.MaintenanceEvent.of("e-1", "system-reboot", LATER));
    launched.scheduleMaintenance(
        io.github.rolekeeper.testkit.MaintenanceEvent.of("e-0", "instance-stop", LATER)
            .in(io.github.rolekeeper.testkit.MaintenanceEvent.State.CANCELED));
    launched.autoScalingTargetState(AutoScalingTargetState.WARMED_STOPPED);
    return launched;
  }

  @AfterEach
  void stop() {
    client.close();
    account.close();
  }

  /** A call by its name, and what it has to say. */
  record Category(String call, Consumer<SimulatedCategoriesTest> check) {
    @Override
    public String toString() {
      return call;
    }
  }

  static List<Category> categories() {
    return List.of(
        new Category("instance", SimulatedCategoriesTest::instanceDetails),
        new Category("image", SimulatedCategoriesTest::image),
        new Category("addresses", SimulatedCategoriesTest::addresses),
        new Category("placement", SimulatedCategoriesTest::placement),
        new Category("region", t -> assertThat(t.client.region()).contains(t.account.region())),
        new Category("networkInterfaces", SimulatedCategoriesTest::networkInterface),
        new Category("blockDevices", SimulatedCategoriesTest::blockDevices),
        new Category(
            "tags",
            t ->
                assertThat(t.client.tags())
                    .containsExactlyInAnyOrderEntriesOf(
                        Map.of("team", "blue", "cost:centre@x", ""))),
        new Category(
            "services",
            t ->
                assertThat(t.client.services())
                    .isEqualTo(new ServicesInfo(Optional.of("amazonaws.com"), Optional.of("aws")))),
        new Category(
            "spot",
            t ->
                assertThat(t.client.spot())
                    .contains(
                        new SpotNotice(
                            Optional.of(Reported.of(SpotNotice.Action.class, "hibernate")),
                            Optional.of(LATER)))),
        new Category(
            "rebalanceRecommendation",
            t ->
                assertThat(t.client.rebalanceRecommendation())
                    .contains(new RebalanceRecommendation(Optional.of(LATER)))),
        new Category("maintenance", SimulatedCategoriesTest::maintenance),
        new Category(
            "scheduledMaintenance",
            t ->
                assertThat(t.client.scheduledMaintenance())
                    .isEqualTo(t.client.maintenance().scheduled())),
        new Category(
            "autoScalingState",
            t ->
                assertThat(t.client.autoScalingState().flatMap(Reported::known))
                    .contains(AutoScalingState.WARMED_STOPPED)),
        new Category(
            "monitoring",
            t ->
                assertThat(t.client.monitoring().flatMap(Reported::known))
                    .contains(InstanceMonitoring.ENABLED)),
        new Category("publicKeys", SimulatedCategoriesTest::publicKeys),
        new Category("iamInfo", SimulatedCategoriesTest::iamInfo),
        new Category("credentialsMetadata", SimulatedCategoriesTest::credentials),
        new Category(
            "observe", t -> assertThat(t.client.observe().toString()).contains("web-role")),
        new Category("identityCredentials", SimulatedCategoriesTest::identityCredentials),
        new Category("identityDocument", SimulatedCategoriesTest::identityDocument),
        new Category("signedIdentityDocument", SimulatedCategoriesTest::signedIdentityDocument),
        new Category("identitySignatures", SimulatedCategoriesTest::identitySignatures),
        new Category(
            "userData", t -> assertThat(t.client.userData()).hasValueSatisfying(USER_DATA_CHECK)),
        new Category(
            "report",
            t ->
                assertThat(t.client.report().describe())
                    .contains("web-role", t.instance.metadataEndpoint().toString())));
  }

  private static final Consumer<byte[]> USER_DATA_CHECK =
      bytes -> assertThat(bytes).containsExactly(USER_DATA);

  @ParameterizedTest
  @MethodSource("categories")
  void what_the_account_was_told_is_what_the_client_reads(Category category) {
    category.check().accept(this);
  }

  @Test
  void no_call_of_the_client_is_left_out() {
    Set<String> others = Set.of("close", "toString", "configuration");
    assertThat(
            Arrays.stream(InstanceMetadataClient.class.getDeclaredMethods())
                .filter(method -> Modifier.isPublic(method.getModifiers()))
                .filter(method -> !Modifier.isStatic(method.getModifiers()))
                .filter(method -> method.getParameterCount() == 0)
                .map(Method::getName)
                .filter(name -> !others.contains(name))
                .collect(Collectors.toSet()))
        .isEqualTo(categories().stream().map(Category::call).collect(Collectors.toSet()));
  }

  @Test
  void one_tag_is_read_by_its_key() {
    assertThat(client.tag("cost:centre@x")).contains("");
    assertThat(client.tag("none")).isEmpty();
  }

  @Test
  void what_an_instance_was_not_told_is_absent() {
    SimulatedInstance bare = account.launchInstance(InstanceOptions.of(Trait.INSTANCE_STORE_ROOT));
    try (InstanceMetadataClient of = Clients.builder(bare.metadataEndpoint()).build()) {
      assertThat(of.instance().lifeCycle().flatMap(Reported::known))
          .contains(InstanceDetails.LifeCycle.ON_DEMAND);
      assertThat(of.blockDevices())
          .contains(new BlockDevice("ephemeral0", Optional.of(BlockDevice.Kind.EPHEMERAL), "sdb"));
      assertThat(of.addresses().publicIpv4()).isEmpty();
      assertThat(of.addresses().ipv6()).isEmpty();
      assertThat(of.networkInterfaces().get(0).ipv4Associations()).isEmpty();
      assertThat(of.placement().groupName()).isEmpty();
      assertThat(of.tags()).isEmpty();
      assertThat(of.spot()).isEmpty();
      assertThat(of.rebalanceRecommendation()).isEmpty();
      assertThat(of.maintenance()).isEqualTo(new Maintenance(List.of(), List.of()));
      assertThat(of.autoScalingState()).isEmpty();
      assertThat(of.monitoring().flatMap(Reported::known)).contains(InstanceMonitoring.DISABLED);
      assertThat(of.publicKeys()).isEmpty();
      assertThat(of.userData()).isEmpty();
      assertThat(of.iamInfo()).isEqualTo(new IamInfo.NotAssociated());
      assertThat(of.credentialsMetadata()).isEqualTo(new RoleCredentials.None());
    }
  }

  private void instanceDetails() {
    InstanceDetails details = client.instance();
    assertThat(details.instanceId()).contains(instance.id());
    assertThat(details.instanceType()).contains("t3.micro");
    assertThat(details.lifeCycle().flatMap(Reported::known))
        .contains(InstanceDetails.LifeCycle.SPOT);
    assertThat(details.reservationId().orElseThrow()).startsWith("r-");
    assertThat(details.action().flatMap(Reported::known)).contains(InstanceDetails.Action.NONE);
    assertThat(details.hypervisor().flatMap(Reported::known))
        .contains(InstanceDetails.Hypervisor.NITRO);
    assertThat(details.securityGroups()).containsExactly("first", "second");
    assertThat(details.profile()).contains("default-hvm");
  }

  private void image() {
    assertThat(client.image())
        .isEqualTo(
            new ImageDetails(
                Optional.of("ami-0123456789abcdef0"),
                Optional.of(0),
                Optional.of("(unknown)"),
                List.of("ami-a", "ami-b"),
                Optional.of("aki-1"),
                Optional.of("ari-2"),
                List.of("code1", "code2")));
  }

  private void addresses() {
    InstanceAddresses addresses = client.addresses();
    String dashed = addresses.localIpv4().orElseThrow().replace('.', '-');
    assertThat(client.identityDocument().orElseThrow().privateIp())
        .isEqualTo(addresses.localIpv4());
    assertThat(addresses.hostname().orElseThrow()).startsWith("ip-" + dashed);
    assertThat(addresses.localHostname()).isEqualTo(addresses.hostname());
    assertThat(addresses.ipv6().orElseThrow()).startsWith("2001:db8:");
    assertThat(addresses.mac()).contains(client.networkInterfaces().get(0).mac());
    assertThat(addresses.publicHostname().orElseThrow())
        .contains(addresses.publicIpv4().orElseThrow().replace('.', '-'));
  }

  private void placement() {
    Placement placement = client.placement();
    assertThat(placement.availabilityZone()).contains(account.region() + "a");
    assertThat(placement.availabilityZoneId().orElseThrow()).endsWith("-az1");
    assertThat(placement.region()).contains(account.region());
    assertThat(placement.groupName()).contains("close");
    assertThat(placement.hostId()).isEmpty();
    assertThat(placement.partitionNumber()).contains(3);
  }

  private void networkInterface() {
    InstanceAddresses addresses = client.addresses();
    String local = addresses.localIpv4().orElseThrow();
    String open = addresses.publicIpv4().orElseThrow();
    assertThat(client.networkInterfaces()).hasSize(1);
    NetworkInterface only = client.networkInterfaces().get(0);
    assertThat(only.deviceNumber()).contains(0);
    assertThat(only.networkCard()).contains(0);
    assertThat(only.interfaceId().orElseThrow()).startsWith("eni-");
    assertThat(only.ownerId()).contains(account.accountId());
    assertThat(only.localHostname()).isEqualTo(addresses.localHostname());
    assertThat(only.publicHostname()).isEqualTo(addresses.publicHostname());
    assertThat(only.localIpv4s()).containsExactly(local);
    assertThat(only.publicIpv4s()).containsExactly(open);
    assertThat(only.ipv4Associations()).isEqualTo(Map.of(open, List.of(local)));
    assertThat(only.ipv6s()).containsExactly(addresses.ipv6().orElseThrow());
    assertThat(only.ipv6Prefixes()).containsExactly("2001:db8:1234:1a00:1::/80");
    assertThat(only.securityGroups()).containsExactly("first", "second");
    assertThat(only.securityGroupIds()).containsExactly("sg-1", "sg-2");
    assertThat(only.subnetId().orElseThrow()).startsWith("subnet-");
    assertThat(only.subnetIpv4CidrBlock()).contains("10.0.0.0/16");
    assertThat(only.subnetIpv6CidrBlocks()).hasSize(1);
    assertThat(only.vpcId().orElseThrow()).startsWith("vpc-");
    assertThat(only.vpcIpv4CidrBlock()).contains("10.0.0.0/16");
    assertThat(only.vpcIpv4CidrBlocks()).containsExactly("10.0.0.0/16");
    assertThat(only.vpcIpv6CidrBlocks()).hasSize(1);
  }

  private void blockDevices() {
    assertThat(client.blockDevices())
        .containsExactlyInAnyOrder(
            new BlockDevice("ami", Optional.of(BlockDevice.Kind.AMI), "xvda"),
            new BlockDevice("root", Optional.of(BlockDevice.Kind.ROOT), "/dev/xvda"));
  }

  private void maintenance() {
    Maintenance maintenance = client.maintenance();
    assertThat(maintenance.scheduled()).singleElement().satisfies(this::rebooted);
    assertThat(maintenance.history())
        .singleElement()
        .satisfies(
            event -> {
              assertThat(event.eventId()).contains("e-0");
              assertThat(event.state().flatMap(Reported::known))
                  .contains(MaintenanceEvent.State.CANCELED);
              assertThat(event.description()).startsWith("[Canceled]");
            });
  }

  private void rebooted(MaintenanceEvent event) {
    assertThat(event.eventId()).contains("e-1");
    assertThat(event.code().flatMap(Reported::known)).contains(MaintenanceEvent.Code.SYSTEM_REBOOT);
    assertThat(event.state().flatMap(Reported::known)).contains(MaintenanceEvent.State.ACTIVE);
    assertThat(event.description()).isEqualTo("scheduled system-reboot");
    assertThat(event.notBefore()).contains(LATER);
    assertThat(event.notAfter()).isEmpty();
    assertThat(event.notBeforeDeadline()).isEmpty();
  }

  private void publicKeys() {
    assertThat(client.publicKeys())
        .singleElement()
        .satisfies(
            key -> {
              assertThat(key.index()).isZero();
              assertThat(key.name()).isEqualTo("my-key");
              assertThat(key.openSsh().orElseThrow()).startsWith("ssh-");
            });
  }

  private void iamInfo() {
    IamInfo.Associated info = (IamInfo.Associated) client.iamInfo();
    assertThat(info.arn().name()).isEqualTo("web");
    assertThat(info.arn().accountId()).isEqualTo(account.accountId());
    assertThat(info.lastUpdated()).contains(clock.instant());
  }

  private void credentials() {
    RoleCredentials.Available served = (RoleCredentials.Available) client.credentialsMetadata();
    assertThat(served.metadata().roleName()).contains("web-role");
    assertThat(served.metadata().expiration()).contains(clock.instant().plus(Duration.ofHours(6)));
  }

  private void identityCredentials() {
    IdentityCredentials identity = client.identityCredentials().orElseThrow();
    assertThat(identity.code()).contains("Success");
    assertThat(identity.accountId()).contains(account.accountId());
    assertThat(identity.credentials()).isInstanceOf(RoleCredentials.Available.class);
  }

  private void identityDocument() {
    InstanceIdentityDocument document = client.identityDocument().orElseThrow();
    assertThat(document)
        .isEqualTo(
            new InstanceIdentityDocument(
                Optional.of(account.accountId()),
                Optional.of("x86_64"),
                Optional.of(account.region() + "a"),
                List.of(),
                List.of(),
                Optional.of("ami-0123456789abcdef0"),
                Optional.of(instance.id()),
                Optional.of("t3.micro"),
                Optional.of("aki-1"),
                List.of("code1", "code2"),
                Optional.of(clock.instant()),
                client.addresses().localIpv4(),
                Optional.of("ari-2"),
                Optional.of(account.region()),
                document.version()));
  }

  private void signedIdentityDocument() {
    SignedIdentityDocument signed = client.signedIdentityDocument().orElseThrow();
    assertThat(signed.verify(List.of(account.identityCertificate())))
        .isEqualTo(
            new IdentityVerification.Verified(
                client.identityDocument().orElseThrow(), account.identityCertificate()));
    byte[] forged = signed.document();
    forged[forged.length / 2] ^= 1;
    assertThat(
            SignedIdentityDocument.of(forged, signed.signature())
                .verify(List.of(account.identityCertificate()))
                .verified())
        .isFalse();
  }

  private void identitySignatures() {
    assertThat(client.identitySignatures().signature())
        .contains(client.signedIdentityDocument().orElseThrow().signature());
  }
}
