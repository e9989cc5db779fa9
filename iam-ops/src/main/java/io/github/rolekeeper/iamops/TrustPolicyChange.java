package io.github.rolekeeper.iamops;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A trust policy with one statement more, by which EC2 may assume the role. Pure. The document is
 * kept as a tree, so that nothing in it is lost that a typed model would not know.
 *
 * @param before the policy as it is, in one form whatever its spaces
 * @param after the same with the statement
 */
record TrustPolicyChange(String before, String after) {
  private static final ObjectMapper MAPPER =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  /**
   * Makes the change.
   *
   * @param encoded the policy as IAM returns it
   * @return empty if the document cannot be read
   */
  static Optional<TrustPolicyChange> lettingEc2Assume(String encoded, String ec2Principal) {
    return tree(encoded).map(before -> with(before, ec2Principal));
  }

  private static TrustPolicyChange with(ObjectNode before, String ec2Principal) {
    ObjectNode after = before.deepCopy();
    JsonNode present = after.path("Statement");
    ArrayNode statements = MAPPER.createArrayNode();
    if (present.isArray()) {
      statements.addAll((ArrayNode) present);
    } else if (!present.isMissingNode()) {
      // IAM allows a lone statement without an array.
      statements.add(present);
    }
    ObjectNode statement = statements.addObject().put("Effect", "Allow");
    statement.putObject("Principal").put("Service", ec2Principal);
    statement.put("Action", "sts:AssumeRole");
    after.set("Statement", statements);
    return new TrustPolicyChange(before.toPrettyString(), after.toPrettyString());
  }

  /** A policy in the form of {@link #before}; empty if it cannot be read. */
  static Optional<String> canonical(String encoded) {
    return tree(encoded).map(JsonNode::toPrettyString);
  }

  /** Line by line: what both have, what goes ({@code -}) and what comes ({@code +}). */
  String diff() {
    List<String> old = before.lines().toList();
    List<String> now = after.lines().toList();
    int shorter = Math.min(old.size(), now.size());
    int head = 0;
    while (head < shorter && old.get(head).equals(now.get(head))) {
      head++;
    }
    int tail = 0;
    while (tail < shorter - head
        && old.get(old.size() - 1 - tail).equals(now.get(now.size() - 1 - tail))) {
      tail++;
    }
    return String.join(
        "\n",
        Stream.of(
                marked("  ", old.subList(0, head)),
                marked("- ", old.subList(head, old.size() - tail)),
                marked("+ ", now.subList(head, now.size() - tail)),
                marked("  ", old.subList(old.size() - tail, old.size())))
            .flatMap(List::stream)
            .toList());
  }

  private static List<String> marked(String mark, List<String> lines) {
    return lines.stream().map(line -> mark + line).toList();
  }

  private static Optional<ObjectNode> tree(String encoded) {
    try {
      return MAPPER.readTree(RolePolicies.decoded(encoded)) instanceof ObjectNode document
          ? Optional.of(document)
          : Optional.empty();
    } catch (JsonProcessingException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
