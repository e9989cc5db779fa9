package io.github.rolekeeper.testkit;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Clock;
import java.time.Instant;

@AnalyzeClasses(
    packages = "io.github.rolekeeper",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  @ArchTest
  static final ArchRule depends_on_none_of_our_modules =
      classes().should().resideInAPackage("io.github.rolekeeper.testkit..");

  @ArchTest
  static final ArchRule only_the_adapter_touches_the_optional_sdk =
      noClasses()
          .that()
          .resideOutsideOfPackage("..testkit.awssdk..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("software.amazon.awssdk..");

  @ArchTest
  static final ArchRule only_the_extension_touches_the_optional_junit =
      noClasses()
          .that()
          .resideOutsideOfPackage("..testkit.junit..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.junit..");

  @ArchTest
  static final ArchRule only_the_assertions_touch_the_optional_assertj =
      noClasses()
          .that()
          .resideOutsideOfPackage("..testkit.assertj..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.assertj..");

  @ArchTest
  static final ArchRule only_the_program_touches_the_optional_picocli =
      noClasses()
          .that()
          .resideOutsideOfPackage("..testkit.server..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("picocli..");

  @ArchTest
  static final ArchRule only_the_server_touches_wiremock =
      noClasses()
          .that()
          .haveSimpleNameNotStartingWith("WireServer")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("com.github.tomakehurst..", "wiremock..");

  @ArchTest
  static final ArchRule the_record_uses_the_account_from_outside =
      noClasses()
          .that()
          .resideInAPackage("io.github.rolekeeper.testkit")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("..testkit.record..");

  @ArchTest
  static final ArchRule only_the_clock_reads_the_real_time =
      noClasses()
          .that()
          .doNotHaveSimpleName("MutableClock")
          .should()
          .callMethod(Instant.class, "now")
          .orShould()
          .callMethod(Clock.class, "systemUTC")
          .orShould()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(System.class, "nanoTime")
          .orShould()
          .callMethod(Thread.class, "sleep", long.class);
}
