package dev.ahti.engine.stage

import java.util.OptionalLong
import java.util.concurrent.CompletionStage

import scala.jdk.FutureConverters._

import dev.ahti.engine.spi.Inbound
import dev.ahti.engine.spi.WriteEnd
import dev.ahti.engine.stage.ProbePort._
import dev.ahti.engine.stage.StreamProbes._
import org.apache.pekko.Done
import org.apache.pekko.stream.scaladsl.Flow
import org.apache.pekko.stream.scaladsl.Keep
import org.apache.pekko.stream.scaladsl.Sink
import org.apache.pekko.stream.scaladsl.Source
import org.apache.pekko.util.ByteString

final class DuplexStageSpec extends StageSpec {

  private final class Run(val port: ProbePort, materializer: org.apache.pekko.stream.Materializer) {
    val (
      (source: Upstream[ByteString], done: CompletionStage[Done]),
      sink: Downstream[ByteString]
    ) =
      Source
        .fromGraph(new ProbeSource[ByteString])
        .viaMat(new DuplexStage(handle(port), failures))(Keep.both)
        .toMat(new ProbeSink[ByteString])(Keep.both)
        .run()(materializer)
    source.settle()
  }

  private def run() = new Run(new ProbePort, ownMaterializer())

  private def isPending(done: CompletionStage[Done]): Boolean = !done.toCompletableFuture.isDone

  "A duplex stage" should {
    "carry bytes both ways" in {
      val stream = run()
      import stream._
      source.push(ByteString("out"))
      sink.pull()
      port.receive("in")
      sink.settle()
      port.taken() shouldBe Seq(Offered("out"), Requested(StageSpec.Credit))
      sink.taken() shouldBe Seq(Next(ByteString("in")))
    }

    "not ask for more to send because something came in" in {
      val stream = run()
      import stream._
      port.fill()
      source.push(ByteString("fills the port"))
      source.taken()
      sink.pull()
      (1 to 3).foreach { n =>
        port.receive(s"<$n>")
        sink.settle()
        sink.pull()
      }
      source.settle()
      source.taken() shouldBe empty
      port.drain()
      source.settle()
      source.taken() shouldBe Seq(Pulled)
    }

    "go on receiving after it has finished sending" in {
      val stream = run()
      import stream._
      source.complete()
      port.endWrite(WriteEnd.Finished.INSTANCE)
      done.asScala.futureValue shouldBe Done
      sink.pull()
      port.receive("answer")
      port.receive(Inbound.Fin.INSTANCE)
      sink.settle()
      sink.taken() shouldBe Seq(Next(ByteString("answer")), Completed)
      port.taken() shouldBe Seq(Finish, Requested(StageSpec.Credit))
    }

    "go on sending after the peer has finished, and wait for its own end" in {
      val stream = run()
      import stream._
      sink.pull()
      port.receive(Inbound.Fin.INSTANCE)
      sink.settle()
      sink.taken() shouldBe Seq(Completed)
      source.push(ByteString("still"))
      source.complete()
      port.taken() shouldBe Seq(Requested(StageSpec.Credit), Offered("still"), Finish)
      isPending(done) shouldBe true
      port.endWrite(WriteEnd.Finished.INSTANCE)
      done.asScala.futureValue shouldBe Done
    }

    "keep a reset to its own direction" in {
      val stream = run()
      import stream._
      sink.pull()
      port.receive(new Inbound.Reset(wire(5)))
      sink.settle()
      sink.taken() should matchPattern {
        case Seq(Failed(failure: StreamFailure)) if failure.applicationCode == OptionalLong.of(5) =>
      }
      source.taken() shouldBe Seq(Pulled)
      source.push(ByteString("unharmed"))
      port.taken() should contain(Offered("unharmed"))
      isPending(done) shouldBe true
    }

    "keep a stop to its own direction" in {
      val stream = run()
      import stream._
      source.taken()
      port.endWrite(new WriteEnd.Stopped(OptionalLong.of(wire(6))))
      source.settle()
      source.taken() should matchPattern { case Seq(Cancelled(_: StreamFailure)) => }
      sink.pull()
      port.receive("unharmed")
      sink.settle()
      sink.taken() shouldBe Seq(Next(ByteString("unharmed")))
    }

    "end both directions when its materializer is shut down" in {
      val materializer = ownMaterializer()
      val stream = new Run(new ProbePort, materializer)
      import stream._
      materializer.shutdown()
      done.asScala.failed.futureValue
      port.taken() shouldBe Seq(StopSending(wire(0)), Reset(wire(0)))
    }

    "echo when it is joined with a flow, to the end" in {
      val port = new ProbePort
      val done = new DuplexStage(handle(port), failures)
      val finished = Flow[ByteString].viaMat(done)(Keep.right).join(Flow[ByteString]).run()
      port.receive("echo")
      port.receive(Inbound.Fin.INSTANCE)
      eventually(port.taken() should contain(Finish))
      port.endWrite(WriteEnd.Finished.INSTANCE)
      finished.asScala.futureValue shouldBe Done
    }

    "be refused when one half is taken, and leave that half alone" in {
      val port = new ProbePort
      val stream = handle(port)
      val reader = Source.fromGraph(new ReceiveStage(stream, failures)).runWith(new ProbeSink)
      reader.pull()
      val (done, received) = Source
        .empty[ByteString]
        .viaMat(new DuplexStage(stream, failures))(Keep.right)
        .toMat(Sink.ignore)(Keep.both)
        .run()
      received.failed.futureValue shouldBe an[IllegalStateException]
      done.asScala.failed.futureValue shouldBe an[IllegalStateException]
      stream.claimWrite() shouldBe true
      port.taken() shouldBe Seq(Requested(StageSpec.Credit))
    }
  }
}
