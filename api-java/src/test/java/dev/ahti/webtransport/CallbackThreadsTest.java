package dev.ahti.webtransport;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget.MethodCallTarget;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;

/**
 * Which thread runs a callback is always written down.
 *
 * <p>A {@code CompletionStage} that Pekko made runs each plain callback in the common pool, and on
 * a machine with at most two processors that means a new thread a callback. It cannot be told from
 * other stages by its type, so library code hangs callbacks on a {@code CompletableFuture} of its
 * own, or names the executor: {@code stage.whenCompleteAsync(f, Runnable::run)} for the completing
 * thread, {@code stage.whenCompleteAsync(f, loop::execute)} for a connection's loop.
 */
class CallbackThreadsTest {

  /** The methods of {@code CompletionStage} that attach no callback. */
  private static final Set<String> NO_CALLBACK = Set.of("toCompletableFuture");

  private static final JavaClasses LIBRARIES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages(
              "dev.ahti.engine", "dev.ahti.transport", "dev.ahti.webtransport", "dev.ahti.sockets");

  @Test
  void callbacksOnCompletionStagesNameTheirExecutor() {
    noClasses()
        .should()
        .callMethodWhere(callbackOnCompletionStageWithoutExecutor())
        .because("Pekko's stages would run them in the common pool, or each in a thread of its own")
        .check(LIBRARIES);
  }

  @Test
  void nothingRunsInTheCommonPool() {
    noClasses()
        .should()
        .callMethodWhere(asyncOnCompletableFutureWithoutExecutor())
        .because("the common pool is nobody's: neither the loop's nor the actor system's")
        .check(LIBRARIES);
  }

  private static DescribedPredicate<JavaMethodCall> callbackOnCompletionStageWithoutExecutor() {
    return DescribedPredicate.describe(
        "a callback is hung on a CompletionStage without an executor",
        call -> {
          MethodCallTarget target = call.getTarget();
          return target.getOwner().isEquivalentTo(CompletionStage.class)
              && !NO_CALLBACK.contains(target.getName())
              && !namesAnExecutor(target);
        });
  }

  private static DescribedPredicate<JavaMethodCall> asyncOnCompletableFutureWithoutExecutor() {
    return DescribedPredicate.describe(
        "a CompletableFuture is told to go on in the common pool",
        call -> {
          MethodCallTarget target = call.getTarget();
          return target.getOwner().isEquivalentTo(CompletableFuture.class)
              && target.getName().endsWith("Async")
              && !namesAnExecutor(target);
        });
  }

  private static boolean namesAnExecutor(MethodCallTarget target) {
    return target.getRawParameterTypes().stream()
        .anyMatch(parameter -> parameter.isEquivalentTo(Executor.class));
  }
}
