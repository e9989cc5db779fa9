package io.github.rolekeeper.iamops;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packagesOf = ArchitectureTest.class, importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
  @ArchTest
  static final ArchRule depends_on_core_imds_and_the_sdk_alone =
      classes()
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "java..",
              "org.jspecify..",
              "com.fasterxml.jackson..",
              "software.amazon.awssdk..",
              "io.github.rolekeeper.core..",
              "io.github.rolekeeper.imds..",
              "io.github.rolekeeper.iamops..");

  @ArchTest
  static final ArchRule decisions_know_nothing_of_the_sdk =
      noClasses()
          .that()
          .doNotBelongToAnyOf(
              AwsReader.class,
              StopHazards.class,
              ProfileReader.class,
              RolelessProfiles.class,
              AwsWriter.class,
              AwsFailures.class,
              SessionRevocations.class,
              StepRunner.class,
              StepCaller.class,
              InstanceProfileOpsException.class,
              InstanceProfileOps.class)
          .and()
          .resideOutsideOfPackage("io.github.rolekeeper.iamops.cloudtrail..")
          .should()
          .dependOnClassesThat(
              resideInAPackage("software.amazon.awssdk..")
                  // A model of documents, without I/O.
                  .and(not(resideInAPackage("software.amazon.awssdk.policybuilder.."))));

  @ArchTest
  static final ArchRule only_the_writer_and_the_reader_call_aws =
      noClasses()
          .that(
              not(
                  belongToAnyOf(
                      AwsReader.class,
                      StopHazards.class,
                      ProfileReader.class,
                      RolelessProfiles.class,
                      AwsWriter.class,
                      InstanceProfileOps.class)))
          .and()
          .resideOutsideOfPackage("io.github.rolekeeper.iamops.cloudtrail..")
          .should()
          .dependOnClassesThat(resideInAPackage("software.amazon.awssdk.services.."));

  @ArchTest
  static final ArchRule only_its_own_package_needs_cloudtrail =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.github.rolekeeper.iamops.cloudtrail..")
          .should()
          .dependOnClassesThat(
              resideInAPackage("software.amazon.awssdk.services.cloudtrail..")
                  .or(resideInAPackage("io.github.rolekeeper.iamops.cloudtrail..")));

  @ArchTest
  static final ArchRule only_one_class_reads_the_time_or_sleeps =
      noClasses()
          .that()
          .doNotBelongToAnyOf(SystemTime.class)
          .should()
          .callMethod(java.time.Instant.class, "now")
          .orShould()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(System.class, "nanoTime")
          .orShould()
          .callMethod(java.time.InstantSource.class, "system")
          .orShould()
          .callMethod(Thread.class, "sleep", long.class);
}
