package io.github.rolekeeper.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;

/** A {@link MetadataStub} in a process of its own, which ends with this. */
final class StubProcess implements AutoCloseable {
  private final Process process;
  private final int port;

  private StubProcess(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  static StubProcess start(String connection) throws IOException {
    Process process =
        new ProcessBuilder(
                System.getProperty("java.home") + "/bin/java",
                "-cp",
                System.getProperty("java.class.path"),
                "-Xmx128m",
                MetadataStub.class.getName(),
                connection)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    BufferedReader said = process.inputReader();
    return new StubProcess(process, Integer.parseInt(said.readLine()));
  }

  int port() {
    return port;
  }

  URI endpoint() {
    return URI.create("http://127.0.0.1:" + port);
  }

  @Override
  public void close() throws IOException {
    process.getOutputStream().close();
    process.destroy();
  }
}
