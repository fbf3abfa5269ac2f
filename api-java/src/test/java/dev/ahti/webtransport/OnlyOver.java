package dev.ahti.webtransport;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a test, or every test of a class, is about exists over one binding alone. */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(Bindings.class)
public @interface OnlyOver {

  /** The binding that has it. */
  WebTransportHttpVersion value();

  /** What the other one lacks; appears in docs/bindings.md. */
  String because();
}
