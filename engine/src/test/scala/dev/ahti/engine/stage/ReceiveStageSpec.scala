package dev.ahti.engine.stage

import java.util.OptionalLong

import dev.ahti.engine.error.WebTransportErrorCode.WT_SESSION_GONE
import dev.ahti.engine.spi.Inbound
import dev.ahti.engine.stage.ProbePort._
import dev.ahti.engine.stage.StreamProbes._
import org.apache.pekko.stream.SubscriptionWithCancelException
import org.apache.pekko.stream.scaladsl.Sink
import org.apache.pekko.stream.scaladsl.Source
import org.apache.pekko.util.ByteString

final class ReceiveStageSpec extends StageSpec {
  private val credit = StageSpec.Credit

  private def run(port: ProbePort): Downstream[ByteString] = {
    val sink = Source.fromGraph(new ReceiveStage(handle(port), failures)).runWith(new ProbeSink)
    sink.settle()
    sink
  }

  private def text(signal: String) = Next(ByteString(signal))

  private def failure(sink: Downstream[ByteString]): StreamFailure = sink.taken() match {
    case Seq(Failed(failure: StreamFailure)) => failure
    case other => fail(s"expected a stream failure, got $other")
  }

  "A receive stage" should {
    "ask for nothing before the first demand" in {
      val port = new ProbePort
      val sink = run(port)
      port.taken() shouldBe empty
      sink.pull()
      port.taken() shouldBe Seq(Requested(credit))
    }

    "fill its credit up when half of it is used, and grant none without demand" in {
      val port = new ProbePort
      val half = credit / 2
      val sink = run(port)
      sink.pull()
      port.taken() shouldBe Seq(Requested(credit))
      port.receive(new Inbound.Data(ByteString(new Array[Byte](half.toInt - 1))))
      sink.settle()
      sink.pull()
      port.taken() shouldBe empty
      port.receive("x")
      sink.settle()
      port.taken() shouldBe empty
      sink.pull()
      port.taken() shouldBe Seq(Requested(half))
    }

    "leave in the port, where it is counted, what comes without demand" in {
      val port = new ProbePort
      val sink = run(port)
      sink.pull()
      port.receive("asked")
      sink.settle()
      (1 to 5).foreach { n => port.receive(s"<$n>"); port.wakeReader() }
      sink.settle()
      sink.taken() shouldBe Seq(text("asked"))
      port.waiting shouldBe 5
    }

    "deliver what has come as one element, in order" in {
      val port = new ProbePort
      val sink = run(port)
      (1 to 3).foreach(n => port.receive(s"<$n>"))
      sink.settle()
      sink.taken() shouldBe empty
      sink.pull()
      sink.taken() shouldBe Seq(text("<1><2><3>"))
    }

    "survive wake-ups without a reason" in {
      val port = new ProbePort
      val sink = run(port)
      port.wakeReader()
      sink.pull()
      port.wakeReader()
      port.wakeReader()
      sink.settle()
      port.taken() shouldBe Seq(Requested(credit))
      port.receive("still here")
      sink.settle()
      sink.taken() shouldBe Seq(text("still here"))
    }

    "not miss what comes while it looks" in {
      val port = new ProbePort
      val sink = run(port)
      sink.pull()
      port.onceAfterNothing(port.receive("just then"))
      port.wakeReader()
      sink.settle()
      sink.taken() shouldBe Seq(text("just then"))
    }

    "complete behind the last byte when FIN comes with it" in {
      val port = new ProbePort
      val sink = run(port)
      port.receive("last")
      port.receive(Inbound.Fin.INSTANCE)
      sink.settle()
      sink.taken() shouldBe empty
      sink.pull()
      sink.taken() shouldBe Seq(text("last"), Completed)
      port.taken() shouldBe empty
    }

    "complete without demand when FIN comes after the last byte" in {
      val port = new ProbePort
      val sink = run(port)
      sink.pull()
      port.receive("last")
      sink.settle()
      sink.taken() shouldBe Seq(text("last"))
      port.receive(Inbound.Fin.INSTANCE)
      sink.settle()
      sink.taken() shouldBe Seq(Completed)
    }

    "complete with demand when nothing but FIN comes" in {
      val port = new ProbePort
      val sink = run(port)
      sink.pull()
      port.receive(Inbound.Fin.INSTANCE)
      sink.settle()
      sink.taken() shouldBe Seq(Completed)
    }

    "fail with the application's code when the peer resets" in {
      val port = new ProbePort
      val sink = run(port)
      sink.pull()
      port.receive(new Inbound.Reset(wire(42)))
      sink.settle()
      val seen = failure(sink)
      seen.kind shouldBe StreamFailure.Kind.RESET
      seen.applicationCode shouldBe OptionalLong.of(42)
    }

    "fail without a code when the reset's is not an application's" in {
      val port = new ProbePort
      val sink = run(port)
      sink.pull()
      port.receive(new Inbound.Reset(0x10c))
      sink.settle()
      failure(sink).applicationCode shouldBe OptionalLong.empty
    }

    "fail without demand when the stream is lost" in {
      val port = new ProbePort
      val sink = run(port)
      port.receive(new Inbound.Lost("the connection timed out"))
      sink.settle()
      val seen = failure(sink)
      seen.kind shouldBe StreamFailure.Kind.LOST
      seen.getMessage shouldBe "the connection timed out"
    }

    "fail as aborted, not as lost, when this side stops the peer from outside" in {
      val port = new ProbePort
      val sink = run(port)
      port.receive(new Inbound.Stopped(wire(7)))
      sink.settle()
      val seen = failure(sink)
      seen.kind shouldBe StreamFailure.Kind.ABORTED
      seen.applicationCode shouldBe OptionalLong.of(7)
    }

    "fail as lost when either side ends it with its session" in {
      Seq(new Inbound.Reset(WT_SESSION_GONE), new Inbound.Stopped(WT_SESSION_GONE)).foreach { end =>
        val port = new ProbePort
        val sink = run(port)
        sink.pull()
        port.receive(end)
        sink.settle()
        val seen = failure(sink)
        seen.kind shouldBe StreamFailure.Kind.LOST
        seen.getMessage shouldBe "the session has ended"
      }
    }

    "stop the peer with the code of the cancellation's cause" in {
      val port = new ProbePort
      val sink = run(port)
      sink.cancel(withCode(7))
      port.taken() shouldBe Seq(StopSending(wire(7)))
    }

    "stop the peer with 0 when the downstream wants no more" in {
      val port = new ProbePort
      val sink = run(port)
      sink.cancel(SubscriptionWithCancelException.NoMoreElementsNeeded)
      port.taken() shouldBe Seq(StopSending(wire(0)))
    }

    "give no signal and make no call after the end" in {
      val port = new ProbePort
      val sink = run(port)
      sink.pull()
      port.receive(Inbound.Fin.INSTANCE)
      sink.settle()
      sink.taken() shouldBe Seq(Completed)
      port.taken()
      port.wakeReader()
      sink.settle()
      sink.taken() shouldBe empty
      port.taken() shouldBe empty
    }

    "stop the peer when its materializer is shut down" in {
      val port = new ProbePort
      val materializer = ownMaterializer()
      val sink = Source
        .fromGraph(new ReceiveStage(handle(port), failures))
        .runWith(new ProbeSink[ByteString])(materializer)
      sink.pull()
      materializer.shutdown()
      eventually(port.taken() should contain(StopSending(wire(0))))
    }

    "refuse a second materialization and name the state" in {
      val port = new ProbePort
      val stage = new ReceiveStage(handle(port), failures)
      val first = Source.fromGraph(stage).runWith(new ProbeSink)
      first.pull()
      val refused = Source.fromGraph(stage).runWith(Sink.ignore).failed.futureValue
      refused shouldBe an[IllegalStateException]
      refused.getMessage should include("stream 4: state receiving side being read")
      port.receive("for the first")
      first.settle()
      first.taken() shouldBe Seq(text("for the first"))
      port.taken() shouldBe Seq(Requested(credit))
    }
  }
}
