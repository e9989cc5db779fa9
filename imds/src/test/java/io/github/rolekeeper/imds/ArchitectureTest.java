package io.github.rolekeeper.imds;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.Date;
import java.util.Set;

@AnalyzeClasses(
    packages = "io.github.rolekeeper.imds",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String[] ADAPTERS = {"..awssdk..", "..micrometer.."};
  private static final String[] OURS_AND_JDK = {
    "io.github.rolekeeper.imds..", "io.github.rolekeeper.core", "java..", "org.jspecify.annotations"
  };

  @ArchTest
  static final ArchRule imds_stands_on_core_a_json_parser_and_a_retry_policy =
      classes()
          .that()
          .resideOutsideOfPackages(ADAPTERS)
          .should()
          .onlyDependOnClassesThat(
              resideInAnyPackage(OURS_AND_JDK)
                  .or(resideInAnyPackage("com.fasterxml.jackson.core..", "dev.failsafe..")));

  @ArchTest
  static final ArchRule adapters_add_only_what_they_adapt =
      classes()
          .that()
          .resideInAnyPackage(ADAPTERS)
          .should()
          .onlyDependOnClassesThat(
              resideInAnyPackage(OURS_AND_JDK)
                  .or(resideInAnyPackage("software.amazon.awssdk..", "io.micrometer..")))
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule one_file_tries_again =
      noClasses()
          .that()
          .doNotHaveFullyQualifiedName(Retries.class.getName())
          .and()
          .doNotHaveFullyQualifiedName(Retries.class.getName() + "$Call")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("dev.failsafe..");

  @ArchTest
  static final ArchRule one_file_parses =
      noClasses()
          .that()
          .doNotBelongToAnyOf(JsonMembers.class)
          .should()
          .dependOnClassesThat()
          .resideInAPackage("com.fasterxml.jackson..");

  @ArchTest
  static final ArchRule others_types_stay_out_of_the_public_signatures =
      methods()
          .that()
          .areDeclaredInClassesThat()
          .arePublic()
          .and()
          .areDeclaredInClassesThat()
          .resideOutsideOfPackages(ADAPTERS)
          .should(mentionOnlyOursAndTheJdks());

  @ArchTest
  static final ArchRule nothing_here_knows_a_proxy_or_follows_a_redirect =
      noClasses()
          .should()
          .dependOnClassesThat()
          .haveNameMatching(
              "java\\.net\\.(Http)?URLConnection|java\\.net\\.URL|java\\.net\\.http\\..*|java\\.net\\.Proxy.*");

  @ArchTest
  static final ArchRule one_class_of_a_package_reads_the_clock_of_the_machine =
      noClasses()
          .that()
          .doNotHaveSimpleName("SystemTime")
          .should()
          .accessTargetWhere(readingTheMachinesTime());

  private static ArchCondition<JavaMethod> mentionOnlyOursAndTheJdks() {
    DescribedPredicate<JavaClass> allowed =
        resideInAnyPackage(OURS_AND_JDK).or(describe("primitive", JavaClass::isPrimitive));
    return new ArchCondition<>("mention only our own types and the JDK's") {
      @Override
      public void check(JavaMethod method, ConditionEvents events) {
        if (method.getModifiers().contains(JavaModifier.PUBLIC)
            || method.getModifiers().contains(JavaModifier.PROTECTED)) {
          method.getAllInvolvedRawTypes().stream()
              .map(JavaClass::getBaseComponentType)
              .filter(type -> !allowed.test(type))
              .forEach(
                  type ->
                      events.add(
                          SimpleConditionEvent.violated(
                              method, method.getFullName() + " mentions " + type.getName())));
        }
      }
    };
  }

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
          JavaClass owner = call.getTargetOwner();
          boolean ofClock = clocks.stream().anyMatch(owner::isEquivalentTo);
          return (ofClock && (name.equals("now") || name.startsWith("system")))
              || (owner.isEquivalentTo(System.class)
                  && (name.equals("nanoTime") || name.equals("currentTimeMillis")))
              || (owner.isEquivalentTo(Thread.class) && name.equals("sleep"))
              || (owner.isEquivalentTo(Date.class) && name.equals("<init>"));
        });
  }
}
