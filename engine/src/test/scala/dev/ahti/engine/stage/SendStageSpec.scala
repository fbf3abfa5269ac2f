package dev.ahti.engine.stage

import java.util.OptionalLong
import java.util.concurrent.CompletionStage

import scala.jdk.FutureConverters._

import dev.ahti.engine.error.WebTransportErrorCode.WT_SESSION_GONE
import dev.ahti.engine.spi.WriteEnd
import dev.ahti.engine.stage.ProbePort._
import dev.ahti.engine.stage.StreamProbes._
import org.apache.pekko.Done
import org.apache.pekko.stream.AbruptStageTerminationException
import org.apache.pekko.stream.scaladsl.Keep
import org.apache.pekko.stream.scaladsl.Source
import org.apache.pekko.util.ByteString

final class SendStageSpec extends StageSpec {

  private def run(port: ProbePort): (Upstream[ByteString], CompletionStage[Done]) = {
    val (source, done) = Source
      .fromGraph(new ProbeSource[ByteString])
      .toMat(new SendStage(handle(port), failures))(Keep.both)
      .run()
    source.settle()
    (source, done)
  }

  private def failureOf(done: CompletionStage[Done]): Throwable = done.asScala.failed.futureValue

  private def isPending(done: CompletionStage[Done]): Boolean = !done.toCompletableFuture.isDone

  "A send stage" should {
    "ask for the next element only while the port has room" in {
      val port = new ProbePort
      val (source, _) = run(port)
      source.taken() shouldBe Seq(Pulled)
      source.push(ByteString("one"))
      source.taken() shouldBe Seq(Pulled)
      port.fill()
      source.push(ByteString("two"))
      source.taken() shouldBe empty
      port.drain()
      source.settle()
      source.taken() shouldBe Seq(Pulled)
      port.taken() shouldBe Seq(Offered("one"), Offered("two"))
    }

    "ask once when it is woken more than once" in {
      val port = new ProbePort
      val (source, _) = run(port)
      port.fill()
      source.push(ByteString("one"))
      source.taken()
      port.drain()
      port.drain()
      source.settle()
      port.drain()
      source.settle()
      source.taken() shouldBe Seq(Pulled)
    }

    "not miss the end that comes while it looks" in {
      val port = new ProbePort
      val (_, done) = run(port)
      port.onceAfterOpen(port.endWrite(new WriteEnd.Lost("just then")))
      port.drain()
      failureOf(done).getMessage shouldBe "just then"
    }

    "skip empty elements" in {
      val port = new ProbePort
      val (source, _) = run(port)
      source.push(ByteString.empty)
      source.taken() shouldBe Seq(Pulled, Pulled)
      port.taken() shouldBe empty
    }

    "finish the stream behind the last byte and be done when the transport took the end" in {
      val port = new ProbePort
      val (source, done) = run(port)
      port.fill()
      source.push(ByteString("last"))
      source.complete()
      port.taken() shouldBe Seq(Offered("last"), Finish)
      isPending(done) shouldBe true
      port.drain()
      source.settle()
      isPending(done) shouldBe true
      port.endWrite(WriteEnd.Finished.INSTANCE)
      done.asScala.futureValue shouldBe Done
      port.taken() shouldBe empty
    }

    "reset the stream with the code of the upstream's failure" in {
      val port = new ProbePort
      val (source, done) = run(port)
      val failure = withCode(42)
      source.fail(failure)
      port.taken() shouldBe Seq(Reset(wire(42)))
      failureOf(done) shouldBe failure
    }

    "reset the stream with 0 when the upstream's failure has no code" in {
      val port = new ProbePort
      val (source, done) = run(port)
      source.fail(new RuntimeException("no code"))
      port.taken() shouldBe Seq(Reset(wire(0)))
      failureOf(done).getMessage shouldBe "no code"
    }

    "cancel the upstream and fail when the peer stops it" in {
      val port = new ProbePort
      val (source, done) = run(port)
      source.taken()
      port.endWrite(new WriteEnd.Stopped(OptionalLong.of(wire(9))))
      source.settle()
      val failure = failureOf(done).asInstanceOf[StreamFailure]
      failure.kind shouldBe StreamFailure.Kind.STOPPED
      failure.applicationCode shouldBe OptionalLong.of(9)
      source.taken() shouldBe Seq(Cancelled(failure))
      port.taken() shouldBe empty
    }

    "fail without a code when the transport cannot tell it" in {
      val port = new ProbePort
      val (_, done) = run(port)
      port.endWrite(new WriteEnd.Stopped(OptionalLong.empty))
      failureOf(done).asInstanceOf[StreamFailure].applicationCode shouldBe OptionalLong.empty
    }

    "fail when it is stopped, reset or lost after its upstream finished" in {
      import StreamFailure.Kind._
      Seq(
        new WriteEnd.Stopped(OptionalLong.of(wire(1))) -> STOPPED,
        new WriteEnd.Reset(wire(2)) -> ABORTED,
        new WriteEnd.Lost("gone") -> LOST
      ).foreach { case (end, kind) =>
        val port = new ProbePort
        val (source, done) = run(port)
        source.complete()
        isPending(done) shouldBe true
        port.endWrite(end)
        failureOf(done).asInstanceOf[StreamFailure].kind shouldBe kind
      }
    }

    "fail as aborted with the code when this side resets it from outside" in {
      val port = new ProbePort
      val (_, done) = run(port)
      port.endWrite(new WriteEnd.Reset(wire(7)))
      val failure = failureOf(done).asInstanceOf[StreamFailure]
      failure.kind shouldBe StreamFailure.Kind.ABORTED
      failure.applicationCode shouldBe OptionalLong.of(7)
    }

    "fail as lost when either side ends it with its session" in {
      Seq(
        new WriteEnd.Reset(WT_SESSION_GONE),
        new WriteEnd.Stopped(OptionalLong.of(WT_SESSION_GONE))
      ).foreach { end =>
        val port = new ProbePort
        val (_, done) = run(port)
        port.endWrite(end)
        val failure = failureOf(done).asInstanceOf[StreamFailure]
        failure.kind shouldBe StreamFailure.Kind.LOST
        failure.getMessage shouldBe "the session has ended"
      }
    }

    "ask for nothing when the stream has ended before it runs" in {
      val port = new ProbePort
      port.endWrite(new WriteEnd.Lost("gone"))
      val (source, done) = run(port)
      failureOf(done).getMessage shouldBe "gone"
      source.taken() shouldBe Seq(Cancelled(failureOf(done)))
    }

    "reset the stream when its materializer is shut down" in {
      val port = new ProbePort
      val materializer = ownMaterializer()
      val (source, done) = Source
        .fromGraph(new ProbeSource[ByteString])
        .toMat(new SendStage(handle(port), failures))(Keep.both)
        .run()(materializer)
      source.push(ByteString("half"))
      materializer.shutdown()
      failureOf(done) shouldBe an[AbruptStageTerminationException]
      port.taken() shouldBe Seq(Offered("half"), Reset(wire(0)))
    }

    "refuse a second materialization and name the state" in {
      val port = new ProbePort
      val stage = new SendStage(handle(port), failures)
      val first = Source.fromGraph(new ProbeSource[ByteString]).toMat(stage)(Keep.left).run()
      first.settle()
      val refused = failureOf(Source.empty[ByteString].toMat(stage)(Keep.right).run())
      refused shouldBe an[IllegalStateException]
      refused.getMessage should include("stream 4: state sending side being written")
      first.push(ByteString("mine"))
      port.taken() shouldBe Seq(Offered("mine"))
    }
  }
}
