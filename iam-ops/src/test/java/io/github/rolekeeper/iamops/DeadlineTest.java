package io.github.rolekeeper.iamops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.rolekeeper.core.InstanceId;
import io.github.rolekeeper.imds.InstanceMetadataClient;
import io.github.rolekeeper.testkit.Fault;
import io.github.rolekeeper.testkit.SimulatedAccount;
import io.github.rolekeeper.testkit.awssdk.SdkClients;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/** How long a diagnosis may take. */
@Timeout(120)
class DeadlineTest {
  private SimulatedAccount account;
  private InstanceId id;
  private Ec2Client ec2;
  private IamClient iam;
  private final List<SdkAutoCloseable> clients = new ArrayList<>();

  @BeforeEach
  void launch() {
    account = SimulatedAccount.create();
    account.createInstanceProfile("web", "web-role");
    id = InstanceId.of(account.launchInstance("web").id());
    ec2 = closed(SdkClients.administrator(account).build(Ec2Client.builder()));
    iam = closed(SdkClients.administrator(account).build(IamClient.builder()));
  }

  @AfterEach
  void close() {
    clients.forEach(SdkAutoCloseable::close);
    account.close();
  }

  @Test
  void an_endpoint_that_never_answers_ends_in_an_exception_at_the_deadline() {
    account.inject(Fault.noAnswer().on("GetInstanceProfile"));
    InstanceProfileOps ops = builder().deadline(Duration.ofMillis(500)).build();

    assertThatThrownBy(() -> ops.diagnose(id))
        .isInstanceOfSatisfying(
            InstanceProfileOpsException.class, e -> assertThat(e.code()).isEmpty())
        .hasMessageContaining(id.value())
        .hasMessageContaining("within 500 ms")
        .hasMessageContaining("deadline(…)");
  }

  @Test
  void plans_and_diagnoses_by_profile_and_role_end_at_the_deadline_too() {
    account.inject(
        Fault.noAnswer()
            .on("GetInstanceProfile", "DescribeInstances", "ListInstanceProfilesForRole"));
    InstanceProfileOps ops = builder().deadline(Duration.ofMillis(300)).build();

    assertThatThrownBy(() -> ops.plan(RepairTarget.forInstance(id).build()))
        .isInstanceOf(InstanceProfileOpsException.class)
        .hasMessageContaining("plan for " + id)
        .hasMessageContaining("within 300 ms");
    assertThatThrownBy(() -> ops.diagnoseProfile("web"))
        .isInstanceOf(InstanceProfileOpsException.class)
        .hasMessageContaining("instance profile web got no answer");
    assertThatThrownBy(() -> ops.diagnoseRole("web-role"))
        .isInstanceOf(InstanceProfileOpsException.class)
        .hasMessageContaining("role web-role got no answer");
  }

  @Test
  void a_metadata_service_that_is_too_slow_is_unknown_and_the_rest_is_told() {
    account.deleteInstanceProfile("web");
    account.inject(Fault.noAnswer().on("imds:*"));
    try (InstanceMetadataClient metadata = slowClient()) {
      InstanceDiagnosis diagnosis = inTime(metadata, ops -> ops.diagnose(id));
      RepairPlan plan =
          inTime(metadata, ops -> ops.plan(RepairTarget.forInstance(id).role("web-role").build()));

      assertThat(diagnosis.has(FindingType.PROFILE_DELETED)).isTrue();
      assertThat(diagnosis.unknowns()).singleElement().asString().contains("the deadline of ");
      assertThat(plan.diagnosis().unknowns())
          .singleElement()
          .asString()
          .contains("the deadline of ");
      assertThat(plan.steps()).hasSize(3);
    }
  }

  /**
   * What is told within the first of ever longer deadlines that leaves AWS the time to answer: how
   * long that is depends on the machine.
   */
  private <T> T inTime(InstanceMetadataClient metadata, Function<InstanceProfileOps, T> told) {
    Duration deadline = Duration.ofSeconds(1);
    while (true) {
      try {
        return told.apply(builder().metadata(metadata).deadline(deadline).build());
      } catch (InstanceProfileOpsException late) {
        assertThat(late).hasMessageContaining("got no answer from AWS within");
        deadline = deadline.multipliedBy(2);
      }
    }
  }

  /** Whatever the deadline: its own time-out is longer. */
  private InstanceMetadataClient slowClient() {
    return Metadata.builder(account.instance(id.value()).metadataEndpoint())
        .readTimeout(Duration.ofHours(1))
        .timeout(Duration.ofHours(1))
        .build();
  }

  @Test
  void what_does_not_depend_on_each_other_is_read_at_the_same_time() {
    InstanceProfileOps ops = meeting().build();

    assertThat(ops.diagnoseDeeply(RepairTarget.forInstance(id).build()).unknowns())
        .as("a read that met nobody has failed")
        .singleElement()
        .asString()
        .contains("no metadata client");
  }

