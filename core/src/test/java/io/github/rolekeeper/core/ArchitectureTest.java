package io.github.rolekeeper.core;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.Date;
import java.util.Set;

@AnalyzeClasses(
    packages = "io.github.rolekeeper.core",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String[] ADAPTERS = {"..awssdk..", "..micrometer.."};

  @ArchTest
  static final ArchRule core_stands_on_the_jdk_alone =
      classes()
          .that()
          .resideOutsideOfPackages(ADAPTERS)
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage("io.github.rolekeeper.core", "java..", "org.jspecify.annotations");

  @ArchTest
  static final ArchRule adapters_add_only_what_they_adapt =
      classes()
          .that()
          .resideInAnyPackage(ADAPTERS)
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "io.github.rolekeeper.core..",
              "java..",
              "org.jspecify.annotations",
              "software.amazon.awssdk..",
              "io.micrometer..")
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule one_class_of_a_package_reads_the_time_of_the_machine =
      noClasses()
          .that()
          .doNotHaveSimpleName("SystemTime")
          .should()
          .accessTargetWhere(readingTheMachinesTime());

  @ArchTest
  static final ArchRule nothing_here_does_input_or_output =
      noClasses()
          .that()
          .resideOutsideOfPackages(ADAPTERS)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("java.net..", "java.nio.file..", "java.nio.channels..");

  private static DescribedPredicate<JavaAccess<?>> readingTheMachinesTime() {
    Set<Class<?>> clocks =
        Set.of(
            Instant.class,
            LocalDateTime.class,
            ZonedDateTime.class,
            OffsetDateTime.class,
            Clock.class,
            InstantSource.class);
    return describe(
        "reads the machine's time or sleeps",
        call -> {
          String name = call.getName();
          var owner = call.getTargetOwner();
          boolean ofClock = clocks.stream().anyMatch(owner::isEquivalentTo);
          return (ofClock && (name.equals("now") || name.startsWith("system")))
              || (owner.isEquivalentTo(System.class)
                  && (name.equals("nanoTime") || name.equals("currentTimeMillis")))
              || (owner.isEquivalentTo(Thread.class) && name.equals("sleep"))
              || (owner.isEquivalentTo(Date.class) && name.equals("<init>"));
        });
  }
}
