package io.github.rolekeeper.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A metadata service that costs as little as it can, in a process of its own so that its garbage is
 * not counted. Says its port on standard output and ends with standard input. With the argument
 * {@code close} it closes the connection after each answer, as the real service does.
 */
public final class MetadataStub {
  private static final String CREDENTIALS =
      """
      {"Code":"Success","LastUpdated":"2026-01-01T00:00:00Z","Type":"AWS-HMAC",\
      "AccessKeyId":"ASIAIOSFODNN7EXAMPLE","SecretAccessKey":"example","Token":"example",\
      "Expiration":"2099-01-01T00:00:00Z"}""";
  private static final String DOCUMENT =
      """
      {"accountId":"123456789012","architecture":"x86_64","availabilityZone":"eu-west-1a",\
      "billingProducts":null,"devpayProductCodes":null,"marketplaceProductCodes":null,\
      "imageId":"ami-0123456789abcdef0","instanceId":"i-0123456789abcdef0",\
      "instanceType":"m5.large","kernelId":null,"pendingTime":"2026-01-01T00:00:00Z",\
      "privateIp":"10.0.0.7","ramdiskId":null,"region":"eu-west-1","version":"2017-09-30"}""";

  private final boolean closes;
  private final Map<String, byte[]> answers;
  private final byte[] absent;

  private MetadataStub(boolean closes) {
    this.closes = closes;
    this.absent = answer("404 Not Found", "");
    String iam = "GET /latest/meta-data/iam/security-credentials/";
    this.answers =
        Map.of(
            "PUT /latest/api/token",
            ok("AQAAexampletoken=="),
            "GET /latest/meta-data/instance-id",
            ok("i-0123456789abcdef0"),
            "GET /latest/dynamic/instance-identity/document",
            ok(DOCUMENT),
            iam,
            ok("web-role"),
            iam + "web-role",
            ok(CREDENTIALS));
  }

  /**
   * Serves until standard input ends.
   *
   * @param args {@code close} or {@code keep-alive}
   * @throws IOException if there is no port to listen to
   */
  public static void main(String[] args) throws IOException {
    MetadataStub stub = new MetadataStub(args[0].equals("close"));
    ServerSocket listening = new ServerSocket(0, 512, InetAddress.getLoopbackAddress());
    daemon(() -> stub.accept(listening));
    System.out.println(listening.getLocalPort());
    while (System.in.read() >= 0) {
      // Nothing is said there; its end is waited for.
    }
    listening.close();
  }

  private static void daemon(Runnable work) {
    Thread thread = new Thread(work);
    thread.setDaemon(true);
    thread.start();
  }

  private void accept(ServerSocket listening) {
    try {
      while (true) {
        Socket connection = listening.accept();
        daemon(() -> serve(connection));
      }
    } catch (IOException e) {
      // Closed: the end.
    }
  }

  private void serve(Socket connection) {
    try (connection) {
      connection.setTcpNoDelay(true);
      BufferedReader in =
          new BufferedReader(
              new InputStreamReader(connection.getInputStream(), StandardCharsets.ISO_8859_1),
              1024);
      OutputStream out = connection.getOutputStream();
      boolean goesOn = true;
      while (goesOn) {
        String line = in.readLine();
        if (line == null) {
          return;
        }
        goesOn = !lastOne(in) && !closes;
        out.write(answers.getOrDefault(line.substring(0, line.lastIndexOf(' ')), absent));
      }
    } catch (IOException e) {
      // The client went first.
    }
  }

  private static boolean lastOne(BufferedReader in) throws IOException {
    boolean last = false;
    for (@Nullable String h = in.readLine(); h != null && !h.isEmpty(); h = in.readLine()) {
      last |= h.equalsIgnoreCase("Connection: close");
    }
    return last;
  }

  private byte[] ok(String body) {
    return answer("200 OK", body);
  }

  private byte[] answer(String status, String body) {
    return ("HTTP/1.1 "
            + status
            + "\r\nContent-Type: text/plain\r\nContent-Length: "
            + body.length()
            + "\r\nX-aws-ec2-metadata-token-ttl-seconds: 21600\r\nServer: EC2ws\r\n"
            + (closes ? "Connection: close\r\n\r\n" : "\r\n")
            + body)
        .getBytes(StandardCharsets.ISO_8859_1);
  }
}
