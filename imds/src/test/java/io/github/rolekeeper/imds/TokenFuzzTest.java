package io.github.rolekeeper.imds;

import static io.github.rolekeeper.imds.ScriptedMetadataServer.TOKEN;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.rolekeeper.imds.ScriptedMetadataServer.After;
import io.github.rolekeeper.imds.ScriptedMetadataServer.Reply;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Answers to the token request: five hundred valid ones in all forms, whose token must be sent and
 * whose life must be kept to, and five hundred broken ones. The seed is fixed.
 */
class TokenFuzzTest {
  private static final int EACH = 500;
  private static final String ID = "meta-data/instance-id";
  private static final String VISIBLE =
      "!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~";

  private final Random random = new Random(20_250_102);
  private final Documents documents = new Documents(random);
  private final AtomicLong nanos = new AtomicLong();
  private final ScriptedMetadataServer server = ScriptedMetadataServer.start().serves(ID, "i-1");

  @AfterEach
  void stop() {
    server.close();
  }

  private InstanceMetadataClient client() {
    server.requests().clear();
    return Clients.builder(server).retries(Clients.retries(1)).nanos(nanos::get).build();
  }

  private String token(int longest) {
    StringBuilder token = new StringBuilder();
    for (int i = random.nextInt(longest); i >= 0; i--) {
      token.append(VISIBLE.charAt(random.nextInt(VISIBLE.length())));
    }
    return token.toString();
  }

  /** In seconds, as the service writes it; empty where it is nothing that a life can be. */
  private record Life(String header, Optional<Integer> seconds) {}

  private Life life() {
    if (documents.oneIn(3)) {
      return new Life(
          documents.any(
              "", "0", "-1", "21601", "99999", "1.5", "60s", "ten", "1e2", "999999999999"),
          Optional.empty());
    }
    int seconds = documents.oneIn(4) ? 1 + random.nextInt(5) : 1 + random.nextInt(21_600);
    String zeros = documents.oneIn(5) && seconds < 10_000 ? "0" : "";
    return new Life(zeros + seconds, Optional.of(seconds));
  }

  private Reply granted(String body, Life life) {
    String name =
        documents.any(
            "X-aws-ec2-metadata-token-ttl-seconds",
            "x-aws-ec2-metadata-token-ttl-seconds",
            "X-AWS-EC2-METADATA-TOKEN-TTL-SECONDS");
    String header =
        life.header().isEmpty()
            ? ""
            : name
                + documents.any(":", ": ", " :  ")
                + life.header()
                + documents.any("", " ")
                + "\r\n";
    String framed =
        switch (random.nextInt(3)) {
          case 0 -> "Content-Length: " + body.length() + "\r\n\r\n" + body;
          case 1 ->
              "Transfer-Encoding: chunked\r\n\r\n"
                  + Integer.toHexString(body.length())
                  + "\r\n"
                  + body
                  + "\r\n0\r\n\r\n";
          default -> "\r\n" + body;
        };
    return ScriptedMetadataServer.raw(
        documents.any("HTTP/1.1 200 OK\r\n", "HTTP/1.0 200\r\n") + header + framed);
  }

  private long tokensAsked() {
    return server.trace().stream().filter(TOKEN::equals).count();
  }

  @Test
  void any_token_is_sent_as_it_came_and_renewed_in_time() {
    for (int i = 0; i < EACH; i++) {
      String token = token(200);
      Life life = life();
      String body = documents.any("", " ", "\r\n") + token + documents.any("", "\n", " \r\n\t");
      server.on(TOKEN, granted(body, life));
      try (InstanceMetadataClient client = client()) {
        String input = "number " + i + ", " + life + ", " + token;
        assertThat(client.text(ID)).as(input).contains("i-1");
        assertThat(server.requests().get(1).headers())
            .as(input)
            .containsEntry("x-aws-ec2-metadata-token", token);
        // Two minutes before its end, or a tenth of its life.
        long whole = Duration.ofSeconds(life.seconds().orElse(21_600)).toNanos();
        long fresh = whole - Math.min(Duration.ofMinutes(2).toNanos(), whole / 10);
        nanos.addAndGet(fresh - 1);
        client.text(ID);
        assertThat(tokensAsked()).as(input).isEqualTo(1);
        nanos.addAndGet(1);
        client.text(ID);
        assertThat(tokensAsked()).as(input).isEqualTo(2);
      }
    }
  }

  @Test
  void a_broken_answer_is_a_token_or_our_exception_and_is_never_shown() {
    int values = 0;
    int failures = 0;
    for (int i = 0; i < EACH; i++) {
      // Long enough that a part of it in a message would be seen.
      String token = "SECRETTOKEN" + token(60);
      byte[] answer = granted(token, life()).bytes();
      byte[] broken = documents.broken(answer);
      server.on(TOKEN, new Reply(broken, After.CLOSED));
      try (InstanceMetadataClient client = client()) {
        assertThat(client.text(ID)).contains("i-1");
        values++;
      } catch (InstanceMetadataException e) {
        assertThat(Clients.said(e)).as("number %s", i).doesNotContain("SECRETTOKEN");
        failures++;
      } catch (RuntimeException e) {
        throw new AssertionError(
            "number " + i + ", " + new String(broken, StandardCharsets.ISO_8859_1), e);
      }
    }
    assertThat(values).isGreaterThan(EACH / 50);
    assertThat(failures).isGreaterThan(EACH / 5);
  }
}
