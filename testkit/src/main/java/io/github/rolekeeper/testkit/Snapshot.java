package io.github.rolekeeper.testkit;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What an account holds, as JSON: to begin with a known state, and to go on from one. Everything
 * that a person need not choose may be left out.
 *
 * @param firstProfileIds by name in small letters, the id of the first profile that had the name
 * @param launches by client token, the ids of the instances that it stands for
 * @param launchRequests by client token, what its first request asked for, as a digest
 * @param buckets by name, when they were created
 * @param timings those that differ from their defaults; what a builder is told itself is preferred
 * @param withoutRules those that are not followed
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Snapshot(
    @Nullable String time,
    @Nullable List<PolicyEntry> managedPolicies,
    @Nullable List<RoleEntry> roles,
    @Nullable List<ProfileEntry> instanceProfiles,
    @Nullable List<SessionEntry> sessions,
    @Nullable List<GroupEntry> autoScalingGroups,
    @Nullable List<InstanceEntry> instances,
    @Nullable List<TemplateEntry> launchTemplates,
    @Nullable Map<String, String> firstProfileIds,
    @Nullable Map<String, List<String>> launches,
    @Nullable Map<String, String> launchRequests,
    @Nullable Map<String, String> buckets,
    @Nullable Map<Timing, String> timings,
    @Nullable List<Rule> withoutRules) {

  /**
   * A managed policy of the account.
   *
   * @param document what it says; of its default version
   * @param versions all of them, if it has another than its first
   * @param defaultVersion the number of the one in force
   * @param nextVersion the number of the next one
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record PolicyEntry(
      @Nullable String name,
      @Nullable String id,
      @Nullable String path,
      @Nullable String created,
      @Nullable String document,
      @Nullable String description,
      @Nullable Map<String, String> tags,
      @Nullable List<PolicyVersionEntry> versions,
      @Nullable Integer defaultVersion,
      @Nullable Integer nextVersion) {}

  /** A version of a managed policy. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record PolicyVersionEntry(
      @Nullable Integer number, @Nullable String document, @Nullable String created) {}

  /**
   * A role; one that says neither its inline nor its attached policies may do everything, as one
   * made for a test should.
   *
   * @param trustedRoles ids of the roles that the trust policy named when it was written, by ARN
   * @param deleted true for a role that IAM does not show: one that is gone and is known to
   *     sessions or trust policies only, or an instance's own
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record RoleEntry(
      @Nullable String name,
      @Nullable String id,
      @Nullable String path,
      @Nullable String created,
      @Nullable String description,
      @Nullable String maxSession,
      @Nullable String trustPolicy,
      @Nullable Map<String, String> trustedRoles,
      @Nullable Map<String, String> inlinePolicies,
      @Nullable List<String> attachedPolicies,
      @Nullable String permissionsBoundary,
      @Nullable Map<String, String> tags,
      @Nullable Boolean deleted) {}

  @JsonInclude(JsonInclude.Include.NON_NULL)
  record ProfileEntry(
      @Nullable String name,
      @Nullable String id,
      @Nullable String path,
      @Nullable String created,
      @Nullable String role,
      @Nullable Boolean knownToEc2,
      @Nullable Map<String, String> tags) {}

  /**
   * Temporary credentials. They open nothing but simulated accounts.
   *
   * @param role the id of a role
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record SessionEntry(
      @Nullable String accessKeyId,
      @Nullable String secretAccessKey,
      @Nullable String sessionToken,
      @Nullable String role,
      @Nullable String name,
      @Nullable String instanceProfileId,
      @Nullable String issued,
      @Nullable String expiration,
      @Nullable List<PolicyEvaluator.Policy> policies,
      @Nullable Boolean revoked) {

    @Override
    public String toString() {
      return "SessionEntry[" + name + " until " + expiration + "]";
    }
  }

  @JsonInclude(JsonInclude.Include.NON_NULL)
  record GroupEntry(
      @Nullable String name,
      @Nullable String created,
      int minSize,
      int maxSize,
      int desiredCapacity,
      @Nullable Map<String, String> launch,
      @Nullable Map<String, String> tags) {}

  /**
   * {@code profile} names one of {@code instanceProfiles}; {@code association} can be a stale one.
   * Without {@code metadata} the instance is as if it had just been started. {@code userData} is in
   * Base64, as is {@code tokenKey}, by which the metadata service knows its own tokens again.
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record InstanceEntry(
      @Nullable String id,
      @Nullable String imageId,
      @Nullable String type,
      @Nullable String profile,
      @Nullable AssociationEntry association,
      @Nullable List<String> formerAssociations,
      @Nullable String state,
      @Nullable String launched,
      @Nullable String stopped,
      @Nullable String stopAsked,
      @Nullable Integer starts,
      @Nullable String reservationId,
      @Nullable String networkInterfaceId,
      @Nullable List<InstanceOptions.Trait> traits,
      @Nullable Boolean tokensRequired,
      @Nullable MetadataEntry metadataOptions,
      @Nullable Boolean stopProtected,
      @Nullable Boolean terminationProtected,
      @Nullable MemberEntry autoScaling,
      @Nullable Map<InstanceOptions.Detail, String> details,
      @Nullable List<InstanceOptions.SecurityGroup> securityGroups,
      @Nullable String userData,
      @Nullable Integer launchIndex,
      @Nullable NoticesEntry notices,
      InstanceMetadata.@Nullable Shown metadata,
      @Nullable String tokenKey,
      @Nullable Map<String, String> tags) {

    @Override
    public String toString() {
      return "InstanceEntry[" + id + "]";
    }
  }

  /** What it does not say is as it is by default. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record MetadataEntry(
      @Nullable Boolean enabled,
      @Nullable Integer hopLimit,
      @Nullable Boolean tagsEnabled,
      @Nullable Boolean ipv6Enabled) {}

  record MemberEntry(@Nullable String group, @Nullable String lifecycleState) {}

  @JsonInclude(JsonInclude.Include.NON_NULL)
  record AssociationEntry(
      @Nullable String id,
      @Nullable String profileArn,
      @Nullable String profileId,
      @Nullable String since) {}

  @JsonInclude(JsonInclude.Include.NON_NULL)
  record TemplateEntry(
      @Nullable String id,
      @Nullable String name,
      @Nullable String created,
      @Nullable String createdBy,
      @Nullable Map<String, String> tags,
      @Nullable Long defaultVersion,
      @Nullable Long numbered,
      @Nullable List<VersionEntry> versions) {}

  /**
   * {@code request} is what the request with {@code token} asked for, as a digest; {@code data} has
   * the flat names of the Query protocol, as in {@code IamInstanceProfile.Arn}.
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record VersionEntry(
      long number,
      @Nullable String description,
      @Nullable String created,
      @Nullable String createdBy,
      @Nullable String token,
      @Nullable String request,
      @Nullable Map<String, String> data) {}

  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  /**
   * Reads one.
   *
   * @throws IllegalArgumentException if the text is none
   */
  static Snapshot read(String json) {
    try {
      Snapshot read = JSON.readValue(json, Snapshot.class);
      if (read == null) {
        throw new IllegalArgumentException("the seed is null; it must be an object");
      }
      return read;
    } catch (UnrecognizedPropertyException e) {
      throw new IllegalArgumentException(
          "the seed has the unknown member "
              + where(e)
              + "; known there are "
              + e.getKnownPropertyIds().stream()
                  .map(Object::toString)
                  .sorted()
                  .collect(Collectors.joining(", ")),
          e);
    } catch (JsonMappingException e) {
      throw new IllegalArgumentException(
          "the seed cannot be read at " + where(e) + ": " + e.getOriginalMessage(), e);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("the seed is no JSON: " + e.getOriginalMessage(), e);
    }
  }

  private static String where(JsonMappingException e) {
    return e.getPath().isEmpty()
        ? "its beginning"
        : e.getPath().stream()
            .map(
                each ->
                    each.getFieldName() == null
                        ? "[" + each.getIndex() + "]"
                        : "." + each.getFieldName())
            .collect(Collectors.joining())
            .substring(1);
  }

  String json() {
    try {
      return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("texts can always be written", e);
    }
  }

  /** Takes one; called with the world's lock held. */
  static Snapshot of(World world) {
    return new Capture(world).snapshot();
  }

  /**
   * Fills a world that nobody uses yet.
   *
   * @throws IllegalArgumentException if the state contradicts itself
   */
  void restore(World world, MutableClock clock) {
    synchronized (world) {
      new Restoration(this, world).begin(clock);
    }
  }
}
