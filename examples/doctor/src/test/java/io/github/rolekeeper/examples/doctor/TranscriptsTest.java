package io.github.rolekeeper.examples.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Every state as a user of the program meets it; {@code docs/transcripts.md} is what was seen. */
class TranscriptsTest {
  private static final Path FILE = Path.of("..", "..", "docs", "transcripts.md");

  private static final String HEAD =
      """
      # The doctor on every state

      What `rolekeeper` (`examples/doctor`) prints for each of the broken states of the
      [field guide](field-guide.md), on the instance, against a simulated account. B7 and B8 come of
      a race that the simulated IAM, as AWS's, refuses to bring about, so that there the answer of
      GetInstanceProfile is changed on its way. Ids are replaced by others that stay the same from
      build to build.

      The build plays these sessions and fails if they differ from this file; write it again with
      `mvn -pl examples/doctor test -Dtest=TranscriptsTest -Drolekeeper.transcripts=write`.
      """;

  @Test
  void the_program_says_what_the_transcripts_show() throws Exception {
    String played = played();

    if ("write".equals(System.getProperty("rolekeeper.transcripts"))) {
      Files.writeString(FILE, played);
    }
    assertThat(FILE).as("run with -Drolekeeper.transcripts=write").exists();
    assertThat(played)
        .as(
            "what the program says has changed; if it shall, run with -Drolekeeper.transcripts=write")
        .isEqualTo(Files.readString(FILE));
  }

  private static String played() {
    var text = new StringBuilder(HEAD);
    for (Scene.Broken broken : Scene.Broken.values()) {
      text.append("\n## ").append(broken.name().replace("_STOPPED", "")).append(": ");
      text.append(broken.heading).append("\n```\n");
      try (var scene = new Scene(broken)) {
        var masks = new Masks();
        text.append(masks.hide(scene.play("diagnose", broken.looking))).append("\n");
        text.append(masks.hide(scene.play("plan", broken.options))).append("\n");
        text.append(masks.hide(scene.play("repair", broken.options))).append("\n");
        text.append(masks.hide(scene.play("verify", broken.wanted)));
      }
      text.append("```\n");
    }
    text.append("\n## Calls that are wrong, and answers that are not had\n```\n");
    try (var scene = new Scene(Scene.Broken.B3)) {
      var masks = new Masks();
      text.append(masks.hide(scene.playAsIs("diagnose"))).append("\n");
      text.append(masks.hide(scene.playAsIs("diagnose", "web"))).append("\n");
      text.append(masks.hide(scene.playAsIs("repair", scene.instance()))).append("\n");
      text.append(masks.hide(scene.playAsIs("lift", scene.instance(), "--yes"))).append("\n");
      text.append(masks.hide(scene.playAsIs("diagnose", "i-0fedcba9876543210")));
    }
    return text.append("```\n").toString();
  }

  /** Puts ids of its own for those that differ from run to run, the same for the same. */
  private static final class Masks {
    private static final Pattern MASKED =
        Pattern.compile(
            "http://127\\.0\\.0\\.1:[0-9]+|\\bi-[0-9a-f]{17}\\b|\\biip-assoc-[0-9a-f]{17}\\b|\\bplan-[0-9a-f]{8}\\b"
                + "|\\bAIPA[A-Z0-9]{17}\\b|\\bAROA[A-Z0-9]{17}\\b"
                + "|\\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\\b");

    private final Map<String, String> masks = new HashMap<>();
    private final Map<String, Integer> counts = new HashMap<>();

    String hide(String text) {
      return MASKED
          .matcher(text)
          .replaceAll(each -> masks.computeIfAbsent(each.group(), this::next));
    }

    /** The letters before the first digit tell the kind; the number keeps the length. */
    private String next(String id) {
      if (id.startsWith("http")) {
        return "http://127.0.0.1:PORT";
      }
      String kind =
          id.startsWith("A")
              ? id.substring(0, 4)
              : id.matches("[0-9a-f]{8}-.*") ? "" : id.substring(0, id.lastIndexOf('-') + 1);
      int number = counts.merge(kind, 1, Integer::sum);
      if (kind.isEmpty()) {
        return "00000000-0000-0000-0000-%012d".formatted(number);
      }
      String letters = kind.startsWith("A") ? "EXAMPLE" : "";
      int digits = id.length() - kind.length() - letters.length();
      return kind + letters + ("%0" + digits + "d").formatted(number);
    }
  }
}
