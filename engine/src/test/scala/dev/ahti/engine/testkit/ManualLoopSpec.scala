package dev.ahti.engine.testkit

import java.time.Duration

import scala.jdk.FutureConverters._

import dev.ahti.engine.dialect.Dialect
import dev.ahti.engine.dialect.Draft
import dev.ahti.engine.gauge.GaugeRegistry
import dev.ahti.engine.gauge.Gauges
import dev.ahti.engine.schedule.SendPriority
import dev.ahti.engine.spi.LoopDispatchers
import dev.ahti.engine.spi.StreamPort
import dev.ahti.engine.spi.TransportEvent
import dev.ahti.engine.stage._
import dev.ahti.engine.wire.StreamKind
import org.apache.pekko.actor.testkit.typed.scaladsl.ScalaTestWithActorTestKit
import org.apache.pekko.actor.typed.DispatcherSelector
import org.apache.pekko.actor.typed.scaladsl.Behaviors
import org.apache.pekko.stream.Materializer
import org.apache.pekko.stream.scaladsl.Flow
import org.apache.pekko.stream.scaladsl.Keep
import org.apache.pekko.stream.scaladsl.Sink
import org.apache.pekko.stream.scaladsl.Source
import org.apache.pekko.util.ByteString
import org.scalatest.wordspec.AnyWordSpecLike

/** Actors and graphs on a loop that runs only when the test says so. */
final class ManualLoopSpec extends ScalaTestWithActorTestKit with AnyWordSpecLike {
  private val loop = VirtualLoop.manual()
  private val dispatchers = new LoopDispatchers(system.classicSystem, true, 16)
  private val memory = new MemoryLoop(loop, "ahti.manual-loop", dispatchers)
  private val materializer: Materializer = memory.materializer

  /** Some of Pekko's work is done by other threads, so idle is not the end. */
  private def runUntil(what: => Boolean): Unit = {
    val deadline = System.nanoTime + Duration.ofSeconds(20).toNanos
    while (!what && System.nanoTime - deadline < 0) {
      loop.advance(Duration.ofMillis(1))
      Thread.`yield`()
    }
    what shouldBe true
  }

  override def afterAll(): Unit = {
    // The actor system cannot stop its actors while nobody runs them.
    loop.release("manual-loop-spec")
    super.afterAll()
    loop.shutdown()
  }

  "A manual loop" should {
    "run an actor when the test says so, and on the test's thread" in {
      @volatile var threads = Vector.empty[Thread]
      val actor = spawn(
        Behaviors.receiveMessage[String] { _ =>
          threads :+= Thread.currentThread
          Behaviors.same
        },
        DispatcherSelector.fromConfig(memory.dispatcherId)
      )
      runUntil(loop.waiting == 0)
      actor ! "one"
      actor ! "two"
      threads shouldBe empty
      loop.runUntilIdle()
      threads shouldBe Vector(Thread.currentThread, Thread.currentThread)
    }

    "run two stages and the link between them in virtual time" in {
      val network = new MemoryNetwork(loop, 1)
        .conditions(LinkConditions.PERFECT.withLatency(Duration.ofMillis(100)))
      val link = network.link()
      @volatile var far: StreamPort = null
      link.client.events(_ => ())
      link.server.events {
        case arrived: TransportEvent.StreamArrived => far = arrived.port
        case _ => ()
      }
      val opened = link.client.open(StreamKind.BIDIRECTIONAL, 0)
      runUntil(far != null)
      Flow[ByteString]
        .join(new DuplexStage(handle(far), EngineStreamFailures.INSTANCE))
        .run()(materializer)
      val (done, echoed) = Source
        .single(ByteString("there and back"))
        .viaMat(new DuplexStage(handle(opened.join()), EngineStreamFailures.INSTANCE))(Keep.right)
        .toMat(Sink.fold(ByteString.empty)(_ ++ _))(Keep.both)
        .run()(materializer)
      val start = loop.nanoTime
      runUntil(echoed.isCompleted)
      echoed.futureValue shouldBe ByteString("there and back")
      done.asScala.isCompleted shouldBe true
      Duration.ofNanos(loop.nanoTime - start).toMillis should be >= 200L
      network.gauges.levels.forEach((name, level) => withClue(name)(level shouldBe 0))
    }

    "belong to the actor system that was told to use its network" in {
      val network = new MemoryNetwork(loop, 1)
      network.use(system)
      MemoryNetwork.of(system) shouldBe network
      an[IllegalStateException] should be thrownBy new MemoryNetwork(loop, 2).use(system)
      val context = new dev.ahti.engine.spi.TransportContext(system, new GaugeRegistry, dispatchers)
      new MemoryTransportProvider().create(context) should not be null
    }
  }

  private val dialect = Dialect.of(Draft.D16)

  private def handle(port: StreamPort) = new StreamHandle(
    port,
    dialect,
    0,
    new StreamControl {
      override def reset(applicationCode: Long): Unit = port.reset(applicationCode)
      override def priority(priority: SendPriority): Unit = port.priority(priority)
      override def stopSending(applicationCode: Long): Unit = port.stopSending(applicationCode)
    },
    64 * 1024,
    new StreamCalls(4, new GaugeRegistry().level(Gauges.STREAM_CALLS_WAITING)),
    new Undelivered(port, new UnreadStreams(4, new GaugeRegistry().level(Gauges.STREAMS_UNREAD)))
  )
}
