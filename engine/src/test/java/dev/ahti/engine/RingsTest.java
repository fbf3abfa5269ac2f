package dev.ahti.engine;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget.MethodCallTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.ahti.engine.dialect.Draft;
import java.time.Clock;
import java.util.List;
import org.apache.pekko.stream.Materializer;
import org.junit.jupiter.api.Test;

/** The three rings as seen from the engine: imports point inwards, and ring 1 is pure. */
class RingsTest {

  private static final String[] RING_1 = {
    "dev.ahti.engine.address..",
    "dev.ahti.engine.admission..",
    "dev.ahti.engine.wire..",
    "dev.ahti.engine.dialect..",
    "dev.ahti.engine.error..",
    "dev.ahti.engine.flow..",
    "dev.ahti.engine.session..",
    "dev.ahti.engine.mux..",
    "dev.ahti.engine.schedule..",
    "dev.ahti.engine.socket.."
  };

  /** What ring 1 may name besides itself: values and collections, {@code ByteString}, nullness. */
  private static final DescribedPredicate<JavaClass> PURE =
      resideInAnyPackage(RING_1)
          .or(
              resideInAnyPackage(
                  "java.lang..",
                  "java.util",
                  "java.util.function",
                  "java.util.regex",
                  "java.util.stream",
                  "java.math",
                  "java.nio",
                  "java.nio.charset",
                  "org.jspecify.annotations"))
          .or(nameMatching("java\\.net\\.(URI|URISyntaxException)"))
          .or(nameMatching("java\\.time\\.Duration"))
          .or(nameMatching("java\\.util\\.concurrent\\.TimeUnit"))
          .or(nameMatching("org\\.apache\\.pekko\\.util\\.(Compact)?Byte(String|Iterator).*"))
          .as("values of the JDK, ByteString or ring 1");

  /**
   * Parts of the packages above that read a clock, the environment or chance, or start something.
   */
  private static final DescribedPredicate<JavaClass> IMPURE =
      nameMatching(
              "java\\.lang\\.(Thread.*|InheritableThreadLocal|Runtime|Process.*|ClassLoader)(\\$.*)?")
          .or(nameMatching("java\\.util\\.(Timer.*|Random|ServiceLoader|Date|Calendar)"))
          .or(resideInAnyPackage("java.lang.ref", "java.lang.reflect", "java.lang.management"))
          .as("a thread, a timer, chance or the environment");

  /** Those of classic and typed actors, and of streams. */
  private static final List<Class<?>> SCHEDULERS =
      List.of(
          org.apache.pekko.actor.Scheduler.class,
          org.apache.pekko.actor.typed.Scheduler.class,
          Materializer.class);

  private static final JavaClasses ENGINE =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.ahti.engine");

  @Test
  void engineKnowsNoNetworkLibrary() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.netty..")
        .because("a transport is reached through dev.ahti.engine.spi only")
        .check(ENGINE);
  }

  @Test
  void onlyTheDialectAsksForTheDraft() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.ahti.engine.dialect..")
        .should()
        .accessFieldWhere(JavaAccess.Predicates.targetOwner(name(Draft.class.getName())))
        .because("what differs between drafts is asked of the session's Dialect")
        .check(ENGINE);
  }

  @Test
  void ring2ImportsNothingOfRing3() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.ahti.transport..", "dev.ahti.webtransport..", "dev.ahti.sockets..")
        .because("adapters depend on the engine, never the reverse")
        .check(ENGINE);
  }

  @Test
  void ring1DependsOnlyOnValuesAndItself() {
    classes()
        .that()
        .resideInAnyPackage(RING_1)
        .should()
        .onlyDependOnClassesThat(PURE)
        .because("the protocol is tested in tables, without actors, streams, clocks or threads")
        .check(ENGINE);
  }

  @Test
  void ring1NamesNoThreadNoChanceAndNoEnvironment() {
    noClasses()
        .that()
        .resideInAnyPackage(RING_1)
        .should()
        .dependOnClassesThat(IMPURE)
        .orShould()
        .dependOnClassesThat()
        .areAssignableTo(Clock.class)
        .because("time and chance come in as arguments")
        .check(ENGINE);
  }

  @Test
  void ring1UsesOfSystemOnlyArraycopy() {
    noClasses()
        .that()
        .resideInAnyPackage(RING_1)
        .should()
        .callMethodWhere(systemCallOtherThanArraycopy())
        .orShould()
        .accessField(System.class, "out")
        .orShould()
        .accessField(System.class, "err")
        .because("nanoTime is a clock and getProperty an environment")
        .check(ENGINE);
  }

  @Test
  void ring1LeavesMathRandomAlone() {
    noClasses()
        .that()
        .resideInAnyPackage(RING_1)
        .should()
        .callMethod(Math.class, "random")
        .check(ENGINE);
  }

  @Test
  void onlyActorsStagesAndTestkitRunOnPekko() {
    noClasses()
        .that(resideInAPackage("dev.ahti.engine.gauge.."))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.apache.pekko.actor..", "org.apache.pekko.stream..")
        .because("gauges are plain counters that any thread and any metrics library can read")
        .check(ENGINE);
  }

  @Test
  void everyTimerOfTheSchedulerIsCounted() {
    noClasses()
        .that(not(name("dev.ahti.engine.actor.SystemTimers")))
        .should()
        .callMethodWhere(asksTheSchedulerForATimer())
        .because("a timer that nobody ended is seen in the gauge scheduler.timers")
        .check(ENGINE);
  }

  @Test
  void productionCodeUsesNothingOfTheTestkit() {
    noClasses()
        .that(not(resideInAPackage("dev.ahti.engine.testkit..")))
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.ahti.engine.testkit..")
        .check(ENGINE);
  }

  @Test
  void enginePackagesHaveNoCycles() {
    slices().matching("dev.ahti.engine.(*)..").should().beFreeOfCycles().check(ENGINE);
  }

  /** Timers of actors and stages have other owners: they end with these. */
  private static DescribedPredicate<JavaMethodCall> asksTheSchedulerForATimer() {
    return DescribedPredicate.describe(
        "the actor system's scheduler, or a materializer, is asked for a timer",
        call ->
            call.getName().startsWith("schedule")
                && SCHEDULERS.stream().anyMatch(call.getTargetOwner()::isAssignableTo));
  }

  private static DescribedPredicate<JavaMethodCall> systemCallOtherThanArraycopy() {
    return DescribedPredicate.describe(
        "System is asked for anything but arraycopy",
        call -> {
          MethodCallTarget target = call.getTarget();
          return target.getOwner().isEquivalentTo(System.class)
              && !target.getName().equals("arraycopy");
        });
  }
}
