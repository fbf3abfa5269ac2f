package dev.ahti.webtransport;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** What the public API may know of the rest, and what it may show. */
class ApiBordersTest {

  private static final JavaClasses API =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.ahti.webtransport", "dev.ahti.sockets");

  @Test
  void apiTouchesNoNettyType() {
    noClasses().should().dependOnClassesThat().resideInAPackage("io.netty..").check(API);
  }
}
