package dev.ahti.examples.inspringboot;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** A Spring Boot application that serves WebTransport; {@code echo.port} says where. */
@SpringBootApplication
public class InSpringBoot {

  /** Runs until it is stopped by a signal. */
  public static void main(String... arguments) {
    SpringApplication.run(InSpringBoot.class, arguments);
  }
}
