package io.github.rolekeeper.testkit.junit;

import io.github.rolekeeper.testkit.MutableClock;
import io.github.rolekeeper.testkit.SimulatedAccount;
import io.github.rolekeeper.testkit.awssdk.SdkClients;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestInstantiationAwareExtension;

/**
 * Gives each test a {@link SimulatedAccount} of its own and closes it afterwards. Constructors,
 * {@code @BeforeEach} and {@code @AfterEach} methods and tests may take parameters of these types:
 *
 * <ul>
 *   <li>{@link SimulatedAccount}
 *   <li>{@link MutableClock}: the account's clock
 *   <li>{@link SdkClients}: the account's administrator, if the AWS SDK is on the class path
 * </ul>
 *
 * <p>With {@code @ExtendWith(SimulatedAccountExtension.class)} the account has its defaults; to
 * choose, register a field:
 *
 * <pre>{@code
 * @RegisterExtension
 * static final SimulatedAccountExtension ACCOUNT =
 *     SimulatedAccountExtension.with(builder -> builder.sessionDuration(Duration.ofHours(1)));
 * }</pre>
 *
 * <p>A constructor's parameters need {@code @ExtendWith} or a static field, since an instance's
 * field is there only after the constructor. Nested classes see the account of their test, and
 * tests may run in parallel: the account belongs to the test, not to the extension.
 */
public final class SimulatedAccountExtension
    implements BeforeEachCallback,
        AfterEachCallback,
        ParameterResolver,
        TestInstantiationAwareExtension {
  private final UnaryOperator<SimulatedAccount.Builder> settings;
  private final ExtensionContext.Namespace namespace =
      ExtensionContext.Namespace.create(SimulatedAccountExtension.class);

  /** For {@code @ExtendWith}: an account with its defaults. */
  public SimulatedAccountExtension() {
    this(UnaryOperator.identity());
  }

  private SimulatedAccountExtension(UnaryOperator<SimulatedAccount.Builder> settings) {
    this.settings = Objects.requireNonNull(settings, "settings");
  }

  /**
   * For {@code @RegisterExtension}: an account that is not as by default.
   *
   * @param settings sets what is to be different; called for each test. A {@link MutableClock} set
   *     here is to be made here too, or all tests share it
   * @return the extension
   */
  public static SimulatedAccountExtension with(UnaryOperator<SimulatedAccount.Builder> settings) {
    return new SimulatedAccountExtension(settings);
  }

  /** {@inheritDoc} A constructor's parameters belong to the one test that the instance is for. */
  @Override
  public ExtensionContextScope getTestInstantiationExtensionContextScope(ExtensionContext root) {
    return ExtensionContextScope.TEST_METHOD;
  }

  @Override
  public void beforeEach(ExtensionContext test) {
    account(test);
  }

  @Override
  public void afterEach(ExtensionContext test) {
    SimulatedAccount account =
        test.getStore(namespace).remove(SimulatedAccount.class, SimulatedAccount.class);
    if (account != null) {
      account.close();
    }
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext test) {
    Class<?> type = parameter.getParameter().getType();
    return type == SimulatedAccount.class || type == MutableClock.class || type == SdkClients.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    if (context.getTestMethod().isEmpty()) {
      throw new ParameterResolutionException(
          "Parameter '"
              + parameter.getParameter()
              + "' of "
              + parameter.getDeclaringExecutable()
              + " belongs to one test, and this runs outside of any: take it in the test,"
              + " in @BeforeEach, or in the constructor of a class with a lifecycle per method");
    }
    Class<?> type = parameter.getParameter().getType();
    SimulatedAccount account = account(context);
    if (type == MutableClock.class) {
      return account.clock();
    }
    // Loaded only for a test that names the type, so the AWS SDK may be absent.
    return type == SdkClients.class ? SdkClients.administrator(account) : account;
  }

  private SimulatedAccount account(ExtensionContext test) {
    return test.getStore(namespace)
        .getOrComputeIfAbsent(
            SimulatedAccount.class,
            first -> settings.apply(SimulatedAccount.builder()).build(),
            SimulatedAccount.class);
  }
}
