package io.github.rolekeeper.imds;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;

/** Looks at the machine itself, without a packet. What it saw is remembered for a while. */
final class Platform {
  // Long beside the time that five small files take; short enough that a virtual machine which was
  // moved, or files that a container was given late, are noticed.
  private static final Duration REMEMBERED = Duration.ofMinutes(10);

  private static final int LONGEST = 256; // SMBIOS strings are at most 64 long

  /**
   * What the machine tells.
   *
   * @param ofEc2 whether it says that it is one of EC2's
   * @param contradiction why it is none; empty if it is one, or does not tell
   */
  record Verdict(boolean ofEc2, Optional<String> contradiction) {}

  private record Seen(Verdict verdict, long until) {}

  private final Path root;
  private final LongSupplier nanos;
  private final AtomicReference<Seen> seen = new AtomicReference<>();

  Platform(Path root, LongSupplier nanos) {
    this.root = root;
    this.nanos = nanos;
  }

  /** What the machine tells now, or told a while ago. */
  Verdict verdict() {
    long now = nanos.getAsLong();
    Seen before = seen.get();
    if (before != null && before.until() - now > 0) {
      return before.verdict();
    }
    PlatformSigns signs = signs();
    Verdict verdict = new Verdict(signs.ofEc2(), signs.contradiction());
    seen.set(new Seen(verdict, now + REMEMBERED.toNanos()));
    return verdict;
  }

  private PlatformSigns signs() {
    String dmi = "sys/devices/virtual/dmi/id/";
    return new PlatformSigns(
        text("sys/hypervisor/uuid"),
        text(dmi + "product_uuid"),
        text(dmi + "sys_vendor"),
        text(dmi + "board_vendor"),
        text(dmi + "bios_vendor"));
  }

  /** Empty if the file is not there or not to be read: then it tells nothing. */
  private Optional<String> text(String path) {
    try (InputStream in = Files.newInputStream(root.resolve(path))) {
      return Optional.of(new String(in.readNBytes(LONGEST), StandardCharsets.US_ASCII).strip());
    } catch (IOException | SecurityException e) {
      return Optional.empty();
    }
  }
}
