package io.github.rolekeeper.examples.doctor;

import java.io.Console;
import java.util.Locale;
import java.util.Optional;

/** The terminal that the process was started from. */
final class ProcessTerminal implements Terminal {
  @Override
  public boolean interactive() {
    return console().isPresent();
  }

  @SuppressWarnings("SystemConsoleNull") // isTerminal is asked where there is one
  private static Optional<Console> console() {
    return Optional.ofNullable(System.console()).filter(ProcessTerminal::isTerminal);
  }

  /** From JDK 22 on there is a console without a terminal, too, and a method that tells. */
  private static boolean isTerminal(Console console) {
    try {
      return Boolean.TRUE.equals(Console.class.getMethod("isTerminal").invoke(console));
    } catch (NoSuchMethodException e) {
      return true;
    } catch (ReflectiveOperationException e) {
      return false;
    }
  }

  @Override
  public boolean confirms(String question) {
    return console()
        .map(console -> console.readLine("%s [y/N] ", question))
        .filter(answer -> answer.strip().toLowerCase(Locale.ROOT).matches("y|yes"))
        .isPresent();
  }
}
