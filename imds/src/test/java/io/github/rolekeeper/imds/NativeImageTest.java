package io.github.rolekeeper.imds;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.List;
import java.util.ResourceBundle;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * A native image holds what the code can be seen to use. What needs a configuration of its own
 * there (reflection, dynamic proxies, resources, services, serialisation, classes by name) is not
 * used.
 */
@AnalyzeClasses(
    packages = "io.github.rolekeeper.imds",
    importOptions = ImportOption.DoNotIncludeTests.class)
class NativeImageTest {
  private static final Set<Class<?>> DYNAMIC =
      Set.of(
          ServiceLoader.class,
          ResourceBundle.class,
          ObjectInputStream.class,
          ObjectOutputStream.class,
          ClassLoader.class);

  // A class may be asked for its name, its constants or a cast: that is no reflection.
  private static final Pattern REFLECTING =
      Pattern.compile(
          "forName|newInstance|getResource.*|getClassLoader|getRecordComponents"
              + "|get(Declared)?(Method|Field|Constructor|Classe)s?");

  @ArchTest
  static final ArchRule nothing_here_needs_a_configuration_of_a_native_image =
      noClasses()
          .should()
          .dependOnClassesThat(
              describe("are found or made while the program runs", NativeImageTest::isDynamic))
          .orShould()
          .accessTargetWhere(
              describe(
                  "is a reflecting method of Class",
                  access -> reflects(access.getTargetOwner(), access.getName())));

  private static boolean isDynamic(JavaClass type) {
    return type.getPackageName().equals("java.lang.reflect")
        || DYNAMIC.stream().anyMatch(type::isEquivalentTo);
  }

  private static boolean reflects(JavaClass owner, String method) {
    return owner.isEquivalentTo(Class.class) && REFLECTING.matcher(method).matches();
  }

  @Test
  void the_rule_would_notice_each_kind_of_offender() {
    List<Class<?>> offenders =
        List.of(
            ByName.class,
            ByReference.class,
            Resource.class,
            Service.class,
            Stored.class,
            Made.class);
    String report =
        nothing_here_needs_a_configuration_of_a_native_image
            .evaluate(new ClassFileImporter().importClasses(offenders))
            .getFailureReport()
            .toString();
    assertThat(offenders).allMatch(offender -> report.contains(offender.getName()));
  }

  private static final class ByName {
    Class<?> find(String name) throws ClassNotFoundException {
      return Class.forName(name);
    }
  }

  private static final class ByReference {
    Function<String, Object> find(Class<?> type) {
      return type::getResource;
    }
  }

  private static final class Resource {
    Object find() {
      return Resource.class.getResourceAsStream("x");
    }
  }

  private static final class Service {
    Object find() {
      return ServiceLoader.load(Runnable.class);
    }
  }

  private static final class Stored {
    Object find(ObjectInputStream in) throws Exception {
      return in.readObject();
    }
  }

  private static final class Made {
    Object find(Class<?> type) throws Exception {
      return type.getDeclaredConstructor().newInstance();
    }
  }
}
