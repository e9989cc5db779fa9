package io.github.rolekeeper.imds;

import static io.github.rolekeeper.imds.Clients.builder;
import static io.github.rolekeeper.imds.ScriptedMetadataServer.ok;
import static io.github.rolekeeper.imds.ScriptedMetadataServer.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.rolekeeper.imds.InstanceMetadataException.Kind;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The documented categories, each as EC2 serves it, as it may lack it, and as it may break it. */
class CategoriesTest {
  private static final String MACS = "meta-data/network/interfaces/macs/";
  private static final String TAGS = "meta-data/tags/instance";
  private static final String SCHEDULED = "meta-data/events/maintenance/scheduled";
  private static final String SPOT = "meta-data/spot/instance-action";
  private static final String TERMINATION = "meta-data/spot/termination-time";

  private final ScriptedMetadataServer server = ScriptedMetadataServer.start();
  private final InstanceMetadataClient client = builder(server).build();

  @AfterEach
  void stop() {
    client.close();
    server.close();
  }

  private void serves(String... pathsAndTexts) {
    for (int i = 0; i < pathsAndTexts.length; i += 2) {
      server.serves(pathsAndTexts[i], pathsAndTexts[i + 1]);
    }
  }

  @Test
  void an_instance_tells_what_it_is() {
    serves(
        "meta-data/instance-id", "i-0123456789abcdef0",
        "meta-data/instance-type", "m7g.large",
        "meta-data/instance-life-cycle", "on-demand",
        "meta-data/reservation-id", "r-0123456789abcdef0",
        "meta-data/instance-action", "none",
        "meta-data/system", "xen-on-nitro",
        "meta-data/security-groups", "web\ndefault",
        "meta-data/profile", "default-hvm");
    assertThat(client.instance())
        .isEqualTo(
            new InstanceDetails(
                Optional.of("i-0123456789abcdef0"),
                Optional.of("m7g.large"),
                Optional.of(
                    new Reported<>("on-demand", Optional.of(InstanceDetails.LifeCycle.ON_DEMAND))),
                Optional.of("r-0123456789abcdef0"),
                Optional.of(new Reported<>("none", Optional.of(InstanceDetails.Action.NONE))),
                Optional.of(
                    new Reported<>(
                        "xen-on-nitro", Optional.of(InstanceDetails.Hypervisor.XEN_ON_NITRO))),
                List.of("web", "default"),
                Optional.of("default-hvm")));
  }

  @Test
  void an_image_tells_what_the_instance_was_made_of() {
    serves(
        "meta-data/ami-id", "ami-1",
        "meta-data/ami-launch-index", "0",
        "meta-data/ami-manifest-path", "(unknown)",
        "meta-data/ancestor-ami-ids", "ami-2\nami-3",
        "meta-data/kernel-id", "aki-1",
        "meta-data/ramdisk-id", "ari-1",
        "meta-data/product-codes", "3iplms73etrdhxdepv72l6ywj");
    assertThat(client.image())
        .isEqualTo(
            new ImageDetails(
                Optional.of("ami-1"),
                Optional.of(0),
                Optional.of("(unknown)"),
                List.of("ami-2", "ami-3"),
                Optional.of("aki-1"),
                Optional.of("ari-1"),
                List.of("3iplms73etrdhxdepv72l6ywj")));
  }

  @Test
  void addresses_are_those_that_there_are() {
    serves(
        "meta-data/hostname", "ip-10-0-0-1.ec2.internal",
        "meta-data/local-hostname", "ip-10-0-0-1.ec2.internal",
        "meta-data/local-ipv4", "10.0.0.1",
        "meta-data/ipv6", "2001:db8::1",
        "meta-data/mac", "02:00:00:00:00:01",
        "meta-data/public-hostname", "",
        "meta-data/public-ipv4", "192.0.2.54");
    assertThat(client.addresses())
        .isEqualTo(
            new InstanceAddresses(
                Optional.of("ip-10-0-0-1.ec2.internal"),
                Optional.of("ip-10-0-0-1.ec2.internal"),
                Optional.of("10.0.0.1"),
                Optional.of("2001:db8::1"),
                Optional.of("02:00:00:00:00:01"),
                Optional.empty(),
                Optional.of("192.0.2.54")));
  }

