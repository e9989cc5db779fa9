package io.github.rolekeeper.benchmarks;

import io.github.rolekeeper.imds.InstanceMetadataClient;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.auth.credentials.InstanceProfileCredentialsProvider;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.imds.Ec2MetadataClient;

/**
 * The time of a fresh JVM, from its start to its end, in which one client gives one typed answer.
 * Each client has its turn in each round. The argument is the number of rounds.
 */
public final class ColdStart {
  private static final String DOCUMENT = "/latest/dynamic/instance-identity/document";

  private static final List<String> CLIENTS =
      List.of(
          "none",
          "rolekeeper document",
          "SDK URL connection document",
          "SDK Apache document",
          "rolekeeper credentials",
          "SDK provider credentials");

  private ColdStart() {}

  /**
   * Runs all clients, or as one of its own children, a single one.
   *
   * @param args the number of rounds; in a child, client and endpoint
   * @throws Exception if a client does not answer
   */
  public static void main(String[] args) throws Exception {
    if (args.length == 2) {
      if (run(args[0], URI.create(args[1])).isEmpty()) {
        throw new IllegalStateException("no answer");
      }
      return;
    }
    Map<String, List<Long>> times = new LinkedHashMap<>();
    try (StubProcess stub = StubProcess.start("close")) {
      for (int round = 0; round < Integer.parseInt(args[0]); round++) {
        for (String client : CLIENTS) {
          times.computeIfAbsent(client, name -> new ArrayList<>()).add(millis(client, stub));
        }
      }
    }
    times.forEach(
        (client, list) -> {
          Collections.sort(list);
          System.out.printf("%-30s median %4d ms %s%n", client, list.get(list.size() / 2), list);
        });
  }

  private static long millis(String client, StubProcess stub)
      throws IOException, InterruptedException {
    long began = System.nanoTime();
    int code =
        new ProcessBuilder(
                System.getProperty("java.home") + "/bin/java",
                "-cp",
                System.getProperty("java.class.path"),
                ColdStart.class.getName(),
                client,
                stub.endpoint().toString())
            .inheritIO()
            .start()
            .waitFor();
    if (code != 0) {
      throw new IllegalStateException(client + " ended with " + code);
    }
    return (System.nanoTime() - began) / 1_000_000;
  }

  // Each in a class of its own, so that a child loads nothing of another's.
  private static String run(String client, URI endpoint) {
    return switch (client) {
      case "rolekeeper document" -> Ours.document(endpoint);
      case "rolekeeper credentials" -> Ours.credentials(endpoint);
      case "SDK URL connection document" -> SdkUrlConnection.document(endpoint);
      case "SDK Apache document" -> SdkApache.document(endpoint);
      case "SDK provider credentials" -> SdkProvider.credentials(endpoint);
      default -> "nothing asked";
    };
  }

  private static final class Ours {
    static String document(URI endpoint) {
      try (InstanceMetadataClient client =
          InstanceMetadataClient.builder().endpoint(endpoint).build()) {
        return client.identityDocument().orElseThrow().toString();
      }
    }

    static String credentials(URI endpoint) {
      try (InstanceMetadataClient client =
          InstanceMetadataClient.builder().endpoint(endpoint).build()) {
        return client.credentialsMetadata().toString();
      }
    }
  }

  private static final class SdkUrlConnection {
    static String document(URI endpoint) {
      try (Ec2MetadataClient client =
          Ec2MetadataClient.builder()
              .endpoint(endpoint)
              .httpClient(UrlConnectionHttpClient.create())
              .build()) {
        return client.get(DOCUMENT).asDocument().toString();
      }
    }
  }

  private static final class SdkApache {
    static String document(URI endpoint) {
      try (Ec2MetadataClient client =
          Ec2MetadataClient.builder()
              .endpoint(endpoint)
              .httpClient(ApacheHttpClient.create())
              .build()) {
        return client.get(DOCUMENT).asDocument().toString();
      }
    }
  }

  private static final class SdkProvider {
    static String credentials(URI endpoint) {
      try (InstanceProfileCredentialsProvider provider =
          InstanceProfileCredentialsProvider.builder().endpoint(endpoint.toString()).build()) {
        return provider.resolveCredentials().accessKeyId();
      }
    }
  }
}
