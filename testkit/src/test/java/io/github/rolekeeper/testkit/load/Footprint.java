package io.github.rolekeeper.testkit.load;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/** What a process uses; printed, and judged by nobody. */
record Footprint(long heap, int threads, int sockets) {
  static Footprint taken() throws IOException {
    System.gc();
    System.gc();
    return new Footprint(
        ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed(),
        ManagementFactory.getThreadMXBean().getThreadCount(),
        openSockets());
  }

  private static int openSockets() throws IOException {
    Path descriptors = Path.of("/proc/self/fd");
    if (!Files.isDirectory(descriptors)) {
      return 0; // no Linux: heap and threads must do
    }
    int sockets = 0;
    try (var all = Files.newDirectoryStream(descriptors)) {
      for (Path each : all) {
        try {
          if (Files.readSymbolicLink(each).toString().startsWith("socket:")) {
            sockets++;
          }
        } catch (IOException e) {
          // Closed since it was listed.
        }
      }
    }
    return sockets;
  }
}
