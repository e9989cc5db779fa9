package io.github.rolekeeper.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;

/** Reads the metadata of an instance over a socket, without a token. */
final class MetadataReader {
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final SimulatedInstance instance;

  MetadataReader(SimulatedInstance instance) {
    this.instance = instance;
  }

  HttpResponse<byte[]> response(String path) {
    try {
      return http.send(
          HttpRequest.newBuilder(URI.create(instance.metadataEndpoint() + path)).build(),
          HttpResponse.BodyHandlers.ofByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  int status(String path) {
    return response(path).statusCode();
  }

  /** The body of a 200. */
  byte[] bytes(String path) {
    HttpResponse<byte[]> response = response(path);
    if (response.statusCode() != 200) {
      throw new AssertionError(path + " answered " + response.statusCode());
    }
    return response.body();
  }

  String text(String path) {
    return new String(bytes(path), StandardCharsets.UTF_8);
  }

  /** A value or a listing under {@code /latest/meta-data/}. */
  String metaData(String category) {
    return text("/latest/meta-data/" + category);
  }

  int metaDataStatus(String category) {
    return status("/latest/meta-data/" + category);
  }
}
