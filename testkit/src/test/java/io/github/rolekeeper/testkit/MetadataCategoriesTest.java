package io.github.rolekeeper.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.rolekeeper.testkit.InstanceOptions.Detail;
import io.github.rolekeeper.testkit.InstanceOptions.Trait;
import io.github.rolekeeper.testkit.awssdk.SdkClients;
import java.security.Signature;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.Instance;
import software.amazon.awssdk.services.ec2.model.InstanceMetadataTagsState;
import software.amazon.awssdk.services.ec2.model.ResourceType;
import software.amazon.awssdk.services.ec2.model.Tag;

/** What the metadata service tells beside IAM, and where it comes from. */
class MetadataCategoriesTest {
  private static final byte[] BINARY = {
    0x1f, (byte) 0x8b, (byte) 0xff, (byte) 0xfe, 0, (byte) 0xc3
  };

  private SimulatedAccount account;
  private Ec2Client ec2;

  @BeforeEach
  void open() {
    account = SimulatedAccount.create();
    ec2 = SdkClients.administrator(account).build(Ec2Client.builder());
  }

  @AfterEach
  void close() {
    ec2.close();
    account.close();
  }

  private static InstanceOptions everything() {
    return InstanceOptions.of(
            Trait.SPOT,
            Trait.PUBLIC_IP,
            Trait.IPV6,
            Trait.HOST_TENANCY,
            Trait.DETAILED_MONITORING,
            Trait.METADATA_TAGS,
            Trait.INSTANCE_STORE_ROOT)
        .with(Detail.KEY_NAME, "my-key")
        .with(Detail.PLACEMENT_GROUP, "batch")
        .with(Detail.PARTITION_NUMBER, "3")
        .with(Detail.KERNEL_ID, "aki-1")
        .with(Detail.RAMDISK_ID, "ari-1")
        .with(Detail.PRODUCT_CODES, "abc\ndef")
        .with(Detail.ANCESTOR_AMI_IDS, "ami-1\nami-2")
        .with(Detail.IPV6_PREFIX, "2001:db8:1234:1a00:1::/80")
        .withSecurityGroup("sg-1", "web")
        .withSecurityGroup("sg-2", "ssh")
        .withTag("Name", "box")
        .withUserData(BINARY);
  }

  private MetadataReader launch(InstanceOptions options) {
    return new MetadataReader(account.launchInstance(options));
  }