  @Test
  void a_placement_has_zone_region_and_group() {
    serves(
        "meta-data/placement/availability-zone", "us-west-2-lax-1a",
        "meta-data/placement/availability-zone-id", "usw2-lax1-az1",
        "meta-data/placement/region", "us-west-2",
        "meta-data/placement/group-name", "spread",
        "meta-data/placement/host-id", "h-1",
        "meta-data/placement/partition-number", "3");
    assertThat(client.placement())
        .isEqualTo(
            new Placement(
                Optional.of("us-west-2-lax-1a"),
                Optional.of("usw2-lax1-az1"),
                Optional.of("us-west-2"),
                Optional.of("spread"),
                Optional.of("h-1"),
                Optional.of(3)));
  }

  // botocore and others cut the last letter off the zone, which in a Local Zone is no Region.
  @Test
  void a_region_that_is_not_served_comes_from_the_identity_document_and_never_from_the_zone() {
    serves("meta-data/placement/availability-zone", "us-west-2-lax-1a");
    assertThat(client.region()).isEmpty();
    assertThat(client.placement().region()).isEmpty();
    serves("dynamic/instance-identity/document", "{\"region\":\"us-west-2\"}");
    assertThat(client.region()).contains("us-west-2");
    assertThat(client.placement().region()).contains("us-west-2");
  }

  @Test
  void what_is_not_there_is_absent_and_no_failure() {
    assertThat(client.instance())
        .isEqualTo(
            new InstanceDetails(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                Optional.empty()));
    assertThat(client.image().productCodes()).isEmpty();
    assertThat(client.image().launchIndex()).isEmpty();
    assertThat(client.addresses().ipv6()).isEmpty();
    assertThat(client.placement().partitionNumber()).isEmpty();
    assertThat(client.networkInterfaces()).isEmpty();
    assertThat(client.blockDevices()).isEmpty();
    assertThat(client.tags()).isEmpty();
    assertThat(client.tag("Name")).isEmpty();
    assertThat(client.services()).isEqualTo(new ServicesInfo(Optional.empty(), Optional.empty()));
    assertThat(client.spot()).isEmpty();
    assertThat(client.rebalanceRecommendation()).isEmpty();
    assertThat(client.maintenance()).isEqualTo(new Maintenance(List.of(), List.of()));
    assertThat(client.scheduledMaintenance()).isEmpty();
    assertThat(client.autoScalingState()).isEmpty();
    assertThat(client.monitoring()).isEmpty();
    assertThat(client.publicKeys()).isEmpty();
    assertThat(client.identityCredentials()).isEmpty();
    assertThat(client.signedIdentityDocument()).isEmpty();
    assertThat(client.identitySignatures().rsa2048()).isEmpty();
    assertThat(client.userData()).isEmpty();
    assertThat(client.bytes("meta-data/x")).isEmpty();
    assertThat(client.text("meta-data/x")).isEmpty();
    assertThat(client.lines("meta-data/x")).isEmpty();
    assertThat(client.listing("meta-data/x")).isEmpty();
  }

