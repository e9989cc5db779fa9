package io.github.rolekeeper.examples.springboot;

import io.github.rolekeeper.core.CompletedSource;
import io.github.rolekeeper.core.CredentialTracker;
import io.github.rolekeeper.core.InstanceProfileSource;
import io.github.rolekeeper.core.awssdk.TrafficInterceptor;
import io.github.rolekeeper.core.awssdk.WatchedProvider;
import io.github.rolekeeper.core.micrometer.CountedSource;
import io.github.rolekeeper.core.micrometer.CredentialMetrics;
import io.github.rolekeeper.imds.InstanceMetadataClient;
import java.time.InstantSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Fallback;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;

/** The tracker of the credentials that the application uses, and what the actuator shows of it. */
@Configuration(proxyBeanMethods = false)
class CredentialsConfiguration {

  /**
   * For every client of the SDK: {@code S3Client.builder().credentialsProvider(this)}. A {@code
   * WatchedProvider} bean of the application's own goes before it, wherever it is declared; a
   * condition would depend on the order of the classes.
   */
  @Bean(destroyMethod = "close")
  @Fallback
  WatchedProvider awsCredentials() {
    return WatchedProvider.watch(DefaultCredentialsProvider.builder().build());
  }

  /** Where the SDK looks, too: the same variables and properties name another endpoint. */
  @Bean(destroyMethod = "close")
  InstanceMetadataClient instanceMetadata() {
    return InstanceMetadataClient.create();
  }

  /**
   * What the application uses, completed by what the instance's metadata say of it; before the
   * first use by what the environment says of the default chain. The provider's parameter has no
   * bean's name, so that two providers fail the start and none is passed over.
   */
  @Bean
  CountedSource credentialSource(WatchedProvider inUse, InstanceMetadataClient instanceMetadata) {
    return CountedSource.of(
        CompletedSource.of(inUse, InstanceProfileSource.of(instanceMetadata::observe)));
  }

  /**
   * Spring closes it, which ends its thread. A clock is taken only under that name, for tests: the
   * jumps of a clock that is given go unnoticed, and many an application has a {@code Clock} bean.
   */
  @Bean(destroyMethod = "close")
  CredentialTracker credentialTracker(
      CountedSource credentialSource,
      @Qualifier("credentialClock") ObjectProvider<InstantSource> clock,
      @Value("${rolekeeper.watch:true}") boolean watch) {
    CredentialTracker.Builder builder =
        CredentialTracker.builder(credentialSource).sourceName("application");
    clock.ifAvailable(builder::clock);
    CredentialTracker tracker = builder.build();
    if (watch) {
      tracker.start();
    }
    return tracker;
  }

  /**
   * For every client of the SDK, too: {@code overrideConfiguration(c ->
   * c.addExecutionInterceptor(this))}. The tracker then hears of revoked sessions and of skew.
   */
  @Bean
  TrafficInterceptor credentialTraffic(
      CredentialTracker tracker,
      @Qualifier("credentialClock") ObjectProvider<InstantSource> clock) {
    return TrafficInterceptor.reportingTo(
        tracker::report, clock.getIfAvailable(InstantSource::system));
  }

  /** Spring binds every {@code MeterBinder} to the registry. */
  @Bean
  CredentialMetrics credentialMetrics(CredentialTracker tracker, CountedSource source) {
    return CredentialMetrics.builder(tracker).polls(source).build();
  }
}
