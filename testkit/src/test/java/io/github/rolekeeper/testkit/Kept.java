package io.github.rolekeeper.testkit;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * How much an account keeps: the elements of every collection that can be reached from it through
 * classes of ours, without a list of these that a new one could be missing from.
 */
public final class Kept {
  private static final String OURS = Kept.class.getPackageName();

  private record Found(String field, Object value) {}

  private final Map<String, Integer> elements = new TreeMap<>();
  private final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
  private final Deque<Found> open = new ArrayDeque<>();

  private Kept() {}

  /** Numbers of elements by class and field, as in {@code World.sessions}; only those of some. */
  public static Map<String, Integer> by(SimulatedAccount account) throws IllegalAccessException {
    synchronized (account.world()) {
      var kept = new Kept();
      kept.find("", account);
      while (!kept.open.isEmpty()) {
        Found next = kept.open.remove();
        kept.lookInto(next.field(), next.value());
      }
      return kept.elements;
    }
  }

  private void find(String field, Object value) {
    if (value != null && seen.add(value)) {
      open.add(new Found(field, value));
    }
  }

  private void lookInto(String field, Object value) throws IllegalAccessException {
    if (value instanceof Collection<?> collection) {
      count(field, collection.size());
      collection.forEach(each -> find(field, each));
    } else if (value instanceof Map<?, ?> map) {
      count(field, map.size());
      map.keySet().forEach(each -> find(field, each));
      map.values().forEach(each -> find(field, each));
    } else if (value instanceof Object[] array) {
      count(field, array.length);
      for (Object each : array) {
        find(field, each);
      }
    } else if (value instanceof Optional<?> optional) {
      optional.ifPresent(each -> find(field, each));
    } else if (isOurs(value)) {
      for (Class<?> type = value.getClass(); type != Object.class; type = type.getSuperclass()) {
        for (Field each : type.getDeclaredFields()) {
          if (!Modifier.isStatic(each.getModifiers()) && !each.getType().isPrimitive()) {
            each.setAccessible(true);
            find(type.getSimpleName() + "." + each.getName(), each.get(value));
          }
        }
      }
    }
  }

  /** A call and an event are one element each of what they are in, whatever they consist of. */
  private static boolean isOurs(Object value) {
    Class<?> type = value.getClass();
    return type.getPackageName().startsWith(OURS)
        && !type.isHidden()
        && !(value instanceof Enum<?> || value instanceof ApiCall || value instanceof TrailEvent);
  }

  private void count(String field, int size) {
    if (size > 0) {
      elements.merge(field, size, Integer::sum);
    }
  }
}