  @Test
  void an_executor_with_one_thread_makes_a_diagnosis_slower_and_no_more() {
    ExecutorService one = Executors.newSingleThreadExecutor();
    try {
      assertThat(builder().executor(one).build().diagnose(id).healthy()).isTrue();
    } finally {
      one.shutdownNow();
    }
  }

  @Test
  void the_deadline_interrupts_what_is_still_read_and_leaves_no_thread_behind() throws Exception {
    var hangs = new Hangs("GetInstanceProfile");
    IamClient hanging =
        closed(
            SdkClients.administrator(account)
                .build(
                    IamClient.builder()
                        .overrideConfiguration(o -> o.addExecutionInterceptor(hangs))));
    InstanceProfileOps ops =
        InstanceProfileOps.builder(ec2, hanging).deadline(Duration.ofMillis(1500)).build();
    var ofTheDiagnosis = new ThreadGroup("the diagnosis"); // other tests have such threads too
    var diagnosis = new FutureTask<>(() -> catchThrowable(() -> ops.diagnose(id)));
    new Thread(ofTheDiagnosis, diagnosis).start();
    assertThat(diagnosis.get()).isInstanceOf(InstanceProfileOpsException.class);

    for (Thread each : Thread.getAllStackTraces().keySet()) {
      if (ofTheDiagnosis.equals(each.getThreadGroup())
          && each.getName().equals("rolekeeper-read")) {
        assertThat(each.isDaemon()).isTrue();
        each.join(); // nothing but an interrupt ends what hangs
      }
    }
  }

  private record Hangs(String request) implements ExecutionInterceptor {
    @Override
    public void beforeTransmission(
        Context.BeforeTransmission context, ExecutionAttributes attributes) {
      if (context.request().getClass().getSimpleName().equals(request + "Request")) {
        try {
          new CountDownLatch(1).await();
        } catch (InterruptedException e) {
          throw SdkClientException.create("interrupted", e);
        }
      }
    }
  }

  /** Each of two reads waits for the other to be under way. */
  private InstanceProfileOps.Builder meeting() {
    var first = new Meets("DescribeInstances", "DescribeIamInstanceProfileAssociations");
    var second = new Meets("GetRolePolicy", "GetRole");
    return InstanceProfileOps.builder(
            closed(
                SdkClients.administrator(account)
                    .build(
                        Ec2Client.builder()
                            .overrideConfiguration(o -> o.addExecutionInterceptor(first)))),
            closed(
                SdkClients.administrator(account)
                    .build(
                        IamClient.builder()
                            .overrideConfiguration(o -> o.addExecutionInterceptor(second)))))
        .clock(account.clock());
  }

  private static final class Meets implements ExecutionInterceptor {
    private final CyclicBarrier both = new CyclicBarrier(2);
    private final Set<String> requests;

    Meets(String one, String other) {
      requests = Set.of(one + "Request", other + "Request");
    }

    @Override
    public void beforeTransmission(
        Context.BeforeTransmission context, ExecutionAttributes attributes) {
      if (!requests.contains(context.request().getClass().getSimpleName())) {
        return;
      }
      try {
        both.await(60, TimeUnit.SECONDS);
      } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
        throw SdkClientException.create("nobody came", e);
      }
    }
  }

  @Test
  void an_interrupt_ends_a_diagnosis_and_stays_with_the_thread() {
    Thread.currentThread().interrupt();

    assertThatThrownBy(() -> builder().build().diagnose(id))
        .isInstanceOf(InstanceProfileOpsException.class)
        .hasMessageContaining("interrupted");
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void the_callers_executor_runs_the_reads() {
    var ran = new ArrayList<Runnable>();
    InstanceProfileOps ops =
        builder()
            .executor(
                reads -> {
                  ran.add(reads);
                  reads.run();
                })
            .build();

    assertThat(ops.diagnose(id).healthy()).isTrue();
    assertThat(ran).isNotEmpty();
  }

  @Test
  void what_a_read_throws_comes_through_as_it_is() {
    assertThatThrownBy(() -> builder().build().diagnose(InstanceId.of("i-0123456789abcdef0")))
        .isInstanceOf(InstanceProfileOpsException.class)
        .hasMessageContainingAll("i-0123456789abcdef0", "check the id and the client's Region");
  }

  @Test
  void a_deadline_that_leaves_no_time_is_refused() {
    assertThatThrownBy(() -> builder().deadline(Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("positive");
  }

  private <T extends SdkAutoCloseable> T closed(T client) {
    clients.add(client);
    return client;
  }

  private InstanceProfileOps.Builder builder() {
    return InstanceProfileOps.builder(ec2, iam).clock(account.clock());
  }
}
