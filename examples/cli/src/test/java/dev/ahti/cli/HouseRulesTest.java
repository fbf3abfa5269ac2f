package dev.ahti.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** Rules for all main code, checked here because the command line sees every module. */
class HouseRulesTest {

  private static final JavaClasses AHTI =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.ahti");

  @Test
  void everyModuleIsSeen() {
    List.of("engine.spi", "transport.netty", "webtransport", "bench", "wtspec", "cli")
        .forEach(part -> assertTrue(AHTI.containPackage("dev.ahti." + part), part));
  }

  @Test
  void everyPackageIsNullMarked() {
    List<String> unmarked =
        AHTI.stream()
            .map(JavaClass::getPackage)
            .distinct()
            .filter(of -> !of.isAnnotatedWith(NullMarked.class))
            .map(JavaPackage::getName)
            .sorted()
            .toList();
    assertEquals(List.of(), unmarked, "packages whose package-info lacks @NullMarked");
  }

  @Test
  void nettyStaysInTheTransportAndInTheRawBaseline() {
    noClasses()
        .that()
        .resideOutsideOfPackages(
            "dev.ahti.transport.netty..", "io.netty..", "dev.ahti.bench.raw..", "dev.ahti.wtspec..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.netty.buffer..", "io.netty.channel..", "io.netty.handler..", "io.netty.bootstrap..")
        .because(
            "ByteBuf never leaves transport-netty; raw is what the benchmarks compare with, "
                + "and the examiner shares nothing with what it examines")
        .check(AHTI);
  }

  @Test
  void theCommandLineIsWrittenAgainstThePublicApi() {
    noClasses()
        .that()
        .resideInAPackage("dev.ahti.cli..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.ahti.engine..", "dev.ahti.transport..")
        .because("it has to make do with what every application has")
        .check(AHTI);
  }

  /** A clock that jumps must end no session: timers are of {@link System#nanoTime}. */
  @Test
  void theClockOfTheDayIsReadForTokensCertificatesAndDatesOnly() {
    noClasses()
        .that()
        .doNotHaveFullyQualifiedName("dev.ahti.transport.netty.ListenerKeys")
        .and()
        .doNotHaveFullyQualifiedName("dev.ahti.webtransport.server.SelfSigned")
        .and()
        .doNotHaveFullyQualifiedName("dev.ahti.webtransport.server.StartingCertificates")
        .and()
        .doNotHaveFullyQualifiedName("dev.ahti.webtransport.server.HttpDate")
        .and()
        // Whether a file may have changed since it was looked at.
        .doNotHaveFullyQualifiedName("dev.ahti.webtransport.server.FileAnswers")
        .and()
        .resideOutsideOfPackage("dev.ahti.wtspec..")
        .should()
        .accessTargetWhere(
            DescribedPredicate.describe(
                "the clock of the day is read",
                access ->
                    access.getTarget().getFullName().equals("java.lang.System.currentTimeMillis()")
                        || (access.getTargetOwner().getPackageName().equals("java.time")
                            && (access.getName().equals("now")
                                || access.getName().startsWith("system")))))
        .because("a machine's clock may jump while sessions are open")
        .check(AHTI);
  }

  @Test
  void examinerSharesNothingWithWhatItExamines() {
    noClasses()
        .that()
        .resideInAPackage("dev.ahti.wtspec..")
        .should()
        .dependOnClassesThat(
            DescribedPredicate.describe(
                "are ours and not the examiner's",
                type ->
                    type.getPackageName().startsWith("dev.ahti.")
                        && !type.getPackageName().startsWith("dev.ahti.wtspec")))
        .check(AHTI);
  }

  @Test
  void nothingThatShipsDependsOnTheExaminer() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.ahti.wtspec..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.ahti.wtspec..")
        .check(AHTI);
  }

  @Test
  void classesAreFinalUnlessMadeToBeExtended() {
    classes().that(areConcreteAndNamed()).should().haveModifier(JavaModifier.FINAL).check(AHTI);
  }

  private static DescribedPredicate<JavaClass> areConcreteAndNamed() {
    return DescribedPredicate.describe(
        "are concrete, named and not enums",
        type ->
            !type.isInterface()
                && !type.isEnum()
                && !type.isAnonymousClass()
                && !type.getModifiers().contains(JavaModifier.ABSTRACT)
                && type.getAllSubclasses().isEmpty());
  }
}
