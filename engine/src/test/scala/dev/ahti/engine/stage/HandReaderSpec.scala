package dev.ahti.engine.stage

import java.nio.ByteBuffer
import java.util.Optional
import java.util.OptionalLong
import java.util.concurrent.CompletableFuture
import java.util.concurrent.ExecutionException

import dev.ahti.engine.spi.Inbound
import dev.ahti.engine.stage.ProbePort._
import dev.ahti.engine.stage.StreamProbes._
import org.apache.pekko.Done
import org.apache.pekko.stream.scaladsl.Keep
import org.apache.pekko.stream.scaladsl.Source
import org.apache.pekko.util.ByteString

final class HandReaderSpec extends StageSpec {
  private def failureOf(call: CompletableFuture[_]): Throwable = {
    call.isDone shouldBe true
    intercept[ExecutionException](call.get()).getCause
  }

  private def text(read: CompletableFuture[Optional[ByteString]]): String = {
    read.isDone shouldBe true
    read.get.map[String](_.utf8String).orElse("END")
  }

  "A reader by hand" should {
    "grant credit only when a read waits" in {
      val port = new ProbePort
      val hand = HandReader.take(handle(port), failures)
      port.taken() shouldBe empty
      val read = hand.read()
      port.taken() shouldBe Seq(Requested(StageSpec.Credit))
      read.isDone shouldBe false
      port.receive("bytes")
      text(read) shouldBe "bytes"
      hand.read()
      port.taken() shouldBe empty
    }

    // On its loop a port reads at once when it is asked for more, and wakes within the call.
    "count what comes within the call that asks for it, and answer outside its lock" in {
      val port = new ProbePort
      val hand = HandReader.take(handle(port), failures)
      val most = StageSpec.Credit.toInt
      port.onceWithinRequest(port.receive("x" * (most - 1000)))
      var locked = true
      hand.read().thenAccept(_ => locked = Thread.holdsLock(hand))
      locked shouldBe false
      port.taken() shouldBe Seq(Requested(most))
      hand.read()
      port.taken() shouldBe Seq(Requested(most - 1000))
    }

    "fill buffers in the order of the calls and keep what did not fit" in {
      val port = new ProbePort
      val hand = HandReader.take(handle(port), failures)
      val buffers = Seq(2, 3).map(ByteBuffer.allocate)
      val reads = buffers.map(hand.read(_))
      port.receive("0123456")
      reads.map(_.get.intValue) shouldBe Seq(2, 3)
      buffers.map(buffer => new String(buffer.array, "UTF-8")) shouldBe Seq("01", "234")
      text(hand.read()) shouldBe "56"
    }

    "give the end to every read behind it" in {
      val port = new ProbePort
      val hand = HandReader.take(handle(port), failures)
      val first = hand.read()
      val second = hand.read(ByteBuffer.allocate(9))
      port.receive("last")
      port.receive(Inbound.Fin.INSTANCE)
      text(first) shouldBe "last"
      second.get shouldBe HandReader.END
      text(hand.read()) shouldBe "END"
      hand.closed.get shouldBe Done
    }

    "see an end that comes while nobody reads" in {
      val port = new ProbePort
      val hand = HandReader.take(handle(port), failures)
      port.receive(new Inbound.Reset(wire(5)))
      failureOf(hand.closed).asInstanceOf[StreamFailure].applicationCode shouldBe OptionalLong.of(5)
      failureOf(hand.read()).asInstanceOf[StreamFailure].applicationCode shouldBe OptionalLong.of(5)
    }

    "let no more reads wait than may" in {
      val port = new ProbePort
      val hand = HandReader.take(handle(port), failures)
      val before = calls.level.value
      (1 to 4).foreach(_ => hand.read())
      failureOf(hand.read()).getMessage should include("ahti.stream.waiting-calls")
      calls.level.value - before shouldBe 4
      port.receive(Inbound.Fin.INSTANCE)
      calls.level.value - before shouldBe 0
    }

    "answer reads with the end once it was cancelled" in {
      val port = new ProbePort
      val hand = HandReader.take(handle(port), failures)
      val read = hand.read()
      hand.cancel(3).get shouldBe Done
      text(read) shouldBe "END"
      text(hand.read()) shouldBe "END"
      hand.closed.get shouldBe Done
    }

    "fail what waits when it is released, and leave the rest to a stage" in {
      val port = new ProbePort
      val stream = handle(port)
      val hand = HandReader.take(stream, failures)
      HandReader.take(stream, failures) shouldBe null
      port.receive("0123")
      hand.read(ByteBuffer.allocate(1)).get shouldBe 1
      hand.release()
      failureOf(hand.read()) shouldBe an[IllegalStateException]
      failureOf(hand.closed) shouldBe an[IllegalStateException]
      val sink = Source
        .fromGraph(new ReceiveStage(stream, failures))
        .toMat(new ProbeSink[ByteString])(Keep.right)
        .run()
      sink.pull()
      sink.taken() shouldBe Seq(Next(ByteString("123")))
      port.receive("45")
      sink.pull()
      sink.taken() shouldBe Seq(Next(ByteString("45")))
      port.receive(Inbound.Fin.INSTANCE)
      sink.settle()
      sink.taken() shouldBe Seq(Completed)
    }

    "leave the end that it saw to a stage" in {
      val port = new ProbePort
      val stream = handle(port)
      val hand = HandReader.take(stream, failures)
      port.receive(new Inbound.Reset(wire(5)))
      hand.release()
      val sink = Source
        .fromGraph(new ReceiveStage(stream, failures))
        .toMat(new ProbeSink[ByteString])(Keep.right)
        .run()
      sink.settle()
      val Seq(Failed(why)) = sink.taken()
      why.asInstanceOf[StreamFailure].applicationCode shouldBe OptionalLong.of(5)
    }

    "hand over from within an answer" in {
      val port = new ProbePort
      val stream = handle(port)
      val hand = HandReader.take(stream, failures)
      var next: HandReader = null
      hand.read().thenRun { () =>
        hand.release()
        next = HandReader.take(stream, failures)
      }
      port.receive("first")
      val read = next.read()
      port.receive("second")
      text(read) shouldBe "second"
    }
  }
}
