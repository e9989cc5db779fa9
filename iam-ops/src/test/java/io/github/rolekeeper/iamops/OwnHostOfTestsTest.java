package io.github.rolekeeper.iamops;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption.OnlyIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;

/** Before a stop the machine's own metadata service is asked, which tests have to leave alone. */
@AnalyzeClasses(packagesOf = OwnHostOfTestsTest.class, importOptions = OnlyIncludeTests.class)
class OwnHostOfTestsTest {
  @ArchTest
  static final ArchRule who_may_stop_does_not_ask_this_machine =
      classes()
          .that(
              call(RepairTarget.Builder.class, "allowStopStart")
                  .and(call(InstanceProfileOps.Builder.class, "build")))
          .should(
              ArchCondition.from(
                  call(InstanceProfileOps.Builder.class, "ownHost")
                      .as("say by ownHost(…) that they run elsewhere")));

  private static DescribedPredicate<JavaClass> call(Class<?> owner, String method) {
    return DescribedPredicate.describe(
        "call " + method,
        from ->
            from.getMethodCallsFromSelf().stream()
                .anyMatch(
                    each ->
                        each.getTargetOwner().isEquivalentTo(owner)
                            && each.getName().equals(method)));
  }
}
