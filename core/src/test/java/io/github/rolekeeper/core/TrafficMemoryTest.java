package io.github.rolekeeper.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a tracker makes of the calls of an application. */
class TrafficMemoryTest {
  private static final String KEY = "ASIAEXAMPLE000000001";
  private static final String NEXT = "ASIAEXAMPLE000000002";

  private final ScriptedSource source = new ScriptedSource();
  private final List<CredentialEventType> events = new ArrayList<>();
  private final AtomicInteger holding = new AtomicInteger();
  private Instant now = Sets.NOON;
  private final CredentialTracker tracker =
      CredentialTracker.builder(source)
          .clock(() -> now)
          .listenerExecutor(Runnable::run)
          .listener(event -> events.add(event.type()))
          .build();

  @Test
  void two_denied_actions_that_this_session_performed_before_raise_the_suspicion_at_once() {
    serve(KEY);
    succeeds(KEY, "S3:ListBuckets");
    succeeds(KEY, "IAM:GetRole");
    denied(KEY, "S3:ListBuckets");
    assertThat(suspected()).isFalse();

    denied(KEY, "IAM:GetRole");

    assertThat(suspected()).isTrue();
    assertThat(tracker.snapshot().state()).isEqualTo(CredentialState.VALID);
    assertThat(events).endsWith(CredentialEventType.REVOCATION_SUSPECTED);
  }

  @Test
  void the_same_action_denied_again_and_again_is_no_revocation() {
    serve(KEY);
    succeeds(KEY, "S3:ListBuckets");
    succeeds(KEY, "IAM:GetRole");
    denied(KEY, "S3:ListBuckets");
    denied(KEY, "S3:ListBuckets");
    denied(KEY, "S3:ListBuckets");

    assertThat(suspected()).isFalse();
  }

  @Test
  void actions_that_were_never_performed_or_by_another_session_do_not_count() {
    serve(NEXT);
    succeeds(KEY, "S3:ListBuckets");
    succeeds(KEY, "IAM:GetRole");
    denied(NEXT, "S3:ListBuckets");
    denied(NEXT, "IAM:GetRole");
    denied(NEXT, "EC2:DescribeInstances");

    assertThat(suspected()).isFalse();
  }

  @Test
  void a_new_session_clears_the_suspicion_and_a_late_call_of_the_old_one_does_not_renew_it() {
    revoke(KEY);

    serve(NEXT);
    denied(KEY, "S3:ListBuckets");

    assertThat(suspected()).isFalse();
  }

  @Test
  void an_action_that_succeeds_again_clears_the_suspicion() {
    revoke(KEY);

    succeeds(KEY, "IAM:GetRole");

    assertThat(suspected()).isFalse();
  }

  @Test
  void any_other_action_that_succeeds_disproves_it_except_one_that_needs_no_permission() {
    serve(KEY);
    succeeds(KEY, "DynamoDB:GetItem");
    revoke(KEY);

    succeeds(KEY, "STS:GetCallerIdentity");
    assertThat(suspected()).isTrue();
    succeeds(KEY, "DynamoDB:GetItem");

    assertThat(suspected()).isFalse();
    assertThat(events).endsWith(CredentialEventType.REVOCATION_CLEARED);
    denied(KEY, "S3:ListBuckets");
    assertThat(suspected()).as("two denials since then are needed").isFalse();
    denied(KEY, "DynamoDB:GetItem");
    assertThat(suspected()).isTrue();
  }

  @Test
  @Timeout(120) // against a hang only
  void a_failed_call_that_tells_nothing_new_waits_for_nobody() throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch leave = new CountDownLatch(1);
    Thread[] holder = new Thread[1];
    CredentialTracker busy =
        CredentialTracker.builder(source)
            .clock(
                () -> {
                  // The second reading of a report is under the lock.
                  if (Thread.currentThread() == holder[0] && holding.getAndIncrement() > 0) {
                    inside.countDown();
                    awaitOf(leave);
                  }
                  return now;
                })
            .build();
    source.serves(Sets.issued(KEY, now, Duration.ofHours(6)));
    busy.poll();
    holder[0] = new Thread(() -> busy.report(success(KEY, "S3:ListBuckets")));
    holder[0].start();
    inside.await();

