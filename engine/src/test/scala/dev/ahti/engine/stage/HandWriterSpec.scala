package dev.ahti.engine.stage

import java.util.OptionalLong
import java.util.concurrent.CompletableFuture
import java.util.concurrent.ExecutionException

import dev.ahti.engine.spi.WriteEnd
import dev.ahti.engine.stage.ProbePort._
import org.apache.pekko.Done
import org.apache.pekko.util.ByteString

final class HandWriterSpec extends StageSpec {
  private def writer(port: ProbePort): HandWriter = {
    before = calls.level.value
    HandWriter.take(handle(port), failures)
  }

  private def failureOf(call: CompletableFuture[Done]): Throwable = {
    call.isDone shouldBe true
    intercept[ExecutionException](call.get()).getCause
  }

  private def waiting: Long = calls.level.value - before
  private var before = 0L

  "A writer by hand" should {
    "be done with a write while the port has room, and else when it has again" in {
      val port = new ProbePort
      val hand = writer(port)
      hand.write(ByteString("one")).isDone shouldBe true
      port.fill()
      val two = hand.write(ByteString("two"))
      val three = hand.write(ByteString("three"))
      port.taken() shouldBe Seq(Offered("one"), Offered("two"))
      (two.isDone, three.isDone, hand.ready.isDone, hand.waiting) shouldBe ((
        false,
        false,
        false,
        2
      ))
      waiting shouldBe 2
      port.drain()
      (two.isDone, three.isDone, hand.ready.isDone) shouldBe ((true, true, true))
      port.taken() shouldBe Seq(Offered("three"))
      waiting shouldBe 0
    }

    "serve a call that comes out of an answer behind those before it" in {
      val port = new ProbePort
      val hand = writer(port)
      port.fill()
      val first = hand.write(ByteString("first"))
      first.thenRun(() => { hand.write(ByteString("third")); () })
      hand.write(ByteString("second"))
      port.drain()
      port.taken() shouldBe Seq(Offered("first"), Offered("second"), Offered("third"))
    }

    "let no more calls wait than may" in {
      val port = new ProbePort
      val hand = writer(port)
      port.fill()
      val all = (1 to 4).map(i => hand.write(ByteString(s"$i")))
      failureOf(hand.write(ByteString("5"))).getMessage should include("ahti.stream.waiting-calls")
      hand.close().isDone shouldBe false
      port.drain()
      all.foreach(_.isDone shouldBe true)
      port.taken().last shouldBe Finish
    }

    "close behind what waits, once" in {
      val port = new ProbePort
      val hand = writer(port)
      port.fill()
      hand.write(ByteString("last"))
      val end = hand.close()
      port.taken() shouldBe Seq(Offered("last"))
      failureOf(hand.close()) shouldBe an[IllegalStateException]
      failureOf(hand.write(ByteString("late"))) shouldBe an[IllegalStateException]
      port.drain()
      port.taken() shouldBe Seq(Finish)
      (end.isDone, hand.closed.isDone) shouldBe ((false, false))
      port.endWrite(WriteEnd.Finished.INSTANCE)
      (end.get, hand.closed.get) shouldBe ((Done, Done))
    }

    "fail everything that waits when the stream ends, and everything that comes" in {
      val port = new ProbePort
      val hand = writer(port)
      port.fill()
      val stuck = hand.write(ByteString("stuck"))
      val ready = hand.ready
      val end = hand.close()
      port.endWrite(new WriteEnd.Stopped(OptionalLong.of(wire(9))))
      for (call <- Seq(stuck, end, ready, hand.ready, hand.closed, hand.write(ByteString("x"))))
        failureOf(call).asInstanceOf[StreamFailure].applicationCode shouldBe OptionalLong.of(9)
      waiting shouldBe 0
    }

    "hand what is atomic to the port alone and wait for its answer" in {
      val port = new ProbePort
      val hand = writer(port)
      val whole = hand.writeWhole(ByteString("whole"))
      val behind = hand.write(ByteString("behind"))
      port.taken() shouldBe Seq(OfferedWhole("whole"))
      port.answerWhole(true)
      (whole.get, behind.get) shouldBe ((Done, Done))
      port.taken() shouldBe Seq(Offered("behind"))
    }

    "reject the atomic writes behind one that does not fit, and go on" in {
      val port = new ProbePort
      val hand = writer(port)
      val first = hand.writeWhole(ByteString("first"))
      val second = hand.writeWhole(ByteString("second"))
      hand.commit()
      port.answerWhole(false)
      failureOf(first).getMessage should include("flow control window")
      failureOf(second).getMessage should include("flow control window")
      hand.write(ByteString("third")).get shouldBe Done
      port.taken() shouldBe Seq(OfferedWhole("first"), Commit, Offered("third"))
      waiting shouldBe 0
    }

    "fail the stream when another write is behind an atomic one that does not fit" in {
      val port = new ProbePort
      val hand = writer(port)
      val first = hand.writeWhole(ByteString("first"))
      val second = hand.writeWhole(ByteString("second"))
      val third = hand.write(ByteString("third"))
      port.answerWhole(false)
      for (call <- Seq(first, second, third, hand.ready, hand.write(ByteString("x"))))
        failureOf(call).getMessage should include("flow control window")
      port.taken() shouldBe Seq(OfferedWhole("first"), Reset(wire(0)))
      port.endWrite(new WriteEnd.Reset(wire(0)))
      failureOf(hand.closed).getMessage should include("flow control window")
    }

    "reset with the code of an abort, and fail what waits with its reason" in {
      val port = new ProbePort
      val hand = writer(port)
      port.fill()
      val stuck = hand.write(ByteString("stuck"))
      val behind = hand.write(ByteString("behind"))
      val reason = new RuntimeException("enough")
      val done = hand.abort(42, reason)
      port.taken() shouldBe Seq(Offered("stuck"), Reset(wire(42)))
      (failureOf(stuck), failureOf(behind)) shouldBe ((reason, reason))
      done.isDone shouldBe false
      port.endWrite(new WriteEnd.Reset(wire(42)))
      done.get shouldBe Done
      failureOf(hand.closed) shouldBe reason
      hand.abort(43, reason).get shouldBe Done
      port.taken() shouldBe empty
    }

    "give the port what was committed before an abort's reset" in {
      val port = new ProbePort
      val hand = writer(port)
      port.fill()
      hand.write(ByteString("1"))
      hand.write(ByteString("2"))
      hand.commit()
      hand.commit()
      hand.write(ByteString("3"))
      hand.abort(7, new RuntimeException("enough"))
      port.taken() shouldBe Seq(Offered("1"), Offered("2"), Commit, Reset(wire(7)))
      waiting shouldBe 0
    }

    "give its half back when nothing waits any more" in {
      val port = new ProbePort
      val stream = handle(port)
      val hand = HandWriter.take(stream, failures)
      HandWriter.take(stream, failures) shouldBe null
      port.fill()
      hand.write(ByteString("stuck"))
      hand.release()
      hand.retake() shouldBe true
      hand.release()
      HandWriter.take(stream, failures) shouldBe null
      port.drain()
      hand.retake() shouldBe false
      val next = HandWriter.take(stream, failures)
      next.write(ByteString("next")).get shouldBe Done
      port.taken() shouldBe Seq(Offered("stuck"), Offered("next"))
    }
  }
}
