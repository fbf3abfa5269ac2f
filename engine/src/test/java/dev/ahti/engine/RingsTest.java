package dev.ahti.engine;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The three rings: imports point inwards only. */
class RingsTest {

  private static final String[] RING_1 = {
    "dev.ahti.engine.wire..",
    "dev.ahti.engine.dialect..",
    "dev.ahti.engine.error..",
    "dev.ahti.engine.flow..",
    "dev.ahti.engine.session..",
    "dev.ahti.engine.mux..",
    "dev.ahti.engine.schedule.."
  };

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
  void engineKnowsNeitherTransportNorApi() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.ahti.transport..", "dev.ahti.webtransport..", "dev.ahti.sockets..")
        .check(ENGINE);
  }

  @Test
  void ring1DependsOnlyOnTheJdkByteStringAndItself() {
    String[] allowed = new String[RING_1.length + 3];
    System.arraycopy(RING_1, 0, allowed, 0, RING_1.length);
    allowed[RING_1.length] = "java..";
    allowed[RING_1.length + 1] = "org.apache.pekko.util..";
    allowed[RING_1.length + 2] = "org.jspecify.annotations..";
    classes()
        .that()
        .resideInAnyPackage(RING_1)
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(allowed)
        .allowEmptyShould(true)
        .check(ENGINE);
  }
}
