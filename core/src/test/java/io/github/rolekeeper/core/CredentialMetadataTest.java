package io.github.rolekeeper.core;

import static io.github.rolekeeper.core.Sets.NOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class CredentialMetadataTest {
  private static final String KEY = "ASIA0123456789ABWXYZ";

  @Test
  void no_text_shows_more_of_the_key_id_than_its_last_four_characters() {
    CredentialMetadata set = Sets.issued(KEY, NOON, Duration.ofHours(6));
    ScriptedSource source = new ScriptedSource();
    source.serves(set, Sets.profileGone());
    CredentialTracker tracker = CredentialTracker.builder(source).clock(() -> NOON).build();
    CredentialSnapshot before = tracker.snapshot();
    CredentialSnapshot after = tracker.poll();
    Change change = new Change(before, after);

    assertThat(set.maskedAccessKeyId()).isEqualTo("****WXYZ");
    assertThat(set.toString()).contains("****WXYZ").doesNotContain("ABWXYZ");
    assertThat(CredentialObservation.of(set).toString()).doesNotContain("ABWXYZ");
    assertThat(after.toString()).contains("****WXYZ").doesNotContain("ABWXYZ");
    assertThat(change.events().toString()).contains("****WXYZ").doesNotContain("ABWXYZ");
    assertThat(ChangeLog.line(change)).contains("****WXYZ").doesNotContain("ABWXYZ");
  }

  @Test
  void a_short_key_id_is_masked_whole() {
    assertThat(Sets.withoutExpiration("ABCDEFG").maskedAccessKeyId()).isEqualTo("****");
    assertThat(Sets.withoutExpiration("ABCDEFGH").maskedAccessKeyId()).isEqualTo("****EFGH");
  }

  @Test
  void a_blank_key_id_is_refused() {
    assertThatIllegalArgumentException().isThrownBy(() -> Sets.withoutExpiration(" "));
  }
}
