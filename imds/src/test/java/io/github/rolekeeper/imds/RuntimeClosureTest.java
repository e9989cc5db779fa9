package io.github.rolekeeper.imds;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import dev.failsafe.Failsafe;
import io.github.rolekeeper.core.CredentialTracker;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleDescriptor.Requires.Modifier;
import java.lang.module.ModuleFinder;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** What an application gets along with this module: few jars, small, and modules that say so. */
class RuntimeClosureTest {
  // The SDK's own client with its smallest HTTP client is 20 jars and 2.65 MB.
  private static final long MOST_BYTES = 1_500_000;

  private static List<String> runtimeDependencies(InputStream pom) throws Exception {
    Element project =
        DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(pom).getDocumentElement();
    List<String> found = new ArrayList<>();
    NodeList all = project.getElementsByTagName("dependency");
    for (int i = 0; i < all.getLength(); i++) {
      Element dependency = (Element) all.item(i);
      boolean direct =
          dependency.getParentNode().getParentNode() == project
              && dependency.getParentNode().getNodeName().equals("dependencies");
      String scope = text(dependency, "scope");
      if (direct
          && !text(dependency, "optional").equals("true")
          && (scope.isEmpty() || scope.equals("compile") || scope.equals("runtime"))) {
        found.add(text(dependency, "artifactId"));
      }
    }
    return found;
  }

  private static String text(Element element, String name) {
    NodeList nodes = element.getElementsByTagName(name);
    return nodes.getLength() == 0 ? "" : nodes.item(0).getTextContent().strip();
  }

  private static List<String> runtimeDependencies(Path pom) throws Exception {
    try (InputStream in = Files.newInputStream(pom)) {
      return runtimeDependencies(in);
    }
  }

  private static List<String> runtimeDependencies(Class<?> of, String coordinates)
      throws Exception {
    try (InputStream in = of.getResourceAsStream("/META-INF/maven/" + coordinates + "/pom.xml")) {
      assertThat(in).isNotNull();
      return runtimeDependencies(in);
    }
  }

  @Test
  void a_run_takes_four_jars() throws Exception {
    assertThat(runtimeDependencies(Path.of("pom.xml")))
        .containsExactlyInAnyOrder("rolekeeper-core", "jackson-core", "failsafe");
    assertThat(runtimeDependencies(Path.of("../core/pom.xml"))).isEmpty();
    assertThat(runtimeDependencies(Failsafe.class, "dev.failsafe/failsafe")).isEmpty();
    // Its pom.xml names a parser that it has packed into itself; its module tells the truth.
    assertThat(
            ModuleFinder.of(place(JsonFactory.class))
                .findAll()
                .iterator()
                .next()
                .descriptor()
                .requires())
        .extracting(ModuleDescriptor.Requires::name)
        .containsExactly("java.base");
  }

  // Ours are not packed yet where only the tests are run.
  @Test
  void a_run_takes_at_most_a_megabyte_and_a_half() throws Exception {
    long bytes = 0;
    for (Class<?> one :
        List.of(
            InstanceMetadataClient.class,
            CredentialTracker.class,
            JsonFactory.class,
            Failsafe.class)) {
      bytes += size(place(one));
    }
    assertThat(bytes).isBetween(500_000L, MOST_BYTES);
  }

  private static Path place(Class<?> type) throws URISyntaxException {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
  }

  /** As large as it is in a jar. */
  private static long size(Path place) throws IOException {
    if (Files.isRegularFile(place)) {
      return Files.size(place);
    }
    CountingOutputStream packed = new CountingOutputStream();
    try (Stream<Path> files = Files.walk(place);
        ZipOutputStream jar = new ZipOutputStream(packed)) {
      for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
        jar.putNextEntry(new ZipEntry(place.relativize(file).toString()));
        Files.copy(file, jar);
      }
    }
    return packed.count;
  }

  private static final class CountingOutputStream extends OutputStream {
    private long count;

    @Override
    public void write(int octet) {
      count++;
    }
  }

  @Test
  void the_module_requires_and_exports_no_more_than_it_has_to() throws Exception {
    ModuleDescriptor module;
    try (InputStream in =
        Files.newInputStream(place(InstanceMetadataClient.class).resolve("module-info.class"))) {
      module = ModuleDescriptor.read(in);
    }
    assertThat(module.requires())
        .filteredOn(required -> !required.modifiers().contains(Modifier.STATIC))
        .extracting(ModuleDescriptor.Requires::name)
        .containsExactlyInAnyOrder(
            "java.base",
            "io.github.rolekeeper.core",
            "com.fasterxml.jackson.core",
            "dev.failsafe.core");
    assertThat(module.exports())
        .allMatch(exported -> exported.targets().isEmpty())
        .extracting(ModuleDescriptor.Exports::source)
        .containsExactlyInAnyOrder(
            "io.github.rolekeeper.imds",
            "io.github.rolekeeper.imds.awssdk",
            "io.github.rolekeeper.imds.watch");
    assertThat(module.opens()).isEmpty();
    assertThat(module.isOpen()).isFalse();
  }
}
