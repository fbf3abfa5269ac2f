package dev.ahti.engine.stage

import java.util.OptionalLong

import dev.ahti.engine.dialect.Dialect
import dev.ahti.engine.dialect.Draft
import dev.ahti.engine.gauge.GaugeRegistry
import dev.ahti.engine.gauge.Gauges
import dev.ahti.engine.schedule.SendPriority
import dev.ahti.engine.spi.StreamPort
import org.apache.pekko.actor.testkit.typed.scaladsl.ScalaTestWithActorTestKit
import org.apache.pekko.stream.Materializer
import org.scalatest.wordspec.AnyWordSpecLike

/** What the specs of the stages share. */
abstract class StageSpec extends ScalaTestWithActorTestKit with AnyWordSpecLike {
  protected val dialect: Dialect = Dialect.of(Draft.D16)
  protected val failures: StreamFailures = EngineStreamFailures.INSTANCE

  protected val gauges = new GaugeRegistry
  protected val calls = new StreamCalls(4, gauges.level(Gauges.STREAM_CALLS_WAITING))

  protected val unread = new UnreadStreams(4, gauges.level(Gauges.STREAMS_UNREAD))

  protected def handle(port: StreamPort): StreamHandle =
    new StreamHandle(
      port,
      dialect,
      0,
      StageSpec.NoControl,
      StageSpec.Credit,
      calls,
      new Undelivered(port, unread)
    )

  protected def wire(applicationCode: Long): Long = dialect.toWire(applicationCode)

  /** A failure of the application that carries a code. */
  protected def withCode(code: Long): Throwable =
    new StreamFailure(StreamFailure.Kind.RESET, OptionalLong.of(code), "the application failed")

  /** A materializer that the test may shut down. */
  protected def ownMaterializer(): Materializer = Materializer(system)
}

object StageSpec {

  /** Bytes that a receiving stage asks for at a time. */
  val Credit = 64L * 1024

  private object NoControl extends StreamControl {
    override def reset(applicationCode: Long): Unit = ()
    override def priority(priority: SendPriority): Unit = ()
    override def stopSending(applicationCode: Long): Unit = ()
  }
}
