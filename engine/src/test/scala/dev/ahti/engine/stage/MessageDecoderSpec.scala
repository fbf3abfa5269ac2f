package dev.ahti.engine.stage

import dev.ahti.engine.stage.StreamProbes._
import dev.ahti.engine.wire.VarInt
import org.apache.pekko.stream.scaladsl.Keep
import org.apache.pekko.stream.scaladsl.Source
import org.apache.pekko.util.ByteString

final class MessageDecoderSpec extends StageSpec {
  private def run(): (Upstream[ByteString], Downstream[ByteString]) = {
    val (source, sink) = Source
      .fromGraph(new ProbeSource[ByteString])
      .via(new MessageDecoderStage(300, text => new IllegalArgumentException(text)))
      .toMat(new ProbeSink[ByteString])(Keep.both)
      .run()
    source.settle()
    (source, sink)
  }

  private def framed(text: String): ByteString =
    VarInt.encode(text.length.toLong).concat(ByteString(text))

  "A message decoder" should {
    "ask for bytes only when a message is asked for" in {
      val (source, sink) = run()
      source.taken() shouldBe empty
      sink.pull()
      source.taken() shouldBe Seq(Pulled)
      source.push(framed("one").concat(framed("two")))
      sink.taken() shouldBe Seq(Next(ByteString("one")))
      source.taken() shouldBe empty
      sink.pull()
      sink.taken() shouldBe Seq(Next(ByteString("two")))
      source.taken() shouldBe empty
    }

    "put messages together from single bytes, empty and long ones too" in {
      val (source, sink) = run()
      val long = "x" * 300
      sink.pull()
      var seen = Seq.empty[Signal]
      framed(long).concat(framed("")).concat(framed("end")).foreach { byte =>
        source.push(ByteString(byte))
        val now = sink.taken()
        if (now.nonEmpty) sink.pull()
        seen ++= now
      }
      seen shouldBe Seq(Next(ByteString(long)), Next(ByteString.empty), Next(ByteString("end")))
    }

    "fail as soon as too long a message is announced, and cancel" in {
      val (source, sink) = run()
      sink.pull()
      source.push(VarInt.encode(301))
      val Seq(Failed(why)) = sink.taken()
      why shouldBe an[IllegalArgumentException]
      why.getMessage shouldBe "a message of 301 bytes (expected: at most 300)"
      source.taken().last shouldBe a[Cancelled]
    }

    "fail when the stream ends within a message or its length" in {
      for (rest <- Seq(framed("whole").dropRight(1), ByteString(0x40))) {
        val (source, sink) = run()
        sink.pull()
        source.push(rest)
        source.complete()
        val Seq(Failed(why)) = sink.taken()
        why.getMessage should include("the stream ended within a message")
      }
    }

    "give what is whole before it says that the rest is not" in {
      val (source, sink) = run()
      sink.pull()
      source.push(framed("a").concat(framed("b")).concat(ByteString(5)))
      source.complete()
      sink.taken() shouldBe Seq(Next(ByteString("a")))
      sink.pull()
      sink.taken() shouldBe Seq(Next(ByteString("b")))
      sink.pull()
      val Seq(Failed(why)) = sink.taken()
      why.getMessage should include("the stream ended within a message")
    }

    "complete behind the last message, asked or not" in {
      val (source, sink) = run()
      sink.pull()
      source.push(framed("a").concat(framed("b")))
      source.complete()
      sink.taken() shouldBe Seq(Next(ByteString("a")))
      sink.pull()
      sink.taken() shouldBe Seq(Next(ByteString("b")), Completed)
      val (empty, nothing) = run()
      empty.complete()
      nothing.settle()
      nothing.taken() shouldBe Seq(Completed)
    }

    "pass failure and cancellation on" in {
      val (source, sink) = run()
      val failure = new RuntimeException("upstream")
      source.fail(failure)
      sink.taken() shouldBe Seq(Failed(failure))
      val (other, canceller) = run()
      canceller.cancel(failure)
      other.settle()
      other.taken() shouldBe Seq(Cancelled(failure))
    }
  }
}
