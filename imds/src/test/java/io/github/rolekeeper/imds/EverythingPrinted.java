package io.github.rolekeeper.imds;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Prints objects, whatever their public calls give, and what those throw, each text once. */
final class EverythingPrinted {
  private final List<String> texts = new ArrayList<>();
  private final Set<String> seen = new HashSet<>();
  private final Set<Class<?>> types = new HashSet<>();

  List<String> texts() {
    return texts;
  }

  Set<Class<?>> types() {
    return types;
  }

  void print(Object value) {
    if (value instanceof byte[]) {
      return; // what was asked for byte by byte is not printed by anybody
    }
    String text = String.valueOf(value);
    texts.add(text);
    if (value instanceof Throwable thrown) {
      StringWriter trace = new StringWriter();
      thrown.printStackTrace(new PrintWriter(trace));
      texts.add(trace.toString());
    }
    if (value instanceof Optional<?> optional) {
      optional.ifPresent(this::print);
    } else if (value instanceof Collection<?> values) {
      values.forEach(this::print);
    } else if (value instanceof Map<?, ?> map) {
      print(map.values());
    } else if (isOurs(value) && seen.add(value.getClass().getName() + text)) {
      types.add(value.getClass());
      for (Method call : value.getClass().getDeclaredMethods()) {
        if (isQuestion(call)) {
          print(answer(value, call));
        }
      }
    }
  }

  private static boolean isOurs(Object value) {
    return value != null
        && value.getClass().getName().startsWith("io.github.rolekeeper.imds.")
        && !value.getClass().isEnum();
  }

  private static boolean isQuestion(Method call) {
    return Modifier.isPublic(call.getModifiers())
        && !Modifier.isStatic(call.getModifiers())
        && call.getParameterCount() == 0
        && call.getReturnType() != void.class;
  }

  private static Object answer(Object value, Method call) {
    try {
      call.setAccessible(true);
      return call.invoke(value);
    } catch (InvocationTargetException e) {
      return e.getCause();
    } catch (IllegalAccessException e) {
      throw new AssertionError(e);
    }
  }
}