  static Stream<Map.Entry<String, String>> categories() {
    String mac = "network/interfaces/macs/02:00:0a:00:00:04/";
    return Stream.of(
        Map.entry("ami-id", "ami-0123456789abcdef0"),
        Map.entry("ami-launch-index", "0"),
        Map.entry("ami-manifest-path", "amzn-s3-demo-bucket/image.manifest.xml"),
        Map.entry("ancestor-ami-ids", "ami-1\nami-2"),
        Map.entry("block-device-mapping/ami", "xvda"),
        Map.entry("block-device-mapping/ephemeral0", "sdb"),
        Map.entry("block-device-mapping/root", "/dev/xvda"),
        Map.entry("hostname", "ip-10-0-0-4.ec2.internal"),
        Map.entry("instance-action", "none"),
        Map.entry("instance-life-cycle", "spot"),
        Map.entry("instance-type", "t3.micro"),
        Map.entry("ipv6", "2001:db8:1234:1a00::4"),
        Map.entry("kernel-id", "aki-1"),
        Map.entry("local-hostname", "ip-10-0-0-4.ec2.internal"),
        Map.entry("local-ipv4", "10.0.0.4"),
        Map.entry("mac", "02:00:0a:00:00:04"),
        Map.entry(mac + "device-number", "0"),
        Map.entry(mac + "ipv4-associations/203.0.113.1", "10.0.0.4"),
        Map.entry(mac + "ipv6s", "2001:db8:1234:1a00::4"),
        Map.entry(mac + "ipv6-prefix", "2001:db8:1234:1a00:1::/80"),
        Map.entry(mac + "local-hostname", "ip-10-0-0-4.ec2.internal"),
        Map.entry(mac + "local-ipv4s", "10.0.0.4"),
        Map.entry(mac + "mac", "02:00:0a:00:00:04"),
        Map.entry(mac + "network-card", "0"),
        Map.entry(mac + "network-card-index", "0"),
        Map.entry(mac + "owner-id", "123456789012"),
        Map.entry(mac + "public-hostname", "ec2-203-0-113-1.compute-1.amazonaws.com"),
        Map.entry(mac + "public-ipv4s", "203.0.113.1"),
        Map.entry(mac + "security-groups", "web\nssh"),
        Map.entry(mac + "security-group-ids", "sg-1\nsg-2"),
        Map.entry(mac + "subnet-id", "subnet-0a1b2c3d4e5f60718"),
        Map.entry(mac + "subnet-ipv4-cidr-block", "10.0.0.0/16"),
        Map.entry(mac + "subnet-ipv6-cidr-blocks", "2001:db8:1234:1a00::/64"),
        Map.entry(mac + "vpc-id", "vpc-0f1e2d3c4b5a69788"),
        Map.entry(mac + "vpc-ipv4-cidr-block", "10.0.0.0/16"),
        Map.entry(mac + "vpc-ipv4-cidr-blocks", "10.0.0.0/16"),
        Map.entry(mac + "vpc-ipv6-cidr-blocks", "2001:db8:1234:1a00::/56"),
        Map.entry("placement/availability-zone", "us-east-1a"),
        Map.entry("placement/availability-zone-id", "use1-az1"),
        Map.entry("placement/group-name", "batch"),
        Map.entry("placement/partition-number", "3"),
        Map.entry("placement/region", "us-east-1"),
        Map.entry("product-codes", "abc\ndef"),
        Map.entry("profile", "default-hvm"),
        Map.entry("public-hostname", "ec2-203-0-113-1.compute-1.amazonaws.com"),
        Map.entry("public-ipv4", "203.0.113.1"),
        Map.entry("ramdisk-id", "ari-1"),
        Map.entry("security-groups", "web\nssh"),
        Map.entry("services/domain", "amazonaws.com"),
        Map.entry("services/partition", "aws"),
        Map.entry("system", "nitro"),
        Map.entry("tags/instance/Name", "box"));
  }

  @ParameterizedTest
  @MethodSource("categories")
  void each_category_of_an_instance_that_has_everything_has_its_value(
      Map.Entry<String, String> category) {
    assertThat(launch(everything()).metaData(category.getKey())).isEqualTo(category.getValue());
  }

