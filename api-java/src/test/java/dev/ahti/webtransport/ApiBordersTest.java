package dev.ahti.webtransport;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.stream.Stream;
import org.apache.pekko.stream.Materializer;
import org.junit.jupiter.api.Test;

/** What the public API may know of the rest, and what it may show. */
class ApiBordersTest {

  private static final DescribedPredicate<JavaClass> INTERNAL =
      resideInAnyPackage("io.netty..", "dev.ahti.engine..", "dev.ahti.transport..");

  private static final JavaClasses API =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.ahti.webtransport", "dev.ahti.sockets");

  @Test
  void apiTouchesNoNettyType() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.netty..")
        .because("buffers and channels never leave transport-netty")
        .check(API);
  }

  @Test
  void publicSignaturesShowNeitherNettyNorTheEngine() {
    classes()
        .that(publicAndOutsideImpl())
        .should(showNothingInternal())
        .because("the engine and the transport must be free to change")
        .check(API);
  }

  @Test
  void everyTimerIsCounted() {
    noClasses()
        .should()
        .callMethodWhere(
            DescribedPredicate.describe(
                "the actor system's scheduler, or a materializer, is asked for a timer",
                call ->
                    call.getName().startsWith("schedule")
                        && Stream.of(
                                org.apache.pekko.actor.Scheduler.class,
                                org.apache.pekko.actor.typed.Scheduler.class,
                                Materializer.class)
                            .anyMatch(call.getTargetOwner()::isAssignableTo)))
        .because("Ahti.after counts it, so that a timer that nobody ended is seen")
        .check(API);
  }

  /** {@code impl} packages are public to the JVM only; nobody is meant to name them. */
  private static DescribedPredicate<JavaClass> publicAndOutsideImpl() {
    return DescribedPredicate.describe(
        "are public API",
        type ->
            isReachable(type)
                && Stream.of(type.getPackageName().split("\\.")).noneMatch("impl"::equals));
  }

  private static boolean isReachable(JavaClass type) {
    return isVisible(type.getModifiers())
        && type.getEnclosingClass().map(ApiBordersTest::isReachable).orElse(true);
  }

  private static boolean isVisible(java.util.Set<JavaModifier> modifiers) {
    return modifiers.contains(JavaModifier.PUBLIC) || modifiers.contains(JavaModifier.PROTECTED);
  }

  private static ArchCondition<JavaClass> showNothingInternal() {
    return new ArchCondition<>("show nothing internal") {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        Stream.concat(type.getSuperclass().stream(), type.getInterfaces().stream())
            .forEach(shown -> report(type.getFullName(), shown, events));
        type.getMembers().stream()
            .filter(member -> isVisible(member.getModifiers()))
            .forEach(
                member ->
                    shownBy(member).forEach(shown -> report(member.getFullName(), shown, events)));
      }
    };
  }

  private static Stream<JavaType> shownBy(JavaMember member) {
    if (member instanceof JavaField field) {
      return Stream.of(field.getType());
    }
    JavaCodeUnit code = (JavaCodeUnit) member;
    Stream<JavaType> thrown =
        code.getThrowsClause().stream().map(declaration -> declaration.getRawType());
    return Stream.of(Stream.of(code.getReturnType()), code.getParameterTypes().stream(), thrown)
        .flatMap(types -> types);
  }

  private static void report(String where, JavaType shown, ConditionEvents events) {
    shown.getAllInvolvedRawTypes().stream()
        .filter(INTERNAL)
        .forEach(
            internal ->
                events.add(
                    SimpleConditionEvent.violated(
                        internal, where + " shows " + internal.getFullName())));
  }
}
