package io.github.rolekeeper.imds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.github.rolekeeper.core.CredentialMetadata;
import io.github.rolekeeper.core.InstanceProfileArn;
import io.github.rolekeeper.core.InstanceProfileId;
import io.github.rolekeeper.testkit.SimulatedAccount;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for every public record of this module. */
class RecordsTest {
  private static final List<Class<?>> RECORDS =
      new ClassFileImporter()
              .withImportOption(new ImportOption.DoNotIncludeTests())
              .importPackages("io.github.rolekeeper.imds")
              .stream()
              .filter(type -> type.isRecord() && type.getModifiers().contains(JavaModifier.PUBLIC))
              .<Class<?>>map(JavaClass::reflect)
              .toList();

  private static final Map<Class<?>, Object> SAMPLES =
      Map.ofEntries(
          Map.entry(String.class, "x"),
          Map.entry(Object.class, "x"),
          Map.entry(int.class, 1),
          Map.entry(boolean.class, true),
          Map.entry(Optional.class, Optional.empty()),
          Map.entry(URI.class, URI.create("http://127.0.0.1")),
          Map.entry(Instant.class, Instant.EPOCH),
          Map.entry(X509Certificate.class, certificate()),
          Map.entry(RoleCredentials.class, new RoleCredentials.None()),
          Map.entry(
              CredentialMetadata.class,
              new CredentialMetadata(Optional.empty(), "A", Optional.empty(), Optional.empty())),
          Map.entry(
              InstanceProfileArn.class,
              InstanceProfileArn.parse("arn:aws:iam::123456789012:instance-profile/web")),
          Map.entry(InstanceProfileId.class, InstanceProfileId.of("AIPA0123456789ABCDEFG")));

  private static X509Certificate certificate() {
    try (SimulatedAccount account = SimulatedAccount.create()) {
      return account.identityCertificate();
    }
  }

  static Stream<Class<?>> records() {
    return RECORDS.stream();
  }

  @Test
  void all_of_them_are_found() {
    assertThat(records())
        .hasSizeGreaterThan(25)
        .contains(Placement.class, IamInfo.Failed.class, MetadataReport.Problem.class);
  }

  @ParameterizedTest
  @MethodSource("records")
  void no_component_takes_null_and_the_refusal_names_it(Class<?> type) {
    RecordComponent[] components = type.getRecordComponents();
    for (int i = 0; i < components.length; i++) {
      if (components[i].getType().isPrimitive()) {
        continue;
      }
      Object[] values = samples(type);
      values[i] = null;
      assertThatNullPointerException()
          .as("%s with null for %s", type.getSimpleName(), components[i].getName())
          .isThrownBy(() -> made(type, values))
          .withMessage(components[i].getName());
    }
  }

  @ParameterizedTest
  @MethodSource("records")
  void a_collection_is_a_copy_that_nobody_can_change(Class<?> type) throws Exception {
    RecordComponent[] components = type.getRecordComponents();
    Object[] values = samples(type);
    Object record = made(type, values);
    for (int i = 0; i < components.length; i++) {
      Object kept = components[i].getAccessor().invoke(record);
      if (kept instanceof List<?> list) {
        ((Collection<?>) values[i]).clear();
        assertThat(list).as(components[i].getName()).hasSize(1);
        assertThatThrownBy(list::clear).isInstanceOf(UnsupportedOperationException.class);
      } else if (kept instanceof Map<?, ?> map) {
        ((Map<?, ?>) values[i]).clear();
        assertThat(map).as(components[i].getName()).hasSize(1);
        assertThatThrownBy(map::clear).isInstanceOf(UnsupportedOperationException.class);
      }
    }
  }

  private static Object[] samples(Class<?> type) {
    return Arrays.stream(type.getRecordComponents())
        .map(component -> sample(type, component))
        .toArray();
  }

  private static Object sample(Class<?> of, RecordComponent component) {
    Class<?> type = component.getType();
    if (type == List.class) {
      Object item = of == MetadataReport.class ? sample(MetadataReport.Problem.class) : "x";
      return new ArrayList<>(
          List.of(of == Maintenance.class ? sample(MaintenanceEvent.class) : item));
    }
    return type == Map.class ? new HashMap<>(Map.of("k", List.of("v"))) : sample(type);
  }

  private static Object sample(Class<?> type) {
    if (SAMPLES.containsKey(type)) {
      return SAMPLES.get(type);
    }
    return type.isEnum() ? type.getEnumConstants()[0] : made(type, samples(type));
  }

  private static Object made(Class<?> type, Object[] values) {
    Class<?>[] parameters =
        Arrays.stream(type.getRecordComponents())
            .map(RecordComponent::getType)
            .toArray(Class<?>[]::new);
    try {
      Constructor<?> constructor = type.getDeclaredConstructor(parameters);
      return constructor.newInstance(values);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new AssertionError(e);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }
}