  @Test
  void values_that_are_ids_are_those_that_ec2_shows() {
    SimulatedInstance instance = account.launchInstance(everything());
    var metadata = new MetadataReader(instance);
    Instance described = described(instance.id());
    var network = described.networkInterfaces().get(0);
    String mac = "network/interfaces/macs/" + network.macAddress() + "/";

    assertThat(metadata.metaData("instance-id")).isEqualTo(instance.id());
    assertThat(metadata.metaData("placement/host-id")).startsWith("h-");
    assertThat(metadata.metaData(mac + "interface-id")).isEqualTo(network.networkInterfaceId());
    assertThat(metadata.metaData(mac + "subnet-id"))
        .isEqualTo(network.subnetId())
        .isEqualTo(described.subnetId());
    assertThat(metadata.metaData(mac + "vpc-id")).isEqualTo(described.vpcId());
    assertThat(metadata.metaData("local-hostname")).isEqualTo(described.privateDnsName());
    assertThat(metadata.metaData("public-ipv4")).isEqualTo(described.publicIpAddress());
    assertThat(metadata.metaData("security-groups").lines())
        .containsExactlyElementsOf(
            described.securityGroups().stream().map(group -> group.groupName()).toList());
    assertThat(metadata.metaData("public-keys/0/openssh-key"))
        .matches("ssh-rsa AAAAB3NzaC1yc2EAAAADAQAB[A-Za-z0-9+/]+=* my-key");
    assertThat(described.keyName()).isEqualTo("my-key");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ancestor-ami-ids",
        "autoscaling/target-lifecycle-state",
        "block-device-mapping/ephemeral0",
        "events/maintenance/history",
        "events/maintenance/scheduled",
        "events/recommendations/rebalance",
        "iam",
        "iam/info",
        "iam/security-credentials/",
        "ipv6",
        "kernel-id",
        "network/interfaces/macs/02:00:0a:00:00:04/ipv4-associations/",
        "network/interfaces/macs/02:00:0a:00:00:04/ipv6s",
        "placement/group-name",
        "placement/host-id",
        "placement/partition-number",
        "product-codes",
        "public-hostname",
        "public-ipv4",
        "public-keys/",
        "ramdisk-id",
        "spot/instance-action",
        "spot/termination-time",
        "tags/instance",
        "no-such-category"
      })
  void what_a_plain_instance_has_not_is_not_found(String category) {
    assertThat(launch(InstanceOptions.of()).metaDataStatus(category)).isEqualTo(404);
  }

  @Test
  void the_form_of_the_identity_that_nothing_documents_is_not_simulated() {
    assertThat(launch(everything()).status("/latest/dynamic/instance-identity/dsa2048"))
        .isEqualTo(404);
  }

  @Test
  void user_data_are_bytes_of_their_own_type_and_not_found_where_there_are_none() {
    MetadataReader metadata = launch(everything());
    assertThat(metadata.bytes("/latest/user-data")).isEqualTo(BINARY);
    assertThat(metadata.response("/latest/user-data").headers().firstValue("Content-Type"))
        .contains("application/octet-stream");

    MetadataReader plain = launch(InstanceOptions.of());
    assertThat(plain.status("/latest/user-data")).isEqualTo(404);
    assertThat(plain.text("/latest/")).isEqualTo("dynamic\nmeta-data");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> InstanceOptions.of().withUserData(new byte[16_385]))
        .withMessageContaining("16384");
  }

  @Test
  void in_process_clients_get_the_same_bytes() throws Exception {
    SimulatedInstance instance = account.launchInstance(everything());
    assertThat(
            account
                .exchange(
                    "GET",
                    instance.metadataEndpoint().getPath() + "/latest/user-data",
                    Map.of(),
                    new byte[0])
                .content())
        .isEqualTo(BINARY);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '>',
      value = {
        "/latest > dynamic,meta-data,user-data",
        "/latest/ > dynamic,meta-data,user-data",
        "/latest/dynamic/ > fws/,instance-identity/",
        "/latest/dynamic/instance-identity > document,pkcs7,rsa2048,signature",
        "/latest/meta-data/public-keys/ > 0=my-key",
        "/latest/meta-data/public-keys/0/ > openssh-key",
        "/latest/meta-data/network/interfaces/macs/ > 02:00:0a:00:00:04/",
        "/latest/meta-data/tags > instance/",
        "/latest/meta-data/tags/instance/ > Name",
        "/latest/meta-data/identity-credentials/ec2/ > info,security-credentials/",
        "/latest/meta-data/placement/ > availability-zone,availability-zone-id,group-name,host-id,"
            + "partition-number,region"
      })
  void directories_are_listed_a_name_a_line_and_a_slash_behind_each_directory(
      String path, String names) {
    assertThat(launch(everything()).text(path)).isEqualTo(names.replace(",", "\n"));
  }

  @Test
  void the_directory_of_all_categories_marks_directories() {
    assertThat(launch(everything()).metaData("").lines())
        .contains("ami-id", "events/", "network/", "public-keys/", "system", "tags/")
        .isSorted();
  }

  @Test
  void a_value_is_found_with_a_slash_behind_it_too() {
    MetadataReader metadata = launch(InstanceOptions.of());
    assertThat(metadata.metaData("instance-type/")).isEqualTo("t3.micro");
  }

  @Test
  void a_version_has_the_categories_that_it_had() {
    MetadataReader metadata = launch(everything());
    assertThat(metadata.text("/").lines())
        .startsWith("1.0", "2007-01-19")
        .contains("2021-03-23")
        .endsWith("latest");
    assertThat(metadata.text("/1.0/meta-data/local-ipv4")).isEqualTo("10.0.0.4");
    assertThat(metadata.status("/1.0/meta-data/tags/instance/Name")).isEqualTo(404);
    assertThat(metadata.status("/2021-01-03/meta-data/tags/")).isEqualTo(404);
    assertThat(metadata.text("/2021-03-23/meta-data/tags/instance/Name")).isEqualTo("box");
    assertThat(metadata.text("/2021-03-23/dynamic/instance-identity/document"))
        .contains("\"instanceType\" : \"t3.micro\"");
    assertThat(metadata.status("/2021-03-24/meta-data/")).isEqualTo(404);
  }

  @Test
  void the_identity_documents_signature_can_be_verified_offline() throws Exception {
    MetadataReader metadata = launch(everything());
    byte[] document = metadata.bytes("/latest/dynamic/instance-identity/document");
    byte[] signature =
        Base64.getMimeDecoder()
            .decode(metadata.text("/latest/dynamic/instance-identity/signature"));

    assertThat(verified(document, signature)).isTrue();
    document[document.length / 2] ^= 1;
    assertThat(verified(document, signature)).isFalse();
    account.identityCertificate().checkValidity();
  }

  private boolean verified(byte[] document, byte[] signature) throws Exception {
    Signature verifier = Signature.getInstance("SHA256withRSA");
    verifier.initVerify(account.identityCertificate());
    verifier.update(document);
    return verifier.verify(signature);
  }

  @Test
  void the_identity_document_has_the_documented_members() throws Exception {
    JsonNode document =
        new ObjectMapper()
            .readTree(launch(everything()).bytes("/latest/dynamic/instance-identity/document"));
    assertThat(document.properties())
        .extracting(Map.Entry::getKey)
        .containsExactly(
            "accountId",
            "architecture",
            "availabilityZone",
            "billingProducts",
            "devpayProductCodes",
            "marketplaceProductCodes",
            "imageId",
            "instanceId",
            "instanceType",
            "kernelId",
            "pendingTime",
            "privateIp",
            "ramdiskId",
            "region",
            "version");
    assertThat(document.path("marketplaceProductCodes")).hasSize(2);
    assertThat(document.path("kernelId").asText()).isEqualTo("aki-1");
    assertThat(document.path("billingProducts").isNull()).isTrue();
  }

  @Test
  void monitoring_is_told() {
    String path = "/latest/dynamic/fws/instance-monitoring";
    assertThat(launch(everything()).text(path)).isEqualTo("enabled");
    assertThat(launch(InstanceOptions.of()).text(path)).isEqualTo("disabled");
  }

  @Test
  void other_regions_have_their_own_names() {
    try (var other = SimulatedAccount.builder().region("ap-southeast-2").build()) {
      var metadata = new MetadataReader(other.launchInstance(InstanceOptions.of(Trait.PUBLIC_IP)));
      assertThat(metadata.metaData("local-hostname"))
          .isEqualTo("ip-10-0-0-4.ap-southeast-2.compute.internal");
      assertThat(metadata.metaData("public-hostname"))
          .isEqualTo("ec2-203-0-113-1.ap-southeast-2.compute.amazonaws.com");
      assertThat(metadata.metaData("placement/availability-zone-id")).isEqualTo("apse2-az1");
    }
  }

  @Test
  void tags_follow_ec2_while_they_are_enabled() {
    SimulatedInstance instance = account.launchInstance(InstanceOptions.of());
    var metadata = new MetadataReader(instance);
    assertThat(metadata.metaDataStatus("tags/")).isEqualTo(404);

    tagsInMetadata(instance, InstanceMetadataTagsState.ENABLED);
    assertThat(metadata.metaData("tags/instance")).isEmpty();
    tag(instance, "cost:centre", "a/b é");
    assertThat(metadata.metaData("tags/instance/cost:centre")).isEqualTo("a/b é");
    assertThat(metadata.metaData("tags/instance/cost%3Acentre")).isEqualTo("a/b é");
    tag(instance, "a+b", "1");
    assertThat(metadata.metaData("tags/instance/a+b")).isEqualTo("1");
    ec2.deleteTags(r -> r.resources(instance.id()).tags(Tag.builder().key("a+b").build()));
    assertThat(metadata.metaDataStatus("tags/instance/a+b")).isEqualTo(404);

    tagsInMetadata(instance, InstanceMetadataTagsState.DISABLED);
    assertThat(metadata.metaDataStatus("tags/instance/cost:centre")).isEqualTo(404);
  }

  @Test
  void a_key_that_cannot_be_a_path_is_refused_while_tags_are_in_the_metadata() {
    SimulatedInstance instance = account.launchInstance(InstanceOptions.of());
    tag(instance, "team/name", "blue");
    assertThatThrownBy(() -> tagsInMetadata(instance, InstanceMetadataTagsState.ENABLED))
        .isInstanceOfSatisfying(
            AwsServiceException.class,
            e ->
                assertThat(e.awsErrorDetails().errorMessage())
                    .startsWith("'team/name' is not a valid tag key. Tag keys must match pattern"));

    SimulatedInstance open = account.launchInstance(InstanceOptions.of(Trait.METADATA_TAGS));
    for (String key : List.of("a b", "_index", "..")) {
      assertThatThrownBy(() -> tag(open, key, "")).isInstanceOf(AwsServiceException.class);
    }
  }

  private void tag(SimulatedInstance instance, String key, String value) {
    ec2.createTags(
        r -> r.resources(instance.id()).tags(Tag.builder().key(key).value(value).build()));
  }

  private void tagsInMetadata(SimulatedInstance instance, InstanceMetadataTagsState state) {
    ec2.modifyInstanceMetadataOptions(r -> r.instanceId(instance.id()).instanceMetadataTags(state));
  }

  @Test
  void what_is_launched_through_ec2_tells_what_it_was_launched_with() {
    List<Instance> launched =
        ec2.runInstances(
                r ->
                    r.imageId("ami-1")
                        .minCount(2)
                        .maxCount(2)
                        .keyName("ops")
                        .securityGroupIds("sg-1")
                        .placement(p -> p.groupName("batch").partitionNumber(2))
                        .monitoring(m -> m.enabled(true))
                        .userData(Base64.getEncoder().encodeToString(BINARY))
                        .metadataOptions(o -> o.instanceMetadataTags("enabled"))
                        .tagSpecifications(
                            t ->
                                t.resourceType(ResourceType.INSTANCE)
                                    .tags(Tag.builder().key("Name").value("box").build())))
            .instances();
    var metadata = new MetadataReader(account.instance(launched.get(1).instanceId()));

    assertThat(metadata.metaData("ami-launch-index")).isEqualTo("1");
    assertThat(metadata.metaData("public-keys/")).isEqualTo("0=ops");
    assertThat(metadata.metaData("security-groups")).isEqualTo("sg-1");
    assertThat(metadata.metaData("placement/group-name")).isEqualTo("batch");
    assertThat(metadata.metaData("placement/partition-number")).isEqualTo("2");
    assertThat(metadata.metaData("tags/instance/Name")).isEqualTo("box");
    assertThat(metadata.bytes("/latest/user-data")).isEqualTo(BINARY);
    assertThat(metadata.text("/latest/dynamic/fws/instance-monitoring")).isEqualTo("enabled");
  }

  @ParameterizedTest
  @ValueSource(strings = {"!", "long"})
  void user_data_that_ec2_would_not_take_are_refused(String kind) {
    String data = kind.equals("long") ? Base64.getEncoder().encodeToString(new byte[16_385]) : "A";
    assertThatThrownBy(
            () -> ec2.runInstances(r -> r.imageId("ami-1").minCount(1).maxCount(1).userData(data)))
        .isInstanceOf(AwsServiceException.class);
    assertThat(Arrays.asList(ec2.describeInstances().reservations().toArray())).isEmpty();
  }

  private Instance described(String id) {
    return ec2.describeInstances(r -> r.instanceIds(id)).reservations().get(0).instances().get(0);
  }
}
