package io.github.rolekeeper.iamops;

import io.github.rolekeeper.core.CredentialMetadata;
import io.github.rolekeeper.core.InstanceProfileId;
import io.github.rolekeeper.imds.IamInfo;
import io.github.rolekeeper.imds.RoleCredentials;
import java.time.Instant;
import java.util.Optional;

/**
 * What the metadata of an instance shows of its profile and role. What it does not show is told
 * apart from what it shows to be missing.
 */
sealed interface MetadataSight {
  /** Which of the forms it is, for a {@code switch}. */
  enum Kind {
    SHOWS_PROFILE,
    SHOWS_ANOTHER_PROFILE,
    WITHOUT_ROLE,
    NO_PROFILE,
    REFUSES,
    CREDENTIALS_ONLY,
    UNREADABLE,
    OF_ANOTHER_INSTANCE,
    NOT_ASKED;

    /** Whether it says anything of the instance. */
    boolean answered() {
      return switch (this) {
        case UNREADABLE, OF_ANOTHER_INSTANCE, NOT_ASKED -> false;
        default -> true;
      };
    }

    /** Whether it tells that the instance follows its association, or that it does not. */
    boolean witnesses() {
      return answered() && this != CREDENTIALS_ONLY;
    }
  }

  Kind kind();

  /** In words; why nothing is known, where nothing is. */
  String inWords();

  /** The credentials that are served, whether they still work or not. */
  default Optional<CredentialMetadata> session() {
    return Optional.empty();
  }

  default Optional<InstanceProfileId> profile() {
    return Optional.empty();
  }

  /** When the service last looked at the profile. */
  default Optional<Instant> updated() {
    return Optional.empty();
  }

  /** The same, by the profile that IAM has, if it has one. */
  default MetadataSight against(Optional<InstanceProfileId> held) {
    return this;
  }

  /** A profile and credentials, and nothing wrong with either by the metadata's own word. */
  record ShowsProfile(
      InstanceProfileId id, CredentialMetadata credentials, Optional<Instant> updated)
      implements MetadataSight {
    @Override
    public Kind kind() {
      return Kind.SHOWS_PROFILE;
    }

    @Override
    public String inWords() {
      return "Success for " + id;
    }

    @Override
    public Optional<CredentialMetadata> session() {
      return Optional.of(credentials);
    }

    @Override
    public Optional<InstanceProfileId> profile() {
      return Optional.of(id);
    }

    @Override
    public MetadataSight against(Optional<InstanceProfileId> held) {
      return held.equals(Optional.of(id)) ? this : new ShowsAnotherProfile(this);
    }
  }

  /** As before, for a profile that is not the one that IAM has. */
  record ShowsAnotherProfile(ShowsProfile shown) implements MetadataSight {
    @Override
    public Kind kind() {
      return Kind.SHOWS_ANOTHER_PROFILE;
    }

    @Override
    public String inWords() {
      return shown.inWords();
    }

    @Override
    public Optional<CredentialMetadata> session() {
      return shown.session();
    }

    @Override
    public Optional<InstanceProfileId> profile() {
      return shown.profile();
    }

    @Override
    public Optional<Instant> updated() {
      return shown.updated();
    }
  }

  /**
   * Success, and no role for it.
   *
   * @param message that the profile holds none; empty if only the credentials are missing
   */
  record WithoutRole(
      InstanceProfileId id,
      String message,
      Optional<CredentialMetadata> session,
      Optional<Instant> updated)
      implements MetadataSight {
    @Override
    public Kind kind() {
      return Kind.WITHOUT_ROLE;
    }

    @Override
    public String inWords() {
      return "Success for "
          + id
          + (message.isEmpty() ? ", and no credentials" : ", but: " + message);
    }

    @Override
    public Optional<InstanceProfileId> profile() {
      return Optional.of(id);
    }
  }

  /** Neither a profile nor credentials. */
  record NoProfile() implements MetadataSight {
    @Override
    public Kind kind() {
      return Kind.NO_PROFILE;
    }

    @Override
    public String inWords() {
      return "404, no instance profile";
    }
  }

  /**
   * An error in the place of what is asked for.
   *
   * @param role whose credentials it stands for; empty if it stands for the profile
   * @param profile likewise, the profile that is shown all the same; empty if none is
   */
  record Refuses(
      String code,
      String message,
      Optional<String> role,
      Optional<InstanceProfileId> profile,
      Optional<CredentialMetadata> session,
      Optional<Instant> updated)
      implements MetadataSight {
    @Override
    public Kind kind() {
      return Kind.REFUSES;
    }

    @Override
    public String inWords() {
      return role.map(name -> "no credentials of role " + name + ": ").orElse("") + words();
    }

    String words() {
      return code + (message.isEmpty() ? "" : ": " + message);
    }
  }

  /** Credentials, and no word of a profile: EC2 has taken it away, or somebody hides the path. */
  record CredentialsOnly(CredentialMetadata credentials) implements MetadataSight {
    @Override
    public Kind kind() {
      return Kind.CREDENTIALS_ONLY;
    }

    @Override
    public String inWords() {
      return "credentials, but no meta-data/iam/info";
    }

    @Override
    public Optional<CredentialMetadata> session() {
      return Optional.of(credentials);
    }
  }

  /** Nothing is known. */
  record Unreadable(String inWords) implements MetadataSight {
    @Override
    public Kind kind() {
      return Kind.UNREADABLE;
    }
  }

  /** Nothing is known: what is at hand is of another instance. */
  record OfAnotherInstance(String id) implements MetadataSight {
    @Override
    public Kind kind() {
      return Kind.OF_ANOTHER_INSTANCE;
    }

    @Override
    public String inWords() {
      return "the metadata at hand is of another instance, " + id;
    }
  }

  /** Nothing is known, because nobody asked. */
  record NotAsked(String inWords) implements MetadataSight {
    static final NotAsked NO_CLIENT = new NotAsked("no metadata client was given");

    @Override
    public Kind kind() {
      return Kind.NOT_ASKED;
    }
  }

  /** What two answers show together. */
  static MetadataSight of(IamInfo info, RoleCredentials credentials) {
    Optional<CredentialMetadata> session =
        credentials instanceof RoleCredentials.Available available
            ? Optional.of(available.metadata())
            : Optional.empty();
    if (info instanceof IamInfo.Failed failed) {
      return new Refuses(
          failed.code(),
          failed.message(),
          Optional.empty(),
          Optional.empty(),
          session,
          failed.lastUpdated());
    }
    if (credentials instanceof RoleCredentials.Refused refused) {
      return new Refuses(
          refused.code(),
          refused.message(),
          Optional.of(refused.roleName()),
          info instanceof IamInfo.Associated shown ? Optional.of(shown.id()) : Optional.empty(),
          Optional.empty(),
          refused.lastUpdated());
    }
    if (info instanceof IamInfo.WithoutRole shown) {
      return new WithoutRole(shown.id(), shown.message(), session, shown.lastUpdated());
    }
    if (info instanceof IamInfo.Associated shown) {
      return session.isPresent()
          ? new ShowsProfile(shown.id(), session.get(), shown.lastUpdated())
          : new WithoutRole(shown.id(), "", session, shown.lastUpdated());
    }
    return session.isPresent() ? new CredentialsOnly(session.get()) : new NoProfile();
  }
}
