package io.github.rolekeeper.imds;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * What may stand in each line of a list. No line is kept, sent or shown unless all of them are so:
 * emulators were seen to answer a list with the credentials themselves (boto/botocore#1676), a
 * network that is not logged in to answers with a page, and a name with dot segments or a query
 * would lead out of its path (boto/botocore PR#3759).
 */
enum Lines {
  // IAM's rule for the name of a role. Emulators list a role with its path, or its ARN
  // (jtblin/kube2iam#54): slashes and colons are let through; 2048 is IAM's limit for an ARN.
  ROLES("roles", "(?!(?:.*/)?\\.{1,2}(?:/|$))(?=.{1,2048}$)[\\w+=,.@:-]+(?:/[\\w+=,.@:-]+)*"),

  /** Such as {@code root} or {@code ebs2}. */
  VIRTUAL_NAMES("virtual devices", "[A-Za-z][A-Za-z0-9]{0,31}"),

  MACS("MAC addresses", "[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5}/?"),

  /** What there is of one interface, such as {@code subnet-id} or {@code ipv4-associations/}. */
  ATTRIBUTES("attributes", "[a-z0-9][a-z0-9-]{0,63}/?"),

  IPV4("IPv4 addresses", "[0-9]{1,3}(?:\\.[0-9]{1,3}){3}/?"),

  /** Addresses of either family, perhaps with the length of a prefix. */
  ADDRESSES("addresses", "[0-9A-Fa-f:][0-9A-Fa-f.:]{0,44}(?:/[0-9]{1,3})?"),

  /** Such as {@code sg-0123456789abcdef0}. */
  IDS("ids", "[A-Za-z0-9_-]{1,128}"),

  /** EC2 lets a security group have many characters in its name, but no quotes and no tags. */
  GROUPS("security groups", "[^<>\"]{1,255}"),

  /**
   * {@code 0=my-key}, or {@code 0} in some look-alikes; EC2 allows any ASCII in the name, which is
   * sent nowhere.
   */
  KEY_PAIRS("key pairs", "[0-9]{1,9}(?:=.{1,255})?"),

  // Look-alikes list more than EC2, which lets no tag into the metadata but one of a few
  // characters: all are taken but those of pages and documents. No encodings of dots, slashes and
  // backslashes, or a server that decodes twice would find dot segments in them.
  TAG_KEYS(
      "keys of tags",
      "(?!(?:.*[/\\\\])?\\.{1,2}(?:[/\\\\]|$))(?!.*%(?:2[EeFf]|5[Cc]))[^<>{}\"]{1,128}");

  // EC2 has 50 tags at most, about as many interfaces and addresses, and 128 volumes.
  private static final int MOST = 256;

  private final String what;
  private final Pattern form;

  Lines(String what, String form) {
    this.what = what;
    this.form = Pattern.compile(form);
  }

  boolean allows(String line) {
    return ServiceWords.fit(line) && form.matcher(line).matches();
  }

  /**
   * The lines of a body, without white space around them and without empty ones.
   *
   * @throws ExchangeFailure quotes nothing of them: a secret may stand there instead
   */
  List<String> of(String path, byte[] body) {
    List<String> lines = split(new String(body, StandardCharsets.UTF_8));
    if (lines.size() > MOST || !lines.stream().allMatch(this::allows)) {
      throw ExchangeFailure.malformed(
          "GET "
              + path
              + " answered 200, but not with a list of "
              + what
              + ", "
              + MOST
              + " at most");
    }
    return lines;
  }

  /** Any lines. */
  static List<String> split(String text) {
    return text.lines().map(String::strip).filter(Predicate.not(String::isEmpty)).toList();
  }
}