  @Test
  void a_word_that_nobody_knows_yet_is_kept() {
    serves(
        "meta-data/instance-life-cycle", "leased\n",
        "meta-data/autoscaling/target-lifecycle-state", "Warmed:Frozen",
        "dynamic/fws/instance-monitoring", "sometimes");
    assertThat(client.instance().lifeCycle())
        .contains(new Reported<>("leased", Optional.<InstanceDetails.LifeCycle>empty()));
    assertThat(client.autoScalingState().orElseThrow().text()).isEqualTo("Warmed:Frozen");
    assertThat(client.autoScalingState().orElseThrow().known()).isEmpty();
    assertThat(client.monitoring().orElseThrow()).hasToString("sometimes");
    assertThat(client.monitoring().orElseThrow().is(InstanceMonitoring.ENABLED)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "Detached, DETACHED",
    "InService, IN_SERVICE",
    "Standby, STANDBY",
    "Terminated, TERMINATED",
    "Warmed:Hibernated, WARMED_HIBERNATED",
    "Warmed:Running, WARMED_RUNNING",
    "Warmed:Stopped, WARMED_STOPPED",
    "Warmed:Terminated, WARMED_TERMINATED"
  })
  void every_state_of_auto_scaling_is_known(String text, AutoScalingState state) {
    serves("meta-data/autoscaling/target-lifecycle-state", text);
    assertThat(client.autoScalingState().orElseThrow().is(state)).isTrue();
  }

  @Test
  void services_and_monitoring_are_read() {
    serves(
        "meta-data/services/domain", "amazonaws.com.cn",
        "meta-data/services/partition", "aws-cn",
        "dynamic/fws/instance-monitoring", "enabled");
    assertThat(client.services())
        .isEqualTo(new ServicesInfo(Optional.of("amazonaws.com.cn"), Optional.of("aws-cn")));
    assertThat(client.monitoring().orElseThrow().is(InstanceMonitoring.ENABLED)).isTrue();
  }

  @Test
  void an_interface_has_every_attribute_that_it_lists() {
    String mac = "02:29:96:8f:6a:2d";
    String base = MACS + mac + "/";
    serves(
        MACS,
        mac + "/",
        base,
        "device-number\ninterface-id\nipv4-associations/\nipv4-prefix\nipv6s\nipv6-prefix\n"
            + "local-hostname\nlocal-ipv4s\nmac\nnetwork-card\nowner-id\npublic-hostname\n"
            + "public-ipv4s\nsecurity-groups\nsecurity-group-ids\nsubnet-id\n"
            + "subnet-ipv4-cidr-block\nsubnet-ipv6-cidr-blocks\nvpc-id\nvpc-ipv4-cidr-block\n"
            + "vpc-ipv4-cidr-blocks\nvpc-ipv6-cidr-blocks",
        base + "device-number",
        "1",
        base + "interface-id",
        "eni-1",
        base + "ipv4-associations/",
        "192.0.2.54",
        base + "ipv4-associations/192.0.2.54",
        "10.0.0.1\n10.0.0.2",
        base + "ipv4-prefix",
        "10.0.1.0/28",
        base + "ipv6s",
        "2001:db8::1\n2001:db8::2",
        base + "ipv6-prefix",
        "2001:db8:1::/80",
        base + "local-hostname",
        "ip-10-0-0-1.ec2.internal",
        base + "local-ipv4s",
        "10.0.0.1\n10.0.0.2",
        base + "network-card",
        "2",
        base + "owner-id",
        "123456789012",
        base + "public-hostname",
        "ec2-192-0-2-54.example",
        base + "public-ipv4s",
        "192.0.2.54",
        base + "security-groups",
        "web",
        base + "security-group-ids",
        "sg-1",
        base + "subnet-id",
        "subnet-1",
        base + "subnet-ipv4-cidr-block",
        "10.0.0.0/24",
        base + "subnet-ipv6-cidr-blocks",
        "2001:db8::/64",
        base + "vpc-id",
        "vpc-1",
        base + "vpc-ipv4-cidr-block",
        "10.0.0.0/16",
        base + "vpc-ipv4-cidr-blocks",
        "10.0.0.0/16\n10.1.0.0/16",
        base + "vpc-ipv6-cidr-blocks",
        "2001:db8::/56");
    assertThat(client.networkInterfaces())
        .containsExactly(
            new NetworkInterface(
                mac,
                Optional.of(1),
                Optional.of(2),
                Optional.of("eni-1"),
                Optional.of("123456789012"),
                Optional.of("ip-10-0-0-1.ec2.internal"),
                Optional.of("ec2-192-0-2-54.example"),
                List.of("10.0.0.1", "10.0.0.2"),
                List.of("192.0.2.54"),
                Map.of("192.0.2.54", List.of("10.0.0.1", "10.0.0.2")),
                List.of("10.0.1.0/28"),
                List.of("2001:db8::1", "2001:db8::2"),
                List.of("2001:db8:1::/80"),
                List.of("web"),
                List.of("sg-1"),
                Optional.of("subnet-1"),
                Optional.of("10.0.0.0/24"),
                List.of("2001:db8::/64"),
                Optional.of("vpc-1"),
                Optional.of("10.0.0.0/16"),
                List.of("10.0.0.0/16", "10.1.0.0/16"),
                List.of("2001:db8::/56")));
  }

