package dev.ahti.webtransport;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterClassTemplateInvocationCallback;
import org.junit.jupiter.api.extension.BeforeClassTemplateInvocationCallback;
import org.junit.jupiter.api.extension.ClassTemplateInvocationContext;
import org.junit.jupiter.api.extension.ClassTemplateInvocationContextProvider;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * The binding whose turn it is. One for the whole JVM, as tests of a JVM run one after the other;
 * {@code HTTP_3} for classes that are not {@link OverBothBindings}, unless they are {@link
 * OnlyOver} the other one.
 */
public final class Bindings implements ClassTemplateInvocationContextProvider, ExecutionCondition {
  private static volatile WebTransportHttpVersion current = WebTransportHttpVersion.HTTP_3;

  /** The version that tests use now. */
  public static WebTransportHttpVersion current() {
    return current;
  }

  /** What a session over it says of its transport. */
  static WebTransportReliabilityMode reliability() {
    return current == WebTransportHttpVersion.HTTP_3
        ? WebTransportReliabilityMode.SUPPORTS_UNRELIABLE
        : WebTransportReliabilityMode.RELIABLE_ONLY;
  }

  /** What a session over it says of a wish; TCP's congestion control is the operating system's. */
  static WebTransportCongestionControl congestionControl(WebTransportCongestionControl wish) {
    return current == WebTransportHttpVersion.HTTP_3 ? wish : WebTransportCongestionControl.DEFAULT;
  }

  /**
   * What is acknowledged of so many bytes that were sent: Netty does not tell it of QUIC, and of a
   * reliable transport it is all (W3C WebTransport, 7.6).
   */
  static OptionalLong acknowledged(long sent) {
    return current == WebTransportHttpVersion.HTTP_3 ? OptionalLong.empty() : OptionalLong.of(sent);
  }

  @Override
  public boolean supportsClassTemplate(ExtensionContext context) {
    return context.getRequiredTestClass().isAnnotationPresent(OverBothBindings.class);
  }

  @Override
  public Stream<ClassTemplateInvocationContext> provideClassTemplateInvocationContexts(
      ExtensionContext context) {
    return Arrays.stream(WebTransportHttpVersion.values()).map(Turn::new);
  }

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    return context
        .getElement()
        .flatMap(element -> AnnotationSupport.findAnnotation(element, OnlyOver.class))
        .filter(only -> isTemplated(context) && only.value() != current)
        .map(only -> ConditionEvaluationResult.disabled(only.because()))
        .orElseGet(() -> ConditionEvaluationResult.enabled("any binding, or this one"));
  }

  private static boolean isTemplated(ExtensionContext context) {
    Class<?> outermost = context.getRequiredTestClass();
    while (outermost.getEnclosingClass() != null) {
      outermost = outermost.getEnclosingClass();
    }
    return outermost.isAnnotationPresent(OverBothBindings.class);
  }

  /** The tests of a class once, over one version. */
  private record Turn(WebTransportHttpVersion version)
      implements ClassTemplateInvocationContext,
          BeforeClassTemplateInvocationCallback,
          AfterClassTemplateInvocationCallback {

    @Override
    public String getDisplayName(int invocationIndex) {
      return version.toString();
    }

    @Override
    public List<Extension> getAdditionalExtensions() {
      return List.of(this);
    }

    @Override
    public void beforeClassTemplateInvocation(ExtensionContext context) {
      current = version;
    }

    @Override
    public void afterClassTemplateInvocation(ExtensionContext context) {
      current = WebTransportHttpVersion.HTTP_3;
    }
  }
}