    Thread caller =
        new Thread(
            () -> {
              busy.report(denial(KEY, "IAM:GetRole"));
              busy.report(failure(KEY, "S3:ListBuckets", "SlowDown", 503));
            });
    caller.start();
    caller.join(60_000); // only a failure takes that long
    boolean waited = caller.isAlive();
    leave.countDown();
    caller.join();
    holder[0].join();

    assertThat(waited).isFalse();
  }

  private static void awaitOf(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void an_identity_that_is_refused_as_such_is_not_one_that_was_revoked() {
    revoke(KEY);
    fails(KEY, "STS:GetCallerIdentity", "InvalidClientTokenId", 403);
    assertThat(suspected()).isFalse();

    denied(KEY, "S3:ListBuckets");
    denied(KEY, "IAM:GetRole");
    assertThat(suspected()).isTrue();
    now = Sets.NOON.plus(Duration.ofHours(6));
    assertThat(suspected()).as("expired").isFalse();
  }

  @Test
  void throttled_calls_tell_nothing() {
    serve(KEY);
    succeeds(KEY, "S3:ListBuckets");
    succeeds(KEY, "IAM:GetRole");
    fails(KEY, "S3:ListBuckets", "SlowDown", 503);
    fails(KEY, "IAM:GetRole", "Throttling", 400);

    assertThat(suspected()).isFalse();
  }

  @Test
  void an_expiration_that_the_source_does_not_give_is_learnt_from_a_service() {
    source.serves(Sets.withoutExpiration(KEY));
    tracker.poll();
    now = Sets.NOON.plus(Duration.ofHours(1));

    fails(KEY, "S3:ListBuckets", "ExpiredToken", 400);

    assertThat(tracker.snapshot().state()).isEqualTo(CredentialState.EXPIRED);
    assertThat(tracker.snapshot().flags()).doesNotContain(CredentialFlag.EXPIRY_UNKNOWN);
    assertThat(events).endsWith(CredentialEventType.EXPIRED);
    now = Sets.NOON.plus(Duration.ofHours(2));
    assertThat(tracker.poll().state())
        .as("the source serves them still")
        .isEqualTo(CredentialState.EXPIRED);
    assertThat(tracker.snapshot().flags()).contains(CredentialFlag.SERVED_PAST_EXPIRY);
    source.serves(Sets.withoutExpiration(NEXT));
    assertThat(tracker.poll().state()).isEqualTo(CredentialState.VALID);
    assertThat(events).endsWith(CredentialEventType.RECOVERED);
  }

  @Test
  void the_first_word_of_the_expiration_stays_and_a_doubtful_one_is_none() {
    source.serves(Sets.withoutExpiration(KEY));
    tracker.poll();
    fails(KEY, "EC2:DescribeInstances", "RequestExpired", 400);
    assertThat(tracker.snapshot().state()).as("or a wrong clock").isEqualTo(CredentialState.VALID);

    now = Sets.NOON.plus(Duration.ofHours(1));
    fails(KEY, "S3:ListBuckets", "ExpiredToken", 400);
    now = Sets.NOON.plus(Duration.ofHours(2));
    fails(KEY, "S3:ListBuckets", "ExpiredToken", 400);

    assertThat(tracker.poll().credentials().orElseThrow().expiration())
        .contains(Sets.NOON.plus(Duration.ofHours(1)));
  }

  @Test
  void a_session_that_a_service_accepts_again_has_not_expired() {
    source.serves(Sets.withoutExpiration(KEY));
    tracker.poll();
    succeeds(KEY, "S3:ListBuckets");
    fails(KEY, "S3:ListBuckets", "ExpiredToken", 400);
    assertThat(tracker.poll().state()).isEqualTo(CredentialState.EXPIRED);

    succeeds(KEY, "S3:ListBuckets");

    assertThat(tracker.poll().state()).isEqualTo(CredentialState.VALID);
    assertThat(tracker.snapshot().flags()).containsExactly(CredentialFlag.EXPIRY_UNKNOWN);
  }

  @Test
  void an_ambiguous_refusal_of_the_identity_leaves_the_suspicion() {
    revoke(KEY);

    fails(KEY, "EC2:DescribeInstances", "AuthFailure", 403);

    assertThat(suspected()).isTrue();
  }

  @Test
  void an_expiration_that_the_source_gives_is_not_displaced() {
    serve(KEY);

    fails(KEY, "S3:ListBuckets", "ExpiredToken", 400);

    assertThat(tracker.snapshot().state()).isEqualTo(CredentialState.VALID);
  }

  @Test
  void an_expired_session_of_another_key_says_nothing_of_this_one() {
    source.serves(Sets.withoutExpiration(NEXT));
    tracker.poll();

    fails(KEY, "S3:ListBuckets", "ExpiredToken", 400);

    assertThat(tracker.snapshot().state()).isEqualTo(CredentialState.VALID);
  }

  @Test
  void the_skew_of_the_calls_makes_the_clock_suspect() {
    tracker.report(
        new CallReport(KEY, "S3:ListBuckets", Optional.empty(), Optional.of(Duration.ofHours(1))));

    assertThat(tracker.snapshot().flags()).contains(CredentialFlag.CLOCK_SUSPECT);
    tracker.report(
        new CallReport(KEY, "S3:ListBuckets", Optional.empty(), Optional.of(Duration.ZERO)));
    assertThat(tracker.snapshot().flags()).doesNotContain(CredentialFlag.CLOCK_SUSPECT);
  }

  @Test
  void a_call_that_tells_nothing_new_makes_no_new_memory() {
    TrafficMemory memory =
        TrafficMemory.empty().after(success(KEY, "S3:ListBuckets"), now, Optional.empty());

    assertThat(memory.after(success(KEY, "S3:ListBuckets"), now, Optional.empty()))
        .isSameAs(memory);
    assertThat(memory.after(denial(KEY, "IAM:GetRole"), now, Optional.empty())).isSameAs(memory);
  }

  @Test
  void the_memory_is_bounded_whatever_is_called_by_however_many_sessions() {
    TrafficMemory memory = TrafficMemory.empty();
    for (int key = 0; key < 50; key++) {
      for (int action = 0; action < 200; action++) {
        memory =
            memory.after(success("ASIA" + key, "S3:Action" + action), now, Optional.of("ASIA7"));
      }
    }

    assertThat(memory.keys()).hasSize(TrafficMemory.MAX_KEYS);
    assertThat(memory.keys())
        .allSatisfy(key -> assertThat(key.performed()).hasSize(KeyTraffic.MAX_ACTIONS));
    assertThat(memory.keys())
        .extracting(KeyTraffic::accessKeyId)
        .containsExactly("ASIA49", "ASIA48", "ASIA47", "ASIA7");
  }

  private void revoke(String key) {
    serve(key);
    succeeds(key, "S3:ListBuckets");
    succeeds(key, "IAM:GetRole");
    denied(key, "S3:ListBuckets");
    denied(key, "IAM:GetRole");
    assertThat(suspected()).isTrue();
  }

  private void serve(String key) {
    source.serves(Sets.issued(key, Sets.NOON, Duration.ofHours(6)));
    tracker.poll();
  }

  private boolean suspected() {
    return tracker.snapshot().flags().contains(CredentialFlag.SUSPECTED_REVOKED);
  }

  private void succeeds(String key, String action) {
    tracker.report(success(key, action));
  }

  private void denied(String key, String action) {
    tracker.report(denial(key, action));
  }

  private void fails(String key, String action, String code, int status) {
    tracker.report(failure(key, action, code, status));
  }

  private static CallReport success(String key, String action) {
    return new CallReport(key, action, Optional.empty(), Optional.empty());
  }

  private static CallReport denial(String key, String action) {
    return failure(key, action, "AccessDenied", 403);
  }

  private static CallReport failure(String key, String action, String code, int status) {
    return failure(key, action, code, status, "");
  }

  private static CallReport failure(
      String key, String action, String code, int status, String text) {
    AwsFailure failure =
        new AwsFailure(
            "", action, code, status, text, Optional.empty(), Optional.empty(), Optional.empty());
    return new CallReport(key, action, Optional.of(failure), Optional.empty());
  }

  @Test
  void calls_of_other_sessions_do_not_bring_a_dead_one_back() {
    source.serves(Sets.withoutExpiration(KEY));
    tracker.poll();
    succeeds(KEY, "S3:ListBuckets");
    fails(KEY, "S3:ListBuckets", "ExpiredToken", 400);
    othersCall();

    assertThat(tracker.poll().state()).isEqualTo(CredentialState.EXPIRED);
    assertThat(events).doesNotContain(CredentialEventType.RECOVERED);
  }

  @Test
  void calls_of_other_sessions_clear_no_suspicion() {
    revoke(KEY);
    othersCall();

    assertThat(suspected()).isTrue();
    assertThat(events).doesNotContain(CredentialEventType.REVOCATION_CLEARED);
  }

  @Test
  void a_revocation_is_suspected_among_the_calls_of_however_many_other_sessions() {
    serve(KEY);
    for (String action : List.of("S3:ListBuckets", "IAM:GetRole")) {
      othersCall();
      succeeds(KEY, action);
    }
    for (String action : List.of("S3:ListBuckets", "IAM:GetRole")) {
      othersCall();
      denied(KEY, action);
    }

    assertThat(suspected()).isTrue();
  }

  private void othersCall() {
    for (int other = 0; other < 5; other++) {
      succeeds("ASIATENANT000000000" + other, "S3:GetObject");
    }
  }

  @Test
  void what_may_be_no_denial_of_the_session_does_not_count() {
    serve(KEY);
    for (String action : List.of("S3:HeadObject", "S3:GetObject", "EC2:A", "EC2:B", "SQS:C")) {
      succeeds(KEY, action);
    }
    fails(KEY, "S3:HeadObject", "", 403);
    fails(KEY, "SQS:C", "KmsAccessDenied", 400);
    for (String action : List.of("EC2:A", "EC2:B")) {
      String text = "Not authorized for images: [ami-03a5b89a2fbe7dd3d]";
      tracker.report(failure(KEY, action, "AuthFailure", 400, text));
    }
    denied(KEY, "S3:GetObject");

    assertThat(suspected()).as("one denial that is sure").isFalse();
  }

  @Test
  void an_explicit_denial_is_sure_to_be_one_although_it_is_no_sure_revocation() {
    serve(KEY);
    String text = "not authorized to perform: x with an explicit deny in an identity-based policy";
    for (String action : List.of("S3:ListBuckets", "IAM:GetRole")) {
      succeeds(KEY, action);
    }
    for (String action : List.of("S3:ListBuckets", "IAM:GetRole")) {
      tracker.report(failure(KEY, action, "AccessDenied", 403, text));
    }

    assertThat(suspected()).isTrue();
  }

  @Test
  void a_success_between_two_denials_parts_them_and_time_does_not() {
    serve(KEY);
    for (String action : List.of("S3:GetObject", "S3:PutObject", "SQS:SendMessage")) {
      succeeds(KEY, action);
    }
    denied(KEY, "S3:GetObject");
    succeeds(KEY, "SQS:SendMessage");
    denied(KEY, "S3:PutObject");
    assertThat(suspected()).isFalse();

    now = Sets.NOON.plus(Duration.ofHours(2));
    denied(KEY, "S3:GetObject");
    assertThat(suspected()).isTrue();
  }
}
