package io.github.rolekeeper.examples.springboot;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** An application that watches the credentials of its instance. */
@SpringBootApplication
public class Application {

  /** For Spring. */
  public Application() {}

  /**
   * Starts it.
   *
   * @param arguments as Spring Boot takes them
   */
  public static void main(String[] arguments) {
    SpringApplication.run(Application.class, arguments);
  }
}
