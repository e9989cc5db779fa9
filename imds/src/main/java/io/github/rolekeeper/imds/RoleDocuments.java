package io.github.rolekeeper.imds;

import io.github.rolekeeper.imds.InstanceMetadataException.Kind;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * Finds the document of the role's credentials, in the order that the AWS SDKs share (their
 * conformance vectors for IMDS, version 2.1): the extended tree, whose documents also name the
 * account, and where the service does not have that one, the plain tree.
 *
 * <p>It remembers which tree the service has, for as long as it lives: EC2 fixes the categories at
 * launch. That the extended one was there is forgotten when its list is not any more, or is
 * refused: what answered was no EC2, and has changed. While neither tree is there, as without a
 * profile, nothing is learnt. It remembers the role too, until its document does not come: the role
 * may have been exchanged, and services that resemble EC2 refuse a name that they do not know.
 * Thread-safe: what two threads learn is the same.
 */
final class RoleDocuments {
  private enum Tree {
    EXTENDED("meta-data/iam/security-credentials-extended/"),
    PLAIN(RoleCredentialsDocument.LIST);

    private final String list;

    Tree(String list) {
      this.list = list;
    }
  }

  // After a change of profile the list may name a role whose document is gone already.
  private static final int LOOKS = 2;

  // These say nothing of the path: to ask for another one at once would not help the service.
  private static final Set<Integer> OF_THE_SERVICE = Set.of(401, 429, 503);

  // And these may say that there is no such role: the list knows.
  private static final Set<Kind> REFUSALS = EnumSet.of(Kind.FORBIDDEN, Kind.BAD_REQUEST);

  private final MetadataReader reader;
  private final Optional<String> configured;
  private volatile Optional<Tree> tree = Optional.empty();
  private volatile Optional<String> role = Optional.empty();

  RoleDocuments(MetadataReader reader, Optional<String> configured) {
    this.reader = reader;
    this.configured = configured;
  }

  /**
   * Reads the document.
   *
   * @param parser is given the path and the bytes
   * @return empty if no role is named, or if the one that is named has no document
   */
  <T> Optional<T> read(Deadline deadline, BiFunction<String, byte[], T> parser) {
    if (configured.isPresent()) {
      relearnTheExtendedTree(); // there is no list that tells
      return document(configured.get(), deadline, parser);
    }
    return discovered(deadline, parser);
  }

  private <T> Optional<T> discovered(Deadline deadline, BiFunction<String, byte[], T> parser) {
    Optional<T> known = remembered(deadline, parser);
    if (known.isPresent()) {
      return known;
    }
    for (int look = 0; look < LOOKS; look++) {
      Optional<String> listed = listed(deadline);
      Optional<T> document = listed.flatMap(name -> document(name, deadline, parser));
      if (document.isPresent()) {
        role = listed;
      }
      if (document.isPresent() || listed.isEmpty()) {
        return document;
      }
    }
    return Optional.empty();
  }

  /** The document of the role that was listed once; without it, the list is asked again. */
  private <T> Optional<T> remembered(Deadline deadline, BiFunction<String, byte[], T> parser) {
    Optional<T> known = Optional.empty();
    try {
      known = role.flatMap(name -> document(name, deadline, parser));
    } catch (InstanceMetadataException e) {
      if (!REFUSALS.contains(e.kind())) {
        role = Optional.empty();
        throw e;
      }
    }
    if (known.isEmpty()) {
      role = Optional.empty();
    }
    return known;
  }

  private Optional<String> listed(Deadline deadline) {
    relearnTheExtendedTree();
    return inTheTree(
        tried ->
            reader
                .read(
                    tried.list,
                    deadline,
                    bytes -> Lines.ROLES.of(tried.list, bytes).stream().findFirst())
                .flatMap(Function.identity()));
  }

  /** It is tried first in any case; if it is not there any more, it must not hide the other one. */
  private void relearnTheExtendedTree() {
    if (tree.equals(Optional.of(Tree.EXTENDED))) {
      tree = Optional.empty();
    }
  }

  private <T> Optional<T> document(
      String name, Deadline deadline, BiFunction<String, byte[], T> parser) {
    return inTheTree(
        tried -> {
          String path = tried.list + name;
          return reader.readDocument(path, deadline, json -> parser.apply(path, json));
        });
  }

  private <T> Optional<T> inTheTree(Function<Tree, Optional<T>> look) {
    Optional<Tree> known = tree;
    if (known.isPresent()) {
      return look.apply(known.get());
    }
    Optional<T> extended;
    try {
      extended = look.apply(Tree.EXTENDED);
    } catch (InstanceMetadataException e) {
      int status = e.status().orElse(0);
      if (status < 300 || OF_THE_SERVICE.contains(status)) {
        throw e;
      }
      extended = Optional.empty(); // look-alikes have other answers than 404 to what they lack
    }
    Optional<T> found = extended.or(() -> look.apply(Tree.PLAIN));
    if (found.isPresent()) {
      tree = Optional.of(extended.isPresent() ? Tree.EXTENDED : Tree.PLAIN);
    }
    return found;
  }
}
