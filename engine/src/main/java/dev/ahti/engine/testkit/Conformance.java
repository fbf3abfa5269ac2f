package dev.ahti.engine.testkit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Says which rules of the drafts a test shows. {@code docs/conformance.md} is made from these: a
 * rule that no test names fails the build.
 *
 * <p>On a test method, or on a class (a ScalaTest spec) whose tests show the rules together.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
public @interface Conformance {

  /** One to three rules, such as {@code H3-B-36}. More would hide what a failure means. */
  String[] value();
}
