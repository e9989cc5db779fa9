package io.github.rolekeeper.iamops;

import io.github.rolekeeper.testkit.AccountServer;
import io.github.rolekeeper.testkit.SimulatedAccount;
import io.github.rolekeeper.testkit.awssdk.InProcessHttpClient;
import io.github.rolekeeper.testkit.awssdk.SdkClients;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.retries.StandardRetryStrategy;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.iam.IamClient;

/**
 * A port and clients that are made once, and one account after another behind them: to make those
 * takes longer than a repair does. For one test at a time.
 */
final class Ground implements AutoCloseable {
  private static final ExecutionInterceptor NOBODY = new ExecutionInterceptor() {};

  private final AccountServer server;
  private final Pool plain = new Pool(false);
  private final Pool intercepted = new Pool(true);
  private SimulatedAccount.Builder next = SimulatedAccount.builder();

  Ground() {
    server = AccountServer.start(() -> next, "127.0.0.1", 0);
  }

  /** Puts a fresh account in the place of the one before, whose clients may be used again. */
  SimulatedAccount begin(SimulatedAccount.Builder account) {
    next = account;
    server.reset();
    plain.used = 0;
    intercepted.used = 0;
    return server.account();
  }

  /**
   * Clients of the account of now, for one process.
   *
   * @param interceptors at most two, each of which sees their calls and may change or end them
   */
  synchronized Clients clients(ExecutionInterceptor... interceptors) {
    if (interceptors.length == 0) {
      return plain.next();
    }
    Clients clients = intercepted.next();
    clients.first = interceptors[0];
    clients.second = interceptors.length > 1 ? interceptors[1] : NOBODY;
    return clients;
  }

  /** Those that hand on to interceptors take a quarter longer for each call. */
  private final class Pool {
    private final boolean handsOn;
    private final List<Clients> made = new ArrayList<>();
    private int used;

    Pool(boolean handsOn) {
      this.handsOn = handsOn;
    }

    Clients next() {
      if (used == made.size()) {
        made.add(new Clients(server, handsOn));
      }
      return made.get(used++);
    }
  }

  @Override
  public void close() {
    plain.made.forEach(Clients::close);
    intercepted.made.forEach(Clients::close);
    server.close();
  }

  /** The clients of one process. */
  static final class Clients {
    final Ec2Client ec2;
    final IamClient iam;
    private volatile ExecutionInterceptor first = NOBODY;
    private volatile ExecutionInterceptor second = NOBODY;

    private Clients(AccountServer server, boolean handsOn) {
      // The SDK's standard retries, without its real waiting.
      var retries =
          StandardRetryStrategy.builder()
              .backoffStrategy(BackoffStrategy.retryImmediately())
              .throttlingBackoffStrategy(BackoffStrategy.retryImmediately())
              .circuitBreakerEnabled(false)
              .build();
      ClientOverrideConfiguration.Builder settings =
          ClientOverrideConfiguration.builder().retryStrategy(retries);
      if (handsOn) {
        settings
            .addExecutionInterceptor(handingOn(() -> first))
            .addExecutionInterceptor(handingOn(() -> second));
      }
      ClientOverrideConfiguration overrides = settings.build();
      SdkHttpClient wire = new ToTheAccountOfNow(server);
      SdkClients clients = SdkClients.administrator(server.account());
      ec2 = clients.build(Ec2Client.builder().overrideConfiguration(overrides).httpClient(wire));
      iam = clients.build(IamClient.builder().overrideConfiguration(overrides).httpClient(wire));
    }

    /** A client's interceptors cannot be changed: this one hands all on to the one of now. */
    private static ExecutionInterceptor handingOn(Supplier<ExecutionInterceptor> now) {
      return (ExecutionInterceptor)
          Proxy.newProxyInstance(
              ExecutionInterceptor.class.getClassLoader(),
              new Class<?>[] {ExecutionInterceptor.class},
              (proxy, method, arguments) -> {
                try {
                  return method.invoke(now.get(), arguments);
                } catch (InvocationTargetException e) {
                  throw e.getCause();
                }
              });
    }

    private void close() {
      ec2.close();
      iam.close();
    }
  }

  private record ToTheAccountOfNow(AccountServer server) implements SdkHttpClient {
    @Override
    public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
      return new InProcessHttpClient(server.account()).prepareRequest(request);
    }

    @Override
    public void close() {
      // The server belongs to the ground.
    }
  }
}
