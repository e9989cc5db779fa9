package io.github.rolekeeper.testkit.server;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.rolekeeper.testkit.AccountServer;
import io.github.rolekeeper.testkit.MutableClock;
import io.github.rolekeeper.testkit.SimulatedAccount;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Runs an {@link AccountServer} until it is told to end. When it is ready it prints one line of
 * JSON, whose {@code endpoint} is where it answers, and nothing else on standard output. It ends
 * with 2 if its arguments are wrong and with 1 if it cannot have the port.
 */
@Command(
    name = "rolekeeper-testkit-server",
    sortOptions = false,
    description = "A simulated AWS account on one port, with a control API under /_rolekeeper/.")
public final class TestkitServer implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--port",
      paramLabel = "N",
      defaultValue = "0",
      description = "Port to listen on; 0, the default, is one of the system's choice.")
  private int port;

  @Option(
      names = "--bind",
      paramLabel = "ADDRESS",
      defaultValue = "127.0.0.1",
      description = "Address to listen on; by default only this machine can connect.")
  private String bind = "127.0.0.1";

  @Option(
      names = "--account-id",
      paramLabel = "ID",
      description = "Twelve digits; by default 123456789012.")
  private @Nullable String accountId;

  @Option(
      names = "--region",
      paramLabel = "REGION",
      description = "Region of the instances; by default us-east-1.")
  private @Nullable String region;

  @Option(
      names = "--seed-file",
      paramLabel = "FILE",
      description = "JSON of what the account holds at the start, as /_rolekeeper/snapshot gives.")
  private @Nullable Path seedFile;

  @Option(
      names = "--real-time",
      description = "The account's time goes on by itself; else it stands still until moved.")
  private boolean realTime;

  @Option(
      names = "--strict-credentials",
      description =
          "Refuse access keys that no session of the account has issued; else they are the"
              + " administrator's.")
  private boolean strictCredentials;

  @Option(
      names = "--check-request-dates",
      description =
          "Refuse requests whose date is further from the account's time than AWS allows.")
  private boolean checkRequestDates;

  @Option(
      names = "--page-limit",
      paramLabel = "N",
      description = "The most entries of a page, whatever a client asks for; by default no limit.")
  private @Nullable Integer pageLimit;

  @Option(
      names = "--journal-limit",
      paramLabel = "N",
      description = "How many requests the journal keeps; by default 100000.")
  private @Nullable Integer journalLimit;

  @Option(
      names = "--metadata-root",
      paramLabel = "ID[:PORT]",
      description =
          "Serve the metadata of this instance of the seed at the root of a port of its own, too,"
              + " for clients that know no path.")
  private @Nullable String metadataRoot;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this and end.")
  @SuppressWarnings("unused") // picocli acts on it by itself
  private boolean help;

  private TestkitServer() {}

  /**
   * Runs the server.
   *
   * @param arguments see {@code --help}
   */
  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  static CommandLine commandLine() {
    return new CommandLine(new TestkitServer());
  }

  @Override
  public Integer call() throws InterruptedException {
    String seed = checked();
    AccountServer server;
    try {
      server = AccountServer.start(() -> builder(seed), bind, port);
    } catch (UncheckedIOException e) {
      System.err.println(e.getMessage());
      return 1;
    } catch (IllegalArgumentException e) {
      throw wrong(String.valueOf(e.getMessage()));
    }
    Runtime.getRuntime().addShutdownHook(new Thread(server::close, "close"));
    @Nullable URI root;
    try {
      root = opened(server);
    } catch (UncheckedIOException e) {
      System.err.println("--metadata-root " + metadataRoot + ": " + e.getMessage());
      return 1;
    }
    announce(server, root, System.out);
    // Until a signal ends the process.
    new CountDownLatch(1).await();
    return 0;
  }

  /** Checks the arguments and returns the seed. */
  private @Nullable String checked() {
    if (port < 0 || port > 65_535) {
      throw wrong("--port " + port + " is none: use one of 1 to 65535, or 0 for any free one");
    }
    String seed = null;
    if (seedFile != null) {
      try {
        seed = Files.readString(seedFile);
      } catch (NoSuchFileException e) {
        throw wrong("--seed-file " + seedFile + " does not exist");
      } catch (CharacterCodingException e) {
        throw wrong("--seed-file " + seedFile + " is no text in UTF-8");
      } catch (IOException e) {
        throw wrong("--seed-file " + seedFile + " cannot be read: " + e.getMessage());
      }
    }
    try {
      builder(seed);
    } catch (IllegalArgumentException e) {
      throw wrong(String.valueOf(e.getMessage()));
    }
    try {
      if (!InetAddress.getByName(bind).isLoopbackAddress()) {
        System.err.println(
            "Listening on " + bind + ": whoever can reach it controls the simulated account.");
      }
    } catch (UnknownHostException e) {
      throw wrong("--bind " + bind + " is no address of this machine");
    }
    return seed;
  }

  /** Where the metadata of the instance of {@code --metadata-root} is served; null without it. */
  private @Nullable URI opened(AccountServer server) {
    if (metadataRoot == null) {
      return null;
    }
    String[] parts = metadataRoot.split(":", 2);
    if (parts.length == 2 && !parts[1].matches("[0-9]{1,5}")) {
      throw wrong("--metadata-root " + metadataRoot + " has no number behind its colon");
    }
    try {
      return server.metadataRoot(parts[0], parts.length == 1 ? 0 : Integer.parseInt(parts[1]));
    } catch (IllegalArgumentException | IllegalStateException e) {
      throw wrong("--metadata-root " + metadataRoot + ": " + e.getMessage());
    }
  }

  private SimulatedAccount.Builder builder(@Nullable String seed) {
    SimulatedAccount.Builder builder =
        SimulatedAccount.builder()
            .clock(realTime ? MutableClock.ticking() : MutableClock.atRealTime());
    if (accountId != null) {
      builder.accountId(accountId);
    }
    if (region != null) {
      builder.region(region);
    }
    if (strictCredentials) {
      builder.strictCredentials();
    }
    if (checkRequestDates) {
      builder.checkRequestDates();
    }
    if (pageLimit != null) {
      builder.pageLimit(pageLimit);
    }
    if (journalLimit != null) {
      builder.journalLimit(journalLimit);
    }
    if (seed != null) {
      builder.seed(seed);
    }
    return builder;
  }

  private static void announce(AccountServer server, @Nullable URI root, PrintStream out) {
    SimulatedAccount account = server.account();
    ObjectNode line =
        new ObjectMapper()
            .createObjectNode()
            .put("endpoint", server.endpoint().toString())
            .put("accountId", account.accountId())
            .put("region", account.region());
    if (root != null) {
      line.put("metadataRoot", root.toString());
    }
    out.println(line);
    out.flush();
  }

  private ParameterException wrong(String message) {
    return new ParameterException(
        spec == null ? new CommandLine(this) : spec.commandLine(), message);
  }
}
