package io.github.rolekeeper.testkit.record;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.rolekeeper.testkit.SimulatedAccount;
import io.github.rolekeeper.testkit.SimulatedInstance;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.w3c.dom.Element;

/**
 * Runs the commands of the field record against a simulated account, over the wire, and prints what
 * the AWS CLI and curl would print of the answers. {@code iam} and {@code ec2} commands run as the
 * administrator; {@code s3 ls}, {@code sts get-caller-identity}, {@code configure list} and {@code
 * curl} run on the instance, each as a new process with no cached credentials, and without a
 * metadata token, as the record's curl did.
 *
 * <p>It is no substitute for the AWS CLI: it knows the record's commands and the plain form {@code
 * aws iam|ec2 operation --name value}. Not thread-safe.
 */
public final class OperatorShell {
  private static final String ROLES = "latest/meta-data/iam/security-credentials/";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Wire wire;
  private final List<Exchange> exchanges = new ArrayList<>();

  private OperatorShell(Wire wire) {
    this.wire = wire;
  }

  /**
   * What came over the wire.
   *
   * @param request method and path, or the operation
   * @param status the HTTP status
   * @param body the body
   */
  public record Exchange(String request, int status, String body) {}

  /**
   * What a command printed, and what it saw.
   *
   * @param text what the command printed
   * @param exchanges the answers on the wire that led to it, in order
   */
  public record Output(String text, List<Exchange> exchanges) {
    /**
     * Keeps a copy of the exchanges.
     *
     * @param text see above
     * @param exchanges see above
     */
    public Output {
      exchanges = List.copyOf(exchanges);
    }

    /**
     * The last answer on the wire.
     *
     * @return what the command's text rests on
     */
    public Exchange last() {
      return exchanges.get(exchanges.size() - 1);
    }
  }

  /**
   * A shell on an instance.
   *
   * @param account the account that the commands reach
   * @param instance where the commands run
   * @return the shell
   */
  public static OperatorShell on(SimulatedAccount account, SimulatedInstance instance) {
    return new OperatorShell(new Wire(account, instance));
  }

  /**
   * Runs a command.
   *
   * @param command such as {@code aws s3 ls} or {@code curl latest/meta-data/iam/info}
   * @return what it printed
   * @throws IllegalArgumentException if the command is none that this shell knows
   */
  public Output run(String command) {
    exchanges.clear();
    String text;
    if (command.startsWith("curl ")) {
      text = metadata(command.substring("curl ".length())).body();
    } else if (command.equals("aws s3 ls")) {
      text = s3Ls();
    } else if (command.equals("aws sts get-caller-identity")) {
      text = asInstance(() -> query("sts", "GetCallerIdentity", Map.of(), credentials()));
    } else if (command.equals("aws configure list")) {
      text = configureList();
    } else if (command.startsWith("aws iam ") || command.startsWith("aws ec2 ")) {
      text = asAdministrator(command.substring("aws ".length()).split(" "));
    } else {
      throw new IllegalArgumentException(
          "this shell does not know '"
              + command
              + "': it knows aws iam|ec2 operation --name value, aws s3 ls,"
              + " aws sts get-caller-identity, aws configure list and curl latest/...");
    }
    return new Output(text, exchanges);
  }

  private String s3Ls() {
    return asInstance(
        () -> {
          Exchange answer = keep(wire.s3ListBuckets(credentials()));
          Element document = WireXml.parse(answer.body());
          if (answer.status() != 200) {
            return failure("ListBuckets", document);
          }
          var lines = new ArrayList<String>();
          for (Element bucket : WireXml.descendants(document, "Bucket")) {
            String created = WireXml.text(bucket, "CreationDate");
            lines.add(
                created.replace('T', ' ').replace("Z", "") + " " + WireXml.text(bucket, "Name"));
          }
          return String.join("\n", lines);
        });
  }

  private String configureList() {
    Optional<Wire.Credentials> found = findCredentials();
    String notSet = "<not set>             None    None";
    var table = new ArrayList<String>();
    table.add("      Name                    Value             Type    Location");
    table.add("      ----                    -----             ----    --------");
    table.add("   profile                " + notSet);
    table.add("access_key     " + found.map(c -> masked(c.accessKeyId())).orElse(notSet));
    table.add("secret_key     " + found.map(c -> masked(c.secretKey())).orElse(notSet));
    table.add("    region                " + notSet);
    return String.join("\n", table);
  }

  private static String masked(String key) {
    return "*".repeat(16) + key.substring(key.length() - 4) + "         iam-role";
  }

  private String asAdministrator(String[] words) {
    String operation = camelCase(words[1]);
    var parameters = new LinkedHashMap<String, String>();
    for (int i = 2; i + 1 < words.length; i += 2) {
      parameters.put(camelCase(words[i].substring("--".length())), words[i + 1]);
    }
    return query(words[0], operation, parameters, Wire.ADMINISTRATOR);
  }

  private String query(
      String service, String operation, Map<String, String> parameters, Wire.Credentials as) {
    Exchange answer = keep(wire.query(service, operation, parameters, as));
    Element document = WireXml.parse(answer.body());
    if (answer.status() != 200) {
      return failure(operation, document);
    }
    Map<String, Object> members = WireXml.members(document, service.equals("ec2"));
    // The CLI prints nothing where an operation has no result, and merges pages.
    members.remove("IsTruncated");
    if (members.isEmpty()) {
      return "";
    }
    try {
      return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(members);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a map of texts can always be written", e);
    }
  }

  private static String failure(String operation, Element document) {
    return "An error occurred ("
        + WireXml.first(document, "Code")
        + ") when calling the "
        + operation
        + " operation: "
        + WireXml.first(document, "Message");
  }

  private interface Command {
    String run();
  }

  private static String asInstance(Command command) {
    try {
      return command.run();
    } catch (NoCredentialsException e) {
      return "Unable to locate credentials. You can configure credentials by running"
          + " \"aws configure\".";
    }
  }

  private static final class NoCredentialsException extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private Wire.Credentials credentials() {
    return findCredentials().orElseThrow(NoCredentialsException::new);
  }

  /** A process finds its credentials by the metadata's first role, or has none. */
  private Optional<Wire.Credentials> findCredentials() {
    Exchange roles = metadata(ROLES);
    if (roles.status() != 200) {
      return Optional.empty();
    }
    Exchange document = metadata(ROLES + roles.body().lines().findFirst().orElse(""));
    return document.status() == 200
        ? Optional.of(Wire.Credentials.read(document.body()))
        : Optional.empty();
  }

  private Exchange metadata(String path) {
    return keep(wire.metadata(path));
  }

  private Exchange keep(Exchange exchange) {
    exchanges.add(exchange);
    return exchange;
  }

  private static String camelCase(String dashed) {
    var name = new StringBuilder();
    for (String word : dashed.split("-")) {
      name.append(Character.toUpperCase(word.charAt(0))).append(word.substring(1));
    }
    return name.toString();
  }
}
