package dev.ahti.engine.actor

import java.lang.reflect.Modifier
import java.time.{Duration => JavaDuration}

import scala.jdk.CollectionConverters._

import com.typesafe.config.ConfigFactory
import com.typesafe.config.ConfigValueFactory
import dev.ahti.engine.gauge.GaugeRegistry
import org.apache.pekko.actor.UnhandledMessage
import org.apache.pekko.actor.testkit.typed.scaladsl.ActorTestKit
import org.apache.pekko.actor.testkit.typed.scaladsl.ManualTime
import org.apache.pekko.actor.typed.ActorRef
import org.apache.pekko.actor.typed.Behavior
import org.apache.pekko.actor.typed.scaladsl.adapter._
import org.scalatest.BeforeAndAfterAll
import org.scalatest.concurrent.Eventually
import org.scalatest.matchers.should.Matchers
import org.scalatest.time.Millis
import org.scalatest.time.Seconds
import org.scalatest.time.Span
import org.scalatest.wordspec.AnyWordSpec

/** What the specs of the actors share: a test kit whose time stands still, settings and gauges. */
abstract class ActorSpec extends AnyWordSpec with Matchers with BeforeAndAfterAll with Eventually {

  /** Time for a busy machine: nothing here is expected to take any. */
  private def patient =
    ConfigFactory.parseString("pekko.actor.testkit.typed.single-expect-default = 10 s")

  protected val kit: ActorTestKit =
    ActorTestKit(ManualTime.config.withFallback(patient).withFallback(ConfigFactory.load()))
  protected val time: ManualTime = ManualTime()(kit.system)

  override implicit val patienceConfig: PatienceConfig =
    PatienceConfig(timeout = Span(10, Seconds), interval = Span(10, Millis))

  override protected def afterAll(): Unit = kit.shutdownTestKit()

  /**
   * Settings and gauges of their own.
   *
   * @param changes keys of {@code ahti} with other values
   */
  protected def parts(changes: (String, Any)*): EngineParts = {
    val config = changes.foldLeft(kit.system.settings.config) { case (so, (key, value)) =>
      so.withValue("ahti." + key, ConfigValueFactory.fromAnyRef(value))
    }
    EngineParts.of(kit.system, EngineSettings.create(config), new GaugeRegistry)
  }

  /** Every level of these gauges, which must all be back at zero in the end. */
  protected def levels(parts: EngineParts): Map[String, Long] =
    parts.gauges.levels.asScala.view.mapValues(_.longValue).toMap

  /** An actor raises a level after it has sent what a test waited for, or before. */
  protected def awaitLevel(parts: EngineParts, name: String, value: Long): Unit =
    eventually(levels(parts).getOrElse(name, 0L) shouldBe value)

  /** The same of what is only ever counted up. */
  protected def awaitCount(parts: EngineParts, name: String, value: Long): Unit =
    eventually(parts.gauges.counter(name).value shouldBe value)

  protected def allZero(parts: EngineParts): Unit =
    eventually(levels(parts).filter(_._2 != 0) shouldBe empty)

  protected def millis(value: Long): JavaDuration = JavaDuration.ofMillis(value)

  /** Waits until this actor has stopped. */
  protected def stopped(ref: ActorRef[_]): Unit =
    kit.createTestProbe[Any]().expectTerminated(ref)

  /**
   * Every public message of an actor is handled: the samples are exactly the permitted classes that
   * are not private, and none of them ends as unhandled.
   */
  protected def handlesEveryCommand[C <: AnyRef](command: Class[C], samples: C*)(
      behavior: () => Behavior[C]
  ): Unit = {
    val public =
      command.getPermittedSubclasses.toSet.filterNot(sub => Modifier.isPrivate(sub.getModifiers))
    samples.map(_.getClass.asInstanceOf[Class[_]]).toSet shouldBe public
    samples.foreach { sample =>
      val unhandled = kit.createUnhandledMessageProbe()
      val actor = kit.spawn(behavior())
      actor ! sample
      kit.stop(actor)
      // Events come in order: the fence is first only when nothing was unhandled before it.
      val nobody = kit.system.toClassic.deadLetters
      kit.system.toClassic.eventStream.publish(UnhandledMessage("fence", nobody, nobody))
      unhandled.receiveMessage().message shouldBe "fence"
    }
  }
}
