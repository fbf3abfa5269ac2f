package dev.ahti.webtransport;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.ClassTemplate;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Runs the tests of a class over HTTP/3 and once more over HTTP/2: {@link Loopback} listens with
 * the version whose turn it is, and {@link Loopback#options} dials with it. Tests that one binding
 * cannot have say so with {@link OnlyOver}.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ClassTemplate
@ExtendWith(Bindings.class)
public @interface OverBothBindings {}
