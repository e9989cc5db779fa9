package io.github.rolekeeper.imds;

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
 * launch. That the extended one was there is forgotten when its list is not any more: what answered
 * was no EC2, and has changed. While neither tree is there, as without a profile, nothing is
 * learnt. It remembers the role too, until its document is gone. Thread-safe: what two threads
 * learn is the same.
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
    return configured.isPresent()
        ? document(configured.get(), deadline, parser)
        : discovered(deadline, parser);
  }

  private <T> Optional<T> discovered(Deadline deadline, BiFunction<String, byte[], T> parser) {
    Optional<T> known = role.flatMap(name -> document(name, deadline, parser));
    if (known.isPresent()) {
      return known;
    }
    role = Optional.empty();
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

  private Optional<String> listed(Deadline deadline) {
    boolean extended = tree.equals(Optional.of(Tree.EXTENDED));
    Optional<String> name = listedInTheTree(deadline);
    if (name.isEmpty() && extended) {
      tree = Optional.empty();
      return listedInTheTree(deadline);
    }
    return name;
  }

  private Optional<String> listedInTheTree(Deadline deadline) {
    return inTheTree(
        tried ->
            reader
                .read(
                    tried.list,
                    deadline,
                    bytes -> Lines.ROLES.of(tried.list, bytes).stream().findFirst())
                .flatMap(Function.identity()));
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
      return look.apply(Tree.PLAIN); // look-alikes have other answers than 404 to what they lack
    }
    Optional<T> found = extended.or(() -> look.apply(Tree.PLAIN));
    if (found.isPresent()) {
      tree = Optional.of(extended.isPresent() ? Tree.EXTENDED : Tree.PLAIN);
    }
    return found;
  }
}