  @Test
  void an_interface_is_asked_only_for_what_it_lists_and_the_older_name_of_its_card_is_known() {
    String base = MACS + "02:00:00:00:00:01/";
    serves(
        MACS,
        "02:00:00:00:00:01/\n",
        base,
        "network-card-index\nsubnet-id",
        base + "network-card-index",
        "1",
        base + "vpc-id",
        "vpc-1");
    NetworkInterface only = client.networkInterfaces().get(0);
    assertThat(only.networkCard()).contains(1);
    assertThat(only.subnetId()).isEmpty(); // listed, and 404 all the same
    assertThat(only.vpcId()).isEmpty();
    assertThat(server.trace()).hasSize(5);
  }

  @Test
  void block_devices_keep_virtual_names_of_every_kind() {
    String mapping = "meta-data/block-device-mapping/";
    serves(
        mapping,
        "ami\nroot\nswap\nebs2\nephemeral0\ntape1\ngone",
        mapping + "ami",
        "/dev/xvda",
        mapping + "root",
        "/dev/xvda",
        mapping + "swap",
        "sda3",
        mapping + "ebs2",
        "sdf",
        mapping + "ephemeral0",
        "sdb",
        mapping + "tape1",
        "st0");
    assertThat(client.blockDevices())
        .containsExactly(
            new BlockDevice("ami", Optional.of(BlockDevice.Kind.AMI), "/dev/xvda"),
            new BlockDevice("root", Optional.of(BlockDevice.Kind.ROOT), "/dev/xvda"),
            new BlockDevice("swap", Optional.of(BlockDevice.Kind.SWAP), "sda3"),
            new BlockDevice("ebs2", Optional.of(BlockDevice.Kind.EBS), "sdf"),
            new BlockDevice("ephemeral0", Optional.of(BlockDevice.Kind.EPHEMERAL), "sdb"),
            new BlockDevice("tape1", Optional.empty(), "st0"));
  }

