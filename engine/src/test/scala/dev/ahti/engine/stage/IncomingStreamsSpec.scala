package dev.ahti.engine.stage

import scala.collection.mutable.ArrayBuffer

import dev.ahti.engine.gauge.GaugeRegistry
import dev.ahti.engine.stage.StreamProbes._
import org.apache.pekko.stream.scaladsl.Sink
import org.apache.pekko.stream.scaladsl.Source

final class IncomingStreamsSpec extends StageSpec {

  private final class Queue(capacity: Int) {
    val rejected = ArrayBuffer.empty[StreamHandle]
    val waiting = new GaugeRegistry().level("waiting")
    val streams = new IncomingStreams(capacity, waiting, stream => rejected += stream)
    val stage = new IncomingStreamsStage(streams, why => new RuntimeException(why))

    def run(): Downstream[StreamHandle] = {
      val sink = Source.fromGraph(stage).runWith(new ProbeSink[StreamHandle])
      sink.settle()
      sink
    }
  }

  private def stream(id: Long): StreamHandle = handle(new ProbePort(id))

  "A queue of incoming streams" should {
    "refuse streams beyond its capacity, and take them again when there is room" in {
      val queue = new Queue(2)
      queue.streams.offer(stream(0)) shouldBe true
      queue.streams.offer(stream(4)) shouldBe true
      queue.streams.offer(stream(8)) shouldBe false
      queue.waiting.value shouldBe 2
      queue.streams.poll().port.id shouldBe 0
      queue.streams.offer(stream(12)) shouldBe true
      queue.rejected shouldBe empty
    }

    "reject what waits when it ends, and refuse what comes later" in {
      val queue = new Queue(4)
      val first = stream(0)
      queue.streams.offer(first)
      queue.streams.complete()
      queue.rejected shouldBe Seq(first)
      queue.waiting.value shouldBe 0
      queue.streams.offer(stream(4)) shouldBe false
      queue.streams.poll() shouldBe null
    }

    "keep its first end" in {
      val queue = new Queue(1)
      queue.streams.fail("lost")
      queue.streams.complete()
      queue.streams.end shouldBe new IncomingStreams.End.Failed("lost")
    }

    "want a capacity above zero" in {
      an[IllegalArgumentException] should be thrownBy new Queue(0)
    }
  }

  "A stage of incoming streams" should {
    "take a stream only on demand" in {
      val queue = new Queue(4)
      val sink = queue.run()
      val (first, second) = (stream(0), stream(4))
      queue.streams.offer(first)
      queue.streams.offer(second)
      sink.settle()
      sink.taken() shouldBe empty
      sink.pull()
      sink.taken() shouldBe Seq(Next(first))
      queue.waiting.value shouldBe 1
      sink.pull()
      sink.taken() shouldBe Seq(Next(second))
    }

    "be woken by a stream that comes after the demand" in {
      val queue = new Queue(4)
      val sink = queue.run()
      (0 until 3).foreach { n =>
        sink.pull()
        val next = stream(4L * n)
        queue.streams.offer(next)
        sink.settle()
        sink.taken() shouldBe Seq(Next(next))
      }
    }

    "complete without demand when the session closed cleanly" in {
      val queue = new Queue(4)
      val sink = queue.run()
      queue.streams.offer(stream(0))
      queue.streams.complete()
      sink.settle()
      sink.taken() shouldBe Seq(Completed)
      queue.rejected should have size 1
    }

    "fail without demand when the session ended abruptly" in {
      val queue = new Queue(4)
      val sink = queue.run()
      queue.streams.fail("the connection was lost")
      sink.settle()
      sink.taken() should matchPattern {
        case Seq(Failed(failure)) if failure.getMessage == "the connection was lost" =>
      }
    }

    "end at once when the session has ended before it runs" in {
      val queue = new Queue(4)
      queue.streams.complete()
      queue.run().taken() shouldBe Seq(Completed)
    }

    "reject what waits and what comes when the downstream cancels" in {
      val queue = new Queue(4)
      val sink = queue.run()
      val waiting = stream(0)
      queue.streams.offer(waiting)
      sink.cancel(new RuntimeException("enough"))
      eventually(queue.rejected shouldBe Seq(waiting))
      queue.streams.offer(stream(4)) shouldBe false
    }

    "refuse a second materialization and name the state" in {
      val queue = new Queue(4)
      val first = queue.run()
      val refused = Source.fromGraph(queue.stage).runWith(Sink.ignore).failed.futureValue
      refused shouldBe an[IllegalStateException]
      refused.getMessage should include("state being consumed")
      val next = stream(0)
      queue.streams.offer(next) shouldBe true
      first.pull()
      first.taken() shouldBe Seq(Next(next))
    }
  }
}
