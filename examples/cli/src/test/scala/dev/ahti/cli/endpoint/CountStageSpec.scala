package dev.ahti.cli.endpoint

import java.nio.ByteBuffer
import java.time.Duration
import java.util.concurrent.atomic.AtomicInteger

import scala.concurrent.Future
import scala.concurrent.Promise
import scala.concurrent.duration._

import dev.ahti.engine.testkit.Leftovers
import org.apache.pekko.actor.testkit.typed.scaladsl.ScalaTestWithActorTestKit
import org.apache.pekko.stream.OverflowStrategy
import org.apache.pekko.stream.QueueOfferResult
import org.apache.pekko.stream.scaladsl.Keep
import org.apache.pekko.stream.scaladsl.Sink
import org.apache.pekko.stream.scaladsl.SinkQueueWithCancel
import org.apache.pekko.stream.scaladsl.Source
import org.apache.pekko.stream.scaladsl.SourceQueueWithComplete
import org.apache.pekko.util.ByteString
import org.reactivestreams.Subscriber
import org.reactivestreams.Subscription
import org.scalatest.BeforeAndAfterEach
import org.scalatest.wordspec.AnyWordSpecLike

/** When the count is given, and that reading goes on whoever wants it. */
final class CountStageSpec
    extends ScalaTestWithActorTestKit
    with AnyWordSpecLike
    with BeforeAndAfterEach {

  /** More than go through a graph before it looks for anything else. */
  private val Elements = 100000

  override implicit val patience: PatienceConfig = PatienceConfig(20.seconds, 5.millis)

  override protected def afterEach(): Unit =
    Leftovers.awaitNone(system, Duration.ofSeconds(20))

  private def bytes(length: Int): ByteString = ByteString(new Array[Byte](length))

  /** The eight bytes that declare a total. */
  private def declaring(total: Long): ByteString =
    ByteString(ByteBuffer.allocate(java.lang.Long.BYTES).putLong(total).array)

  private def counts(input: ByteString*): Seq[String] =
    Source(input.toList).via(new CountStage).map(_.utf8String).runWith(Sink.seq).futureValue

  private def queues(): (SourceQueueWithComplete[ByteString], SinkQueueWithCancel[ByteString]) =
    Source
      .queue[ByteString](0, OverflowStrategy.backpressure)
      .via(new CountStage)
      .toMat(Sink.queue())(Keep.both)
      .run()

  private def text(answer: Future[Option[ByteString]]): Option[String] =
    answer.futureValue.map(_.utf8String)

  "A count stage" should {
    "give the count at the end, and once" in {
      counts() shouldBe Seq("0")
      counts(bytes(1), bytes(10)) shouldBe Seq("11")
      // A total that includes its own eight bytes cannot be less.
      counts(declaring(7), bytes(12)) shouldBe Seq("20")
      counts(declaring(12), bytes(4)) shouldBe Seq("12")
      counts(declaring(12), bytes(4), bytes(5)) shouldBe Seq("12")
      val header = declaring(12)
      counts(header.take(3), header.drop(3), bytes(4)) shouldBe Seq("12")
      counts(declaring(12), bytes(2)) shouldBe Seq("10")
    }

    "give the count at the declared total, and go on reading" in {
      val (input, output) = queues()
      val answer = output.pull()
      input.offer(declaring(12)).futureValue shouldBe QueueOfferResult.Enqueued
      answer.isCompleted shouldBe false
      input.offer(bytes(4)).futureValue shouldBe QueueOfferResult.Enqueued
      text(answer) shouldBe Some("12")
      text(output.pull()) shouldBe None
      // An offer is done when the element is taken: there is no buffer.
      for (_ <- 1 to 5) input.offer(bytes(100)).futureValue shouldBe QueueOfferResult.Enqueued
      input.complete()
      input.watchCompletion().futureValue
    }

    "keep the count until it is wanted" in {
      // A queue asks for as many as it has room for, so this one has none left for the count.
      val wanted = Source
        .single(bytes(3))
        .via(new CountStage)
        .prepend(Source.single(ByteString.empty))
        .runWith(Sink.queue(1))
      text(wanted.pull()) shouldBe Some("")
      text(wanted.pull()) shouldBe Some("3")
      text(wanted.pull()) shouldBe None
    }

    "take everything when nobody wants the count" in {
      val taken = new AtomicInteger
      val end = Source(1 to Elements)
        .map { _ =>
          taken.incrementAndGet()
          bytes(1)
        }
        .watchTermination()(Keep.right)
        .via(new CountStage)
        .to(Sink.cancelled)
        .run()
      end.futureValue
      taken.get shouldBe Elements
    }

    "fail with its upstream" in {
      val failure = new IllegalStateException("the upstream failed")
      val answer = Source
        .single(bytes(3))
        .concat(Source.failed(failure))
        .via(new CountStage)
        .runWith(Sink.seq)
      answer.failed.futureValue shouldBe failure
    }

    "end when the count that waits is wanted no more" in {
      val downstream = Promise[Subscription]()
      val end = Source
        .single(bytes(3))
        .watchTermination()(Keep.right)
        .via(new CountStage)
        .to(Sink.fromSubscriber(new Idle(downstream)))
        .run()
      end.futureValue
      downstream.future.futureValue.cancel()
    }
  }

  /** One that asks for nothing. */
  private final class Idle(subscription: Promise[Subscription]) extends Subscriber[ByteString] {
    override def onSubscribe(given: Subscription): Unit = subscription.success(given)
    override def onNext(element: ByteString): Unit = ()
    override def onError(failure: Throwable): Unit = ()
    override def onComplete(): Unit = ()
  }
}