  @Test
  void tags_keep_their_order_and_their_odd_keys_and_one_that_is_not_served_is_left_out() {
    serves(
        TAGS,
        "Name\nteam/a b%\nhalf/\naws:autoscaling:groupName\nempty\ngone",
        TAGS + "/Name",
        " web 1 ",
        TAGS + "/team%2Fa%20b%25",
        "x",
        TAGS + "/half%2F",
        "y",
        TAGS + "/aws:autoscaling:groupName",
        "fleet",
        TAGS + "/empty",
        "");
    assertThat(client.tags())
        .containsExactly(
            Map.entry("Name", " web 1 "),
            Map.entry("team/a b%", "x"),
            Map.entry("half/", "y"),
            Map.entry("aws:autoscaling:groupName", "fleet"),
            Map.entry("empty", ""));
    assertThat(client.tag("team/a b%")).contains("x");
    assertThat(client.tag("..")).isEmpty();
    assertThat(server.trace()).noneMatch(line -> line.contains(".."));
    assertThatThrownBy(() -> client.tag("x".repeat(20_000)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  // Look-alikes list what EC2 lets nobody have in the metadata; tag(key) reads it.
  @Test
  void tags_of_look_alikes_are_read_whatever_is_in_their_keys() {
    serves(
        TAGS,
        "Cost (EUR)\n50%ab\na\\b\nwhat? #1 & 'x'",
        TAGS + "/Cost%20(EUR)",
        "7",
        TAGS + "/50%25ab",
        "half",
        TAGS + "/a%5Cb",
        "c",
        TAGS + "/what%3F%20%231%20&%20'x'",
        "y");
    assertThat(client.tags())
        .containsExactly(
            Map.entry("Cost (EUR)", "7"),
            Map.entry("50%ab", "half"),
            Map.entry("a\\b", "c"),
            Map.entry("what? #1 & 'x'", "y"));
  }

  @Test
  void tags_that_are_allowed_and_not_set_are_an_empty_body() {
    serves(TAGS, "");
    assertThat(client.tags()).isEmpty();
    assertThat(client.listing(TAGS)).contains(List.of());
  }

  @Test
  void a_spot_notice_has_action_and_time() {
    serves(SPOT, "{\"action\": \"terminate\", \"time\": \"2017-09-18T08:22:00Z\"}");
    SpotNotice notice = client.spot().orElseThrow();
    assertThat(notice.action().orElseThrow().is(SpotNotice.Action.TERMINATE)).isTrue();
    assertThat(notice.time()).contains(Instant.parse("2017-09-18T08:22:00Z"));
  }

  @Test
  void a_spot_notice_of_the_older_path_has_a_time_only_if_it_is_one() {
    serves(TERMINATION, "2015-01-05T18:02:00Z");
    assertThat(client.spot())
        .contains(
            new SpotNotice(Optional.empty(), Optional.of(Instant.parse("2015-01-05T18:02:00Z"))));
    serves(TERMINATION, "not-yet");
    assertThat(client.spot()).isEmpty();
  }

  @Test
  void a_notice_of_something_new_at_an_odd_time_is_still_a_notice() {
    serves(SPOT, "{\"time\":\"soon\",\"action\":\"migrate\",\"zone\":{\"a\":[1]}}");
    SpotNotice notice = client.spot().orElseThrow();
    assertThat(notice.action().orElseThrow().text()).isEqualTo("migrate");
    assertThat(notice.time()).isEmpty();
  }

  @Test
  void a_rebalance_recommendation_has_its_time() {
    serves(
        "meta-data/events/recommendations/rebalance", "{\"noticeTime\":\"2020-10-27T08:22:00Z\"}");
    assertThat(client.rebalanceRecommendation().orElseThrow().noticeTime())
        .contains(Instant.parse("2020-10-27T08:22:00Z"));
  }

  @Test
  void maintenance_dates_are_of_no_rfc_and_are_read() {
    serves(
        SCHEDULED,
        """
        [ {
          "NotBefore" : "21 Jan 2019 09:00:43 GMT",
          "Code" : "system-reboot",
          "Description" : "scheduled reboot",
          "EventId" : "instance-event-0d59937288b749b32",
          "NotAfter" : "1 Feb 2019 09:17:23 GMT",
          "NotBeforeDeadline" : "01 Feb 2019 09:17:23 GMT",
          "State" : "active"
        }, "odd", null, {"EventId":"e","New":[{}]} ]
        """,
        "meta-data/events/maintenance/history",
        "[{\"Code\":\"instance-mending\",\"State\":\"canceled\",\"NotBefore\":\"yesterday\"}]");
    Maintenance maintenance = client.maintenance();
    assertThat(maintenance.scheduled()).hasSize(2);
    assertThat(maintenance.scheduled().get(0))
        .isEqualTo(
            new MaintenanceEvent(
                Optional.of("instance-event-0d59937288b749b32"),
                Optional.of(
                    new Reported<>(
                        "system-reboot", Optional.of(MaintenanceEvent.Code.SYSTEM_REBOOT))),
                Optional.of(new Reported<>("active", Optional.of(MaintenanceEvent.State.ACTIVE))),
                "scheduled reboot",
                Optional.of(Instant.parse("2019-01-21T09:00:43Z")),
                Optional.of(Instant.parse("2019-02-01T09:17:23Z")),
                Optional.of(Instant.parse("2019-02-01T09:17:23Z"))));
    MaintenanceEvent past = maintenance.history().get(0);
    assertThat(past.code().orElseThrow().text()).isEqualTo("instance-mending");
    assertThat(past.notBefore()).isEmpty();
    assertThat(client.scheduledMaintenance()).isEqualTo(maintenance.scheduled());
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "[{]", "[{}] []", "[{}", "7", "<html/>", "", "\n"})
  void maintenance_that_is_no_array_is_malformed(String body) {
    serves(SCHEDULED, body);
    assertThat(
            catchThrowableOfType(InstanceMetadataException.class, client::scheduledMaintenance)
                .kind())
        .isEqualTo(Kind.MALFORMED_ANSWER);
  }

  @ParameterizedTest
  @ValueSource(strings = {"[]", " [ ]\n"})
  void no_maintenance_is_an_empty_list(String body) {
    serves(SCHEDULED, body);
    assertThat(client.scheduledMaintenance()).isEmpty();
  }

  @Test
  void public_keys_are_listed_as_index_and_name() {
    serves(
        "meta-data/public-keys/", "0=my-key\n1=a=b\n2\n3=schlüssel ключ",
        "meta-data/public-keys/0/openssh-key", "ssh-ed25519 AAAA my-key\n",
        "meta-data/public-keys/1/openssh-key", "ssh-rsa AAAA a=b");
    assertThat(client.publicKeys())
        .containsExactly(
            new PublicKey(0, "my-key", Optional.of("ssh-ed25519 AAAA my-key")),
            new PublicKey(1, "a=b", Optional.of("ssh-rsa AAAA a=b")),
            new PublicKey(2, "", Optional.empty()),
            new PublicKey(3, "schlüssel ключ", Optional.empty()));
  }

  @Test
  void the_identity_role_is_known_without_its_secrets() {
    serves(
        "meta-data/identity-credentials/ec2/info",
        "{\"Code\":\"Success\",\"LastUpdated\":\"2020-10-27T08:22:00Z\",\"AccountId\":\"123456789012\"}",
        "meta-data/identity-credentials/ec2/security-credentials/ec2-instance",
        Documents.CREDENTIALS);
    IdentityCredentials identity = client.identityCredentials().orElseThrow();
    assertThat(identity.accountId()).contains("123456789012");
    assertThat(identity.code()).contains("Success");
    assertThat(identity.credentials().status()).isEqualTo(RoleCredentials.Status.AVAILABLE);
  }

  @Test
  void user_data_is_any_bytes() {
    String latin =
        new String(
            new byte[] {0x1f, (byte) 0x8b, (byte) 0xff, 0, (byte) 0xc3},
            StandardCharsets.ISO_8859_1);
    server.on("GET /latest/user-data", bytes(latin));
    assertThat(client.userData().orElseThrow()).containsExactly(0x1f, 0x8b, 0xff, 0x00, 0xc3);
    serves("user-data", "");
    assertThat(client.userData().orElseThrow()).isEmpty();
  }

  private static ScriptedMetadataServer.Reply bytes(String latin) {
    return new ScriptedMetadataServer.Reply(
        ("HTTP/1.0 200 OK\r\n\r\n" + latin).getBytes(StandardCharsets.ISO_8859_1),
        ScriptedMetadataServer.After.CLOSED);
  }

  @Test
  void what_is_longer_than_64_kib_is_refused() {
    server.on("GET /latest/user-data", ok("x".repeat(64 * 1024)), ok("x".repeat(64 * 1024 + 1)));
    assertThat(client.userData().orElseThrow()).hasSize(64 * 1024);
    InstanceMetadataException refused =
        catchThrowableOfType(InstanceMetadataException.class, client::userData);
    assertThat(refused.kind()).isEqualTo(Kind.MALFORMED_ANSWER);
    assertThat(refused).hasMessageContaining("longer than 65536 bytes");
  }

  @Test
  void raw_access_gives_bytes_text_lines_and_listings() {
    serves("meta-data/", "ami-id\n\n iam/\n", "meta-data/x", "a\r\nb\n");
    assertThat(client.bytes("meta-data/x").orElseThrow()).hasSize(5);
    assertThat(client.text("meta-data/x")).contains("a\r\nb\n");
    assertThat(client.lines("meta-data/x")).containsExactly("a", "b");
    assertThat(client.listing("meta-data/"))
        .contains(List.of(new MetadataEntry("ami-id", false), new MetadataEntry("iam", true)));
    assertThatThrownBy(() -> client.bytes("../secret"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> client.lines("/x")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> client.listing("")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void a_service_that_fails_at_one_of_many_reads_fails_the_whole() {
    serves("meta-data/placement/availability-zone", "eu-west-1a");
    server.on("GET /latest/meta-data/placement/host-id", status(503, ""));
    InstanceMetadataException failed =
        catchThrowableOfType(InstanceMetadataException.class, client::placement);
    assertThat(failed.kind()).isEqualTo(Kind.SERVER_ERROR);
    assertThat(failed.path()).isEqualTo("meta-data/placement/host-id");
  }

  // The login page of a captive network, and the error page of a proxy that says 200.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "<html><body>login</body></html>",
        "\n <!DOCTYPE html><html>",
        "\uFEFF<HTML>",
        "<?xml version=\"1.0\"?><error/>"
      })
  void a_page_in_the_place_of_a_value_is_malformed_and_raw_access_shows_it(String page) {
    serves("meta-data/instance-id", page);
    assertThat(catchThrowableOfType(InstanceMetadataException.class, client::instance).kind())
        .isEqualTo(Kind.MALFORMED_ANSWER);
    assertThat(client.text("meta-data/instance-id")).contains(page);
    serves("meta-data/tags/instance/note", page);
    assertThat(client.tag("note")).contains(page);
  }

  @ParameterizedTest
  @MethodSource("strange")
  void an_unknown_member_of_any_shape_that_fits_makes_no_document_unreadable(String value) {
    serves("dynamic/instance-identity/document", "{\"unknown\":" + value + ",\"region\":\"eu\"}");
    assertThat(client.identityDocument().orElseThrow().region()).contains("eu");
  }

  static Stream<String> strange() {
    return Stream.of(
        "[".repeat(20_000) + "]".repeat(20_000),
        "{\"a\":".repeat(8_000) + "1" + "}".repeat(8_000),
        "1".repeat(60_000),
        "-1." + "0".repeat(40_000) + "e1",
        "\"" + "y".repeat(60_000) + "\"",
        "{\"" + "n".repeat(60_000) + "\":0}");
  }

  // The clock moves 400 ms at every look, so that no single read is late and all together are.
  @Test
  void many_reads_share_one_deadline() {
    long[] now = {0};
    InstanceMetadataClient slow =
        builder(server)
            .timeout(Duration.ofSeconds(5))
            .retries(Clients.retries(1))
            .nanos(() -> now[0] += 400_000_000L)
            .build();
    InstanceMetadataException late =
        catchThrowableOfType(InstanceMetadataException.class, slow::instance);
    assertThat(late.kind()).isEqualTo(Kind.DEADLINE_EXCEEDED);
    assertThat(slow.text("meta-data/instance-id")).isEmpty();
  }
}
