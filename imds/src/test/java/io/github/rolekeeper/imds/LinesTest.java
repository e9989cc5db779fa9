package io.github.rolekeeper.imds;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What EC2 lists, and what it does not. */
class LinesTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ROLES | web-role",
        "ROLES | w+e=b,a.b@c-d_e",
        "ROLES | team-a/S3Access",
        "ROLES | arn:aws-us-gov:iam::123456789012:role/bosh-passed/k8s-logger",
        "VIRTUAL_NAMES | ami",
        "VIRTUAL_NAMES | ebs12",
        "VIRTUAL_NAMES | ephemeral0",
        "MACS | 02:29:96:8f:6a:2d/",
        "MACS | 02:29:96:8F:6A:2D",
        "ATTRIBUTES | subnet-ipv4-cidr-block",
        "ATTRIBUTES | ipv4-associations/",
        "IPV4 | 192.0.2.54",
        "ADDRESSES | 2001:db8:1::/80",
        "ADDRESSES | ::ffff:192.0.2.54",
        "ADDRESSES | 10.0.0.0/16",
        "IDS | sg-0123456789abcdef0",
        "IDS | 3iplms73etrdhxdepv72l6ywj",
        "GROUPS | launch wizard ._-:/()#,@[]+=&;{}!$*",
        "KEY_PAIRS | 0=my key (2) a=b",
        "KEY_PAIRS | 7",
        "TAG_KEYS | aws:autoscaling:groupName",
        "TAG_KEYS | kubernetes.io/cluster/kube-1",
        "TAG_KEYS | Kostenstelle für 50 %",
        "TAG_KEYS | שם",
        "TAG_KEYS | half/",
        "TAG_KEYS | Cost (EUR)",
        "TAG_KEYS | 50%ab",
        "KEY_PAIRS | 0=schlüssel"
      })
  void what_ec2_and_its_look_alikes_list_is_taken(Lines sort, String line) {
    assertThat(sort.allows(line)).isTrue();
    assertThat(sort.of("x", (line + "\n").getBytes(StandardCharsets.UTF_8))).containsExactly(line);
  }

  @ParameterizedTest
  @EnumSource
  void nothing_that_leads_elsewhere_steers_a_terminal_or_is_a_document_is_taken(Lines sort) {
    for (String line :
        List.of(
            "",
            "..",
            "../x",
            "a/../b",
            "./a",
            "a/.",
            "%2e%2e",
            "a\u001bb",
            "a\u202eb",
            "a\u2028b",
            "a\u0085b",
            "\ufeffa",
            "a\ud800",
            "<html>",
            "\"Token\" : \"t\",",
            "{\"SecretAccessKey\":\"s\"}",
            "x".repeat(5000))) {
      boolean anyPunctuation = sort == Lines.GROUPS && line.matches("[./%2abex]{1,255}");
      assertThat(sort.allows(line)).as(line).isEqualTo(anyPunctuation);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "..\\x",
        "a\\..\\b",
        "a\\.",
        "%2E",
        "a%2f%2e%2e",
        "a%5c..",
        "a%5C..%5Cb",
        "{a",
        "a}",
        "<a",
        "a>",
        "\"a"
      })
  void a_key_of_a_tag_leads_nowhere_and_is_no_part_of_a_document(String line) {
    assertThat(Lines.TAG_KEYS.allows(line)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {256, 257})
  void a_list_has_an_end(int count) {
    byte[] list =
        String.join("\n", IntStream.range(0, count).mapToObj(i -> "ebs" + i).toList())
            .getBytes(StandardCharsets.UTF_8);
    if (count > 256) {
      org.assertj.core.api.Assertions.assertThatThrownBy(() -> Lines.VIRTUAL_NAMES.of("x", list))
          .isInstanceOf(ExchangeFailure.class);
    } else {
      assertThat(Lines.VIRTUAL_NAMES.of("x", list)).hasSize(count);
    }
  }

  @Test
  void words_of_the_service_are_on_one_line() {
    assertThat(ServiceWords.line("a\r\nb\u001b[2J\u202e\u2028c")).isEqualTo("a b [2J c");
    assertThat(ServiceWords.fit("ein Wort, \"schön\" \ud83d\ude00")).isTrue();
  }
}
