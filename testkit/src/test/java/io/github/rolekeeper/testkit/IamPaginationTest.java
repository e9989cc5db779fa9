package io.github.rolekeeper.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.rolekeeper.testkit.awssdk.SdkClients;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.InstanceProfile;
import software.amazon.awssdk.services.iam.model.ListInstanceProfilesResponse;
import software.amazon.awssdk.services.iam.model.ManagedPolicyDetail;
import software.amazon.awssdk.services.iam.model.RoleDetail;

/** Listings of IAM in pages, through the AWS SDK and its paginators. */
class IamPaginationTest {
  private static final int LIMIT = 7;

  private SimulatedAccount account;
  private IamClient iam;

  @BeforeEach
  void open() {
    account = SimulatedAccount.builder().pageLimit(LIMIT).build();
    iam = SdkClients.administrator(account).build(IamClient.builder());
  }

  @AfterEach
  void close() {
    iam.close();
    account.close();
  }

  private List<String> createProfiles(int count) {
    List<String> names = IntStream.range(0, count).mapToObj("profile-%02d"::formatted).toList();
    names.forEach(name -> account.createInstanceProfile(name, name + "-role"));
    return names;
  }

  @Test
  void iam_may_return_fewer_than_asked_for() {
    createProfiles(10);

    ListInstanceProfilesResponse page = iam.listInstanceProfiles(r -> r.maxItems(1000));

    assertThat(page.instanceProfiles()).hasSize(LIMIT);
    assertThat(page.isTruncated()).isTrue();
    assertThat(page.marker()).isNotBlank();
  }

  @Test
  void without_a_limit_a_page_holds_a_hundred_unless_asked_otherwise() {
    try (var roomy = SimulatedAccount.create();
        var client = SdkClients.administrator(roomy).build(IamClient.builder())) {
      IntStream.range(0, 101).forEach(i -> roomy.createInstanceProfile("p" + i, "role"));

      assertThat(client.listInstanceProfiles().instanceProfiles()).hasSize(100);
      assertThat(client.listInstanceProfiles(r -> r.maxItems(101)))
          .satisfies(
              page -> {
                assertThat(page.instanceProfiles()).hasSize(101);
                assertThat(page.isTruncated()).isFalse();
                assertThat(page.marker()).isNull();
              });
    }
  }

  @Test
  void the_paginators_see_everything_once() {
    List<String> names = createProfiles(20);
    List<String> roles = names.stream().map(name -> name + "-role").toList();
    iam.attachRolePolicy(
        r -> r.roleName(roles.get(0)).policyArn("arn:aws:iam::aws:policy/ReadOnlyAccess"));

    assertThat(iam.listInstanceProfilesPaginator().instanceProfiles())
        .extracting(InstanceProfile::instanceProfileName)
        .containsExactlyElementsOf(names);
    assertThat(iam.listRolesPaginator().roles()).hasSize(20);
    var pages = iam.getAccountAuthorizationDetailsPaginator(r -> {});
    assertThat(pages.stream().flatMap(page -> page.roleDetailList().stream()))
        .extracting(RoleDetail::roleName)
        .containsExactlyInAnyOrderElementsOf(roles);
    assertThat(pages.stream().flatMap(page -> page.policies().stream()))
        .extracting(ManagedPolicyDetail::policyName)
        .containsExactly("ReadOnlyAccess");
    assertThat(pages.stream().count()).isEqualTo(3);
  }

  @Test
  void policies_and_tags_are_listed_in_pages_too() {
    createProfiles(1);
    String role = "profile-00-role";
    IntStream.range(0, 20)
        .forEach(
            i ->
                iam.putRolePolicy(
                    r ->
                        r.roleName(role)
                            .policyName("policy-" + i)
                            .policyDocument(
                                """
                                {"Statement":{"Effect":"Deny","Action":"a:B","Resource":"*"}}""")));
    IntStream.range(0, 20)
        .forEach(i -> iam.tagRole(r -> r.roleName(role).tags(t -> t.key("k" + i).value("v"))));

    assertThat(iam.listRolePoliciesPaginator(r -> r.roleName(role)).policyNames()).hasSize(21);
    assertThat(iam.listRoleTagsPaginator(r -> r.roleName(role)).tags()).hasSize(20);
    assertThat(iam.listPoliciesPaginator(r -> r.scope("AWS")).policies())
        .hasSizeGreaterThan(LIMIT)
        .doesNotHaveDuplicates();
  }

  @Test
  void what_stays_is_neither_lost_nor_repeated_when_others_come_and_go() {
    List<String> names = createProfiles(20);
    var seen = new ArrayList<String>();
    String marker = null;
    int page = 0;
    do {
      String next = marker;
      ListInstanceProfilesResponse response = iam.listInstanceProfiles(r -> r.marker(next));
      response.instanceProfiles().forEach(each -> seen.add(each.instanceProfileName()));
      marker = response.marker();
      if (page++ == 0) {
        // Also the very entry on which the marker stands.
        account.deleteInstanceProfile("profile-02");
        account.deleteInstanceProfile("profile-06");
        account.createInstanceProfile("profile-00-new", "role");
        account.createInstanceProfile("profile-10-new", "role");
      }
    } while (marker != null);

    assertThat(seen)
        .doesNotHaveDuplicates()
        .containsAll(names)
        .contains("profile-10-new")
        .doesNotContain("profile-00-new");
  }

  @Test
  void a_path_prefix_narrows_a_listing() {
    createProfiles(3);
    iam.createInstanceProfile(r -> r.instanceProfileName("deep").path("/a/b/"));

    assertThat(iam.listInstanceProfiles(r -> r.pathPrefix("/a/")).instanceProfiles())
        .extracting(InstanceProfile::instanceProfileName)
        .containsExactly("deep");
  }

  @ParameterizedTest
  @ValueSource(strings = {"garbage", "%%%", "AAAA", "MQBMaXN0"})
  void a_marker_that_iam_has_not_issued_is_refused(String marker) {
    AwsServiceException refusal =
        catchThrowableOfType(
            AwsServiceException.class, () -> iam.listInstanceProfiles(r -> r.marker(marker)));

    assertThat(refusal.awsErrorDetails().errorCode()).isEqualTo("ValidationError");
    assertThat(refusal.statusCode()).isEqualTo(400);
  }

  @Test
  void the_marker_of_another_listing_is_refused() {
    createProfiles(10);
    String marker = iam.listRoles().marker();

    assertThat(
            catchThrowableOfType(
                    AwsServiceException.class,
                    () -> iam.listInstanceProfiles(r -> r.marker(marker)))
                .awsErrorDetails()
                .errorCode())
        .isEqualTo("ValidationError");
  }

  @Test
  void a_page_limit_of_none_makes_no_sense() {
    assertThatThrownBy(() -> SimulatedAccount.builder().pageLimit(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("page limit 0 must be one or more");
  }

  @Test
  void names_that_differ_in_their_case_alone_are_on_different_pages() {
    createProfiles(1);
    String role = "profile-00-role";
    for (String name : List.of("in", "IN", "p")) {
      iam.putRolePolicy(
          r ->
              r.roleName(role)
                  .policyName(name)
                  .policyDocument(
                      """
                      {"Statement":{"Effect":"Deny","Action":"a:B","Resource":"*"}}"""));
    }

    assertThat(iam.listRolePoliciesPaginator(r -> r.roleName(role).maxItems(1)).policyNames())
        .containsExactlyInAnyOrder("administrator", "in", "IN", "p");
  }
}
