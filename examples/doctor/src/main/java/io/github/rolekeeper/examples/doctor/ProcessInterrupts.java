package io.github.rolekeeper.examples.doctor;

import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;

/** The signals to the process, which the virtual machine tells as its own end. */
final class ProcessInterrupts implements Interrupts {
  @Override
  public <T> T during(Supplier<T> work, Runnable end) {
    var through = new CountDownLatch(1);
    var hook = new Thread(() -> end(end, through), "rolekeeper-interrupt");
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      return work.get();
    } finally {
      through.countDown();
      remove(hook);
    }
  }

  private static void end(Runnable end, CountDownLatch through) {
    end.run();
    try {
      through.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void remove(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // It is running: the program ends when it does.
      return;
    }
  }
}
