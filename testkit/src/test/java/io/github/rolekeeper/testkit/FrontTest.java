package io.github.rolekeeper.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.rolekeeper.testkit.awssdk.SdkClients;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.iam.IamClient;

/** What no AWS client sends: the account refuses it as AWS would, and goes on answering. */
class FrontTest {
  private static final String FORM = "Content-Type: application/x-www-form-urlencoded\r\n";

  private final SimulatedAccount account = SimulatedAccount.create();

  @AfterEach
  void still_answers() {
    try (account;
        var iam = SdkClients.administrator(account).build(IamClient.builder())) {
      assertThat(iam.listInstanceProfiles().instanceProfiles()).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "iam, <ErrorResponse , <Code>RequestEntityTooLarge</Code>",
    "ec2, <Response><Errors>, <Code>RequestEntityTooLarge</Code>",
    "sts, <ErrorResponse , <Code>RequestEntityTooLarge</Code>",
    "s3, <Error>, <Code>RequestEntityTooLarge</Code>"
  })
  void a_body_of_more_than_a_mebibyte_is_refused_in_the_services_form(
      String service, String form, String code) throws IOException {
    assertThat(send("POST / HTTP/1.1", signed(service) + FORM, "A".repeat((1 << 20) + 1)))
        .startsWith("HTTP/1.1 413 ")
        .contains(form.strip())
        .contains(code);
    assertThat(account.calls())
        .singleElement()
        .satisfies(
            call -> {
              assertThat(call.service()).isEqualTo(service);
              assertThat(call.outcome()).isEqualTo("RequestEntityTooLarge");
            });
  }

  @Test
  void a_body_of_a_mebibyte_is_read() throws IOException {
    assertThat(send("POST / HTTP/1.1", signed("iam") + FORM, "Action=" + "A".repeat((1 << 20) - 7)))
        .startsWith("HTTP/1.1 400 ")
        .contains("<Code>InvalidAction</Code>");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Action=%zz", "Action=%", "Action=ListRoles&RoleName=%4", "%x=1"})
  void percent_encoding_that_is_none_is_malformed_input(String form) throws IOException {
    assertThat(send("POST / HTTP/1.1", signed("ec2") + FORM, form))
        .startsWith("HTTP/1.1 400 ")
        .contains("<Response><Errors><Error><Code>MalformedInput</Code>");
  }

  @ParameterizedTest
  @ValueSource(strings = {"PUT", "DELETE", "PATCH", "OPTIONS"})
  void a_query_service_knows_two_methods(String method) throws IOException {
    assertThat(send(method + " / HTTP/1.1", signed("iam"), ""))
        .startsWith("HTTP/1.1 405 ")
        .contains("<Code>MethodNotAllowed</Code>");
  }

  @Test
  void what_names_no_service_is_answered_in_iams_form() throws IOException {
    assertThat(send("GET /?Version=1999-01-01 HTTP/1.1", "", ""))
        .startsWith("HTTP/1.1 400 ")
        .contains("<ErrorResponse ", "<Code>InvalidAction</Code>");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /../../etc/passwd HTTP/1.1",
        "GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1",
        "GET /?Action=%zz HTTP/1.1",
        "GET /_instances/ HTTP/1.1",
        "GET /_instances/../ HTTP/1.1",
        "GET /%00 HTTP/1.1",
        "BREW / HTTP/1.1",
        "GET / HTTP/9.9",
        "nonsense"
      })
  void garbage_gets_no_success(String requestLine) throws IOException {
    assertThat(send(requestLine, "", "")).doesNotContain(" 200 ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST /__admin/shutdown HTTP/1.1", "GET /__admin/mappings HTTP/1.1"})
  void the_web_servers_own_control_is_closed(String requestLine) throws IOException {
    assertThat(send(requestLine, "", "")).startsWith("HTTP/1.1 401 ");
  }

  private static String signed(String service) {
    return "Authorization: AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20230307/us-east-1/"
        + service
        + "/aws4_request, SignedHeaders=host, Signature=0\r\n";
  }

  /** The whole answer as text; empty where the connection was closed without one. */
  private String send(String requestLine, String headers, String body) throws IOException {
    try (var socket = new Socket("127.0.0.1", account.endpoint().getPort())) {
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      socket
          .getOutputStream()
          .write(
              (requestLine
                      + "\r\nHost: nowhere.example\r\nConnection: close\r\nContent-Length: "
                      + bytes.length
                      + "\r\n"
                      + headers
                      + "\r\n"
                      + body)
                  .getBytes(StandardCharsets.UTF_8));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (java.net.SocketException e) {
      return "";
    }
  }
}
