package io.github.rolekeeper.examples.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.rolekeeper.testkit.SimulatedAccount;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import picocli.CommandLine;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/** One call of the program, in this process, in the account's time. */
record DoctorRun(int exit, String out, String err) {
  /** Nobody to ask, as in a job. */
  static final Terminal NOBODY = person(false, false);

  static final AwsCredentialsProvider ADMINISTRATOR =
      StaticCredentialsProvider.create(
          AwsBasicCredentials.create("AKIAIOSFODNN7EXAMPLE", "any-secret"));

  /** One for each account: the first instance of each has the same id. */
  private static final Map<SimulatedAccount, Path> JOURNALS = new ConcurrentHashMap<>();

  private static Path journal() {
    try {
      return Files.createTempDirectory(Path.of("target"), "journal");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static DoctorRun of(SimulatedAccount account, String... arguments) {
    return of(account, NOBODY, arguments);
  }

  static DoctorRun of(SimulatedAccount account, Terminal terminal, String... arguments) {
    return of(account, surroundings(account, terminal, ADMINISTRATOR), arguments);
  }

  /** By whoever has the credentials, with nobody to ask. */
  static DoctorRun as(
      AwsCredentialsProvider credentials, SimulatedAccount account, String... arguments) {
    return of(account, surroundings(account, NOBODY, credentials), arguments);
  }

  private static DoctorRun of(
      SimulatedAccount account, Surroundings surroundings, String... arguments) {
    var all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--endpoint-url", account.endpoint().toString()));
    all.addAll(List.of("--region", account.region()));
    return raw(surroundings, all.toArray(String[]::new));
  }

  static Surroundings surroundings(
      SimulatedAccount account, Terminal terminal, AwsCredentialsProvider credentials) {
    return new Surroundings(
        account.clock(),
        account.clock()::advance,
        terminal,
        credentials,
        new NoInterrupts(),
        JOURNALS.computeIfAbsent(account, any -> journal()),
        Optional.of(id -> false),
        Duration.ofMinutes(2));
  }

  static DoctorRun raw(Surroundings surroundings, String... arguments) {
    var out = new StringWriter();
    var err = new StringWriter();
    CommandLine line = Doctor.commandLine(surroundings);
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    int exit = line.execute(arguments);
    var run = new DoctorRun(exit, out.toString(), err.toString());
    assertThat(run.out() + run.err()).doesNotContain("\tat ", "any-secret");
    return run;
  }

  static Terminal person(boolean there, boolean answer) {
    return new Terminal() {
      @Override
      public boolean interactive() {
        return there;
      }

      @Override
      public boolean confirms(String question) {
        return answer;
      }
    };
  }

  JsonNode json() throws Exception {
    return new ObjectMapper().readTree(out);
  }

  List<String> texts(String array, String member) throws Exception {
    var texts = new ArrayList<String>();
    json().path(array).forEach(each -> texts.add(each.path(member).asText()));
    return texts;
  }
}
