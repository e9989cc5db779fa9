package io.github.rolekeeper.testkit.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** The server in a JVM of its own. */
final class ServerProcess implements AutoCloseable {
  private final Process process;
  private final BufferedReader output;
  private final Path errors;

  private ServerProcess(List<String> program, List<String> arguments, Path directory)
      throws IOException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Duser.language=" + Locale.getDefault().getLanguage());
    command.add("-Duser.country=" + Locale.getDefault().getCountry());
    command.addAll(program);
    command.addAll(arguments);
    errors = Files.createTempFile(directory, "server", ".err");
    var builder = new ProcessBuilder(command).redirectError(errors.toFile());
    // Java says what it finds there, among the errors.
    builder
        .environment()
        .keySet()
        .removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS"));
    process = builder.start();
    output = process.inputReader();
  }

  static ServerProcess ofClasses(Path directory, String... arguments) throws IOException {
    return new ServerProcess(
        List.of("-cp", System.getProperty("java.class.path"), TestkitServer.class.getName()),
        List.of(arguments),
        directory);
  }

  /** With so little memory that what is kept is noticed. */
  static ServerProcess ofClassesInSmallHeap(Path directory) throws IOException {
    return new ServerProcess(
        List.of(
            "-Xmx48m", "-cp", System.getProperty("java.class.path"), TestkitServer.class.getName()),
        List.of(),
        directory);
  }

  static ServerProcess ofJar(String jar, Path directory, String... arguments) throws IOException {
    return new ServerProcess(List.of("-jar", jar), List.of(arguments), directory);
  }

  /** The one line that says that the server is ready. */
  JsonNode ready() throws IOException {
    String line = output.readLine();
    assertThat(line).as("first line of output; errors: %s", errors()).isNotNull();
    return new ObjectMapper().readTree(line);
  }

  String errors() throws IOException {
    return Files.readString(errors);
  }

  /** SIGTERM where there are signals. */
  void terminate() {
    // Process.destroy would close the streams too.
    process.toHandle().destroy();
  }

  /** Waits for the end and returns the exit code. */
  int exitCode() throws InterruptedException {
    assertThat(process.waitFor(5, TimeUnit.MINUTES)).as("the process has ended").isTrue();
    return process.exitValue();
  }

  List<String> restOfOutput() {
    return output.lines().toList();
  }

  static String get(String uri) throws IOException, InterruptedException {
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(URI.create(uri)).build(), BodyHandlers.ofString())
        .body();
  }

  static String post(String uri, String json) throws IOException, InterruptedException {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create(uri)).POST(BodyPublishers.ofString(json)).build(),
            BodyHandlers.ofString())
        .body();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
