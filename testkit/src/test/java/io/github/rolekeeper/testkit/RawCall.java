package io.github.rolekeeper.testkit;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A read of each service, with headers by hand and no client between. */
final class RawCall {
  private static final Pattern CODE = Pattern.compile("(?:<Code>|\"__type\":\")(\\w+)");
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private RawCall() {}

  static HttpResponse<String> send(
      SimulatedAccount account, String service, String credential, String... headers)
      throws IOException, InterruptedException {
    return send(account, request(account, service), credential, headers);
  }

  static HttpResponse<String> send(
      SimulatedAccount account, HttpRequest.Builder request, String credential, String... headers)
      throws IOException, InterruptedException {
    request.header(
        "Authorization",
        "AWS4-HMAC-SHA256 Credential="
            + credential
            + ", SignedHeaders=host;x-amz-date, Signature=00");
    if (headers.length > 0) {
      request.headers(headers);
    }
    return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  static HttpResponse<String> unsigned(SimulatedAccount account, String service)
      throws IOException, InterruptedException {
    return HTTP.send(request(account, service).build(), HttpResponse.BodyHandlers.ofString());
  }

  /** The code of an answer that is an error, in any of the services' forms. */
  static String code(HttpResponse<String> answer) {
    Matcher code = CODE.matcher(answer.body());
    return code.find() ? code.group(1) : "no code in " + answer.body();
  }

  private static HttpRequest.Builder request(SimulatedAccount account, String service) {
    String form =
        switch (service) {
          case "iam" -> "/?Action=ListRoles&Version=2010-05-08";
          case "sts" -> "/?Action=GetCallerIdentity&Version=2011-06-15";
          case "ec2" -> "/?Action=DescribeInstances&Version=2016-11-15";
          case "autoscaling" -> "/?Action=DescribeAutoScalingInstances&Version=2011-01-01";
          default -> "/";
        };
    var request = HttpRequest.newBuilder(URI.create(account.endpoint() + form));
    return service.equals("cloudtrail")
        ? request
            .header(
                "X-Amz-Target",
                "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents")
            .POST(BodyPublishers.ofString("{}"))
        : request;
  }
}
