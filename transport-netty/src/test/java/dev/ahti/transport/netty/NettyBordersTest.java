package dev.ahti.transport.netty;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.ahti.transport.netty.loop.LoopTimers;
import io.netty.handler.codec.quic.QuicAccess;
import io.netty.handler.codec.quic.QuicChannel;
import org.junit.jupiter.api.Test;

/** What the transport may know of the rest. */
class NettyBordersTest {

  private static final JavaClasses TRANSPORT =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.ahti.transport.netty");

  @Test
  void transportKnowsNothingOfThePublicApi() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.ahti.webtransport..", "dev.ahti.sockets..")
        .check(TRANSPORT);
  }

  @Test
  void transportKnowsNothingOfItsExaminer() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.ahti.wtspec..")
        .check(TRANSPORT);
  }

  @Test
  void everyTimerOfALoopIsCounted() {
    noClasses()
        .that()
        .doNotBelongToAnyOf(LoopTimers.class)
        .should()
        .callMethodWhere(
            DescribedPredicate.describe(
                "an executor is asked for a timer",
                call ->
                    call.getTargetOwner().getPackageName().startsWith("io.netty.")
                        && call.getName().startsWith("schedule")))
        .because("a timer that nobody ended is seen in the gauge loop.timers")
        .check(TRANSPORT);
  }

  @Test
  void connectionsAreClosedWithACodeInOnePlace() {
    noClasses()
        .that()
        .doNotBelongToAnyOf(QuicAccess.class)
        .should()
        .callMethodWhere(
            DescribedPredicate.describe(
                "a QUIC connection is closed with a code",
                call ->
                    call.getTargetOwner().isAssignableTo(QuicChannel.class)
                        && call.getName().equals("close")
                        && call.getTarget().getRawParameterTypes().size() > 1))
        .because("an overdue timer of Netty's must not strike in between")
        .check(TRANSPORT);
  }
}
