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

  @ParameterizedTest
  @CsvSource({
    "iam, 2010-05-08, Could not find operation Juggle for version 2010-05-08",
    "sts, 2011-06-15, Could not find operation Juggle for version 2011-06-15",
    "autoscaling, 2011-01-01, Could not find operation Juggle for version 2011-01-01",
    "ec2, 2016-11-15, The action Juggle is not valid for this web service."
  })
  void an_operation_that_there_is_not_is_named(String service, String version, String text)
      throws IOException {
    assertThat(send("POST / HTTP/1.1", signed(service) + FORM, "Action=Juggle&Version=" + version))
        .startsWith("HTTP/1.1 400 ")
        .contains("<Code>InvalidAction</Code><Message>" + text + "</Message>");
  }

  @ParameterizedTest
  @CsvSource({
    "PUT /bucket HTTP/1.1, PUT /bucket",
    "GET /bucket/key HTTP/1.1, GET /bucket/key",
    "DELETE / HTTP/1.1, DELETE /"
  })
  void of_s3_only_the_list_of_buckets_is_implemented(String requestLine, String named)
      throws IOException {
    assertThat(send(requestLine, signed("s3"), ""))
        .startsWith("HTTP/1.1 501 ")
        .contains("<Error><Code>NotImplemented</Code>", named);
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
        "GET /%00 HTTP/1.1",
        "BREW / HTTP/1.1",
        "GET / HTTP/9.9",
        "GET /latest/../../../x?Action=%zz HTTP/1.1",
        "GET /a\\b HTTP/1.1",
        "GET http://[::1 HTTP/1.1",
        "CONNECT nowhere.example:443 HTTP/1.1",
        "TRACE / HTTP/1.1",
        "OPTIONS * HTTP/1.1",
        "GET  / HTTP/1.1",
        "GET / HTTP/1.1\r\nContent-Length: abc",
        "POST / HTTP/1.1\r\nTransfer-Encoding: sideways",
        "GET / HTTP/1.1\r\nno colon",
        "GET / HTTP/1.1\r\nHost: two.example",
        "nonsense"
      })
  void garbage_is_refused_in_xml_and_never_with_success_or_a_failure_of_ours(String requestLine)
      throws IOException {
    assertThat(send(requestLine, "", ""))
        .matches("(?s)HTTP/1\\.1 (4\\d\\d|505) .*")
        .contains("<?xml");
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET /_instances/ HTTP/1.1", "GET /_instances/../ HTTP/1.1"})
  void where_no_instance_is_nobody_listens(String requestLine) throws IOException {
    assertThat(send(requestLine, "", "")).isEmpty();
  }

  @Test
  void a_head_that_is_too_large_is_refused_in_xml() throws IOException {
    assertThat(send("GET /?x=" + "y".repeat(70_000) + " HTTP/1.1", "", ""))
        .startsWith("HTTP/1.1 414 ")
        .contains("<Code>MalformedInput</Code>");
  }

  @Test
  void a_client_that_asks_before_it_sends_too_much_is_refused_at_once() throws IOException {
    try (var socket = new Socket("127.0.0.1", account.endpoint().getPort())) {
      socket
          .getOutputStream()
          .write(
              ("POST / HTTP/1.1\r\nHost: nowhere.example\r\nConnection: close\r\n"
                      + "Expect: 100-continue\r\nContent-Length: 3000000000\r\n\r\n")
                  .getBytes(StandardCharsets.UTF_8));
      assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
          .startsWith("HTTP/1.1 413 ")
          .contains("3000000000 bytes");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Action=TerminateInstances&InstanceId.99999999999=i-0123456789abcdef0",
        "Action=StopInstances&InstanceId.x=i-0123456789abcdef0",
        "Action=DescribeInstances&InstanceId.-1=i-0123456789abcdef0",
        "Action=DescribeInstances&Filter.99999999999.Name=vpc-id&Filter.99999999999.Value.1=x",
        "Action=DescribeInstances&Filter.1.Name=instance-id",
        "Action=DescribeInstances&Filter.1.Name=instance-id&Filter.1.Value.x=1",
        "Action=DescribeInstances&MaxResults=99999999999",
        "Action=RunInstances&ImageId=ami-1&MinCount=1e3&MaxCount=1",
        "Action=RunInstances&ImageId=ami-1&MinCount=0&MaxCount=0",
        "Action=RunInstances&ImageId=ami-1&MinCount=-1&MaxCount=99999999999",
      })
  void numbers_that_are_none_are_refused_and_nothing_is_done(String form) throws IOException {
    assertThat(send("POST / HTTP/1.1", signed("ec2") + FORM, form))
        .startsWith("HTTP/1.1 400 ")
        .containsPattern("<Response><Errors><Error><Code>(Invalid|MissingParameter)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"%25%25", "YQ==YQ==", "a+b", "=", "%E2%82%AC"})
  void user_data_must_be_base64(String userData) throws IOException {
    String form = "Action=RunInstances&ImageId=ami-1&MinCount=1&MaxCount=1&UserData=" + userData;
    assertThat(send("POST / HTTP/1.1", signed("ec2") + FORM, form))
        .startsWith("HTTP/1.1 400 ")
        .contains("<Code>InvalidUserData.Malformed</Code>");
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST /__admin/shutdown HTTP/1.1", "GET /__admin/mappings HTTP/1.1"})
  void the_web_server_has_no_control_of_its_own(String requestLine) throws IOException {
    assertThat(send(requestLine, "", ""))
        .startsWith("HTTP/1.1 403 ")
        .contains("<Code>AccessDenied</Code>");
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
