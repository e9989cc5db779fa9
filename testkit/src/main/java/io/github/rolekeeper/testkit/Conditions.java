package io.github.rolekeeper.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The {@code Condition} element of a policy. An operator or a key that is not simulated is never
 * fulfilled in an Allow and always in a Deny, so that a test errs on the side of being refused.
 */
final class Conditions {
  private static final String NULL = "Null";
  private static final String IF_EXISTS = "IfExists";
  private static final String FOR_ALL = "ForAllValues:";
  private static final String FOR_ANY = "ForAnyValue:";
  private static final int ARN_PARTS = 6;

  /** The operators, each as: does a policy's value accept the request's? */
  private static final Map<String, BiPredicate<String, String>> OPERATORS =
      Map.ofEntries(
          Map.entry("StringEquals", literally(String::equals)),
          Map.entry("StringEqualsIgnoreCase", literally(String::equalsIgnoreCase)),
          Map.entry("StringLike", Wildcards::matchPolicy),
          Map.entry("ArnEquals", Conditions::arnMatches),
          Map.entry("ArnLike", Conditions::arnMatches),
          Map.entry("Bool", String::equalsIgnoreCase),
          Map.entry("DateEquals", date(order -> order == 0)),
          Map.entry("DateLessThan", date(order -> order < 0)),
          Map.entry("DateLessThanEquals", date(order -> order <= 0)),
          Map.entry("DateGreaterThan", date(order -> order > 0)),
          Map.entry("DateGreaterThanEquals", date(order -> order >= 0)));

  /** Operators that are not simulated, beside the opposites of those that are. */
  private static final Set<String> UNKNOWN =
      Set.of(
          "NumericEquals",
          "NumericNotEquals",
          "NumericLessThan",
          "NumericLessThanEquals",
          "NumericGreaterThan",
          "NumericGreaterThanEquals",
          "BinaryEquals",
          "IpAddress",
          "NotIpAddress");

  private static final Set<String> OPPOSITES =
      Set.of(
          "StringNotEquals",
          "StringNotEqualsIgnoreCase",
          "StringNotLike",
          "DateNotEquals",
          "ArnNotEquals",
          "ArnNotLike");

  private Conditions() {}

  /** Whether IAM has an operator (IAM User Guide, condition operators). */
  static boolean isOperator(String operator) {
    String plain = plain(operator);
    return OPERATORS.containsKey(plain)
        || OPPOSITES.contains(plain)
        || UNKNOWN.contains(plain)
        || (NULL.equals(plain) && !operator.endsWith(IF_EXISTS));
  }

  /** An operator without what says of how many values, and whether of a key that is not there. */
  static String plain(String operator) {
    String single = operator.replaceFirst("^(" + FOR_ALL + "|" + FOR_ANY + ")", "");
    return single.endsWith(IF_EXISTS)
        ? single.substring(0, single.length() - IF_EXISTS.length())
        : single;
  }

  static boolean hold(JsonNode conditions, RequestContext context, boolean deny) {
    for (Map.Entry<String, JsonNode> operator : conditions.properties()) {
      for (Map.Entry<String, JsonNode> key : operator.getValue().properties()) {
        List<String> wanted =
            PolicyDocument.each(key.getValue()).stream().map(JsonNode::asText).toList();
        if (!holds(operator.getKey(), key.getKey(), wanted, context, deny)) {
          return false;
        }
      }
    }
    return true;
  }

  private static boolean holds(
      String operator, String key, List<String> wanted, RequestContext context, boolean deny) {
    if (!context.knows(key)) {
      return deny;
    }
    List<String> actual = context.values(key);
    if (NULL.equals(plain(operator))) {
      return wanted.contains(String.valueOf(actual.isEmpty()));
    }
    boolean forAll = operator.startsWith(FOR_ALL);
    String plain = plain(operator);
    boolean negated = plain.contains("Not");
    BiPredicate<String, String> accepts = OPERATORS.get(plain.replace("Not", ""));
    if (accepts == null) {
      return deny;
    }
    if (actual.isEmpty()) {
      // Any value of none fulfils nothing, whatever is asked of it (IAM User Guide, ForAnyValue).
      return forAll || operator.endsWith(IF_EXISTS) || (negated && !operator.startsWith(FOR_ANY));
    }
    // A variable that the request cannot fill in fulfils nothing, and is denied everything.
    if (wanted.stream().anyMatch(text -> context.expand(text).isEmpty())) {
      return deny;
    }
    List<String> expanded = wanted.stream().flatMap(text -> context.expand(text).stream()).toList();
    Predicate<String> each =
        value -> negated != expanded.stream().anyMatch(text -> accepts.test(text, value));
    Stream<String> values = actual.stream();
    return forAll ? values.allMatch(each) : values.anyMatch(each);
  }

  private static BiPredicate<String, String> literally(BiPredicate<String, String> accepts) {
    return (text, value) -> accepts.test(Wildcards.literal(text), value);
  }

  private static BiPredicate<String, String> date(IntPredicate order) {
    return (limit, value) -> order.test(instant(value).compareTo(instant(limit)));
  }

  /**
   * Reads a date of a policy: ISO 8601 with or without the time, or seconds of the epoch.
   *
   * @throws DateTimeException if it is none
   */
  static Instant instant(String text) {
    if (text.matches("\\d{1,11}")) {
      return Instant.ofEpochSecond(Long.parseLong(text));
    }
    return text.contains("T")
        ? OffsetDateTime.parse(text).toInstant()
        : LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant();
  }

  /** Each of an ARN's six parts is compared for itself (IAM User Guide, condition operators). */
  private static boolean arnMatches(String pattern, String value) {
    String[] wanted = pattern.split(":", ARN_PARTS);
    String[] actual = value.split(":", ARN_PARTS);
    if (wanted.length != ARN_PARTS || actual.length != ARN_PARTS) {
      return pattern.equals("*");
    }
    for (int i = 0; i < ARN_PARTS; i++) {
      if (!Wildcards.matchPolicy(wanted[i], actual[i])) {
        return false;
      }
    }
    return true;
  }
}
