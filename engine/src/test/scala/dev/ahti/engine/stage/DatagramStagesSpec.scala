package dev.ahti.engine.stage

import java.util.concurrent.CompletionStage
import java.util.function.Consumer

import scala.collection.immutable.Queue
import scala.concurrent.ExecutionContext
import scala.jdk.FutureConverters._

import dev.ahti.engine.schedule.DatagramOutcome
import dev.ahti.engine.schedule.DatagramPolicy
import dev.ahti.engine.schedule.SendPriority
import dev.ahti.engine.spi.DatagramLimits
import dev.ahti.engine.spi.DatagramPort
import dev.ahti.engine.spi.DatagramStats
import dev.ahti.engine.spi.DatagramWriter
import dev.ahti.engine.spi.StreamLoop
import dev.ahti.engine.stage.StreamProbes._
import org.apache.pekko.Done
import org.apache.pekko.stream.scaladsl.Keep
import org.apache.pekko.stream.scaladsl.Sink
import org.apache.pekko.stream.scaladsl.Source
import org.apache.pekko.util.ByteString

final class DatagramStagesSpec extends StageSpec {
  import DatagramStagesSpec._

  private def source(port: Datagrams): DatagramSourceStage = source(new DatagramReader(port))
  private def source(reader: DatagramReader) = new DatagramSourceStage(reader, abruptOnly)
  private def sink(port: Datagrams) = new DatagramSinkStage(port, abruptOnly)

  private def reading(port: Datagrams): Downstream[ByteString] = {
    val probe = Source.fromGraph(source(port)).runWith(new ProbeSink[ByteString])
    probe.settle()
    probe
  }

  private def writing(port: Datagrams): (Upstream[ByteString], CompletionStage[Done]) = {
    val (probe, done) =
      Source.fromGraph(new ProbeSource[ByteString]).toMat(sink(port))(Keep.both).run()
    probe.settle()
    (probe, done)
  }

  "A datagram source" should {
    "take one datagram a demand and leave the others in the ring" in {
      val port = new Datagrams
      val probe = reading(port)
      Seq("a", "b", "c").foreach(port.receive)
      probe.settle()
      probe.taken() shouldBe empty
      probe.pull()
      probe.taken() shouldBe Seq(Next(ByteString("a")))
      port.waiting shouldBe 2
    }

    "be woken by a datagram that comes after the demand, and deliver empty ones" in {
      val port = new Datagrams
      val probe = reading(port)
      probe.pull()
      port.receive("")
      probe.settle()
      probe.taken() shouldBe Seq(Next(ByteString.empty))
    }

    "not miss what comes while it looks" in {
      val port = new Datagrams
      val probe = reading(port)
      probe.pull()
      port.onceAfterNothing = () => port.receive("just then")
      port.wakeReader()
      probe.settle()
      probe.taken() shouldBe Seq(Next(ByteString("just then")))
    }

    "complete without demand when the session closed cleanly" in {
      val port = new Datagrams
      val probe = reading(port)
      port.close(Clean)
      probe.settle()
      probe.taken() shouldBe Seq(Completed)
    }

    "fail without demand when the session ended abruptly" in {
      val port = new Datagrams
      val probe = reading(port)
      port.close("cut")
      probe.settle()
      probe.taken() should matchPattern {
        case Seq(Failed(failure)) if failure.getMessage == "cut" =>
      }
    }

    "refuse a second reader of the session, whichever stage it comes from" in {
      val port = new Datagrams
      val reader = new DatagramReader(port)
      val first = Source.fromGraph(source(reader)).runWith(new ProbeSink[ByteString])
      first.settle()
      val refused = Source.fromGraph(source(reader)).runWith(Sink.ignore).failed.futureValue
      refused shouldBe an[IllegalStateException]
      refused.getMessage should include("state being read")
      first.pull()
      port.receive("for the first")
      first.settle()
      first.taken() shouldBe Seq(Next(ByteString("for the first")))
    }

    "be read by a new stage as soon as the one before was cancelled" in {
      val port = new Datagrams
      val reader = new DatagramReader(port)
      (1 to 200).foreach { round =>
        val first = Source.fromGraph(source(reader)).runWith(new ProbeSink[ByteString])
        first.settle()
        first.cancel(new RuntimeException("enough"))
        val second = Source.fromGraph(source(reader)).runWith(Sink.head)
        port.receive(s"later $round")
        second.futureValue shouldBe ByteString(s"later $round")
      }
      port.ended shouldBe null
    }

    "be read again by the one who is told that the one before has its datagram" in {
      implicit val sameThread: ExecutionContext = ExecutionContext.parasitic
      val port = new Datagrams
      val reader = new DatagramReader(port)
      def head() = Source.fromGraph(source(reader)).runWith(Sink.head)
      (1 to 200).foreach { round =>
        // The callback runs inside the first graph, before its source knows of the end.
        val both = head().flatMap(first => head().map(second => Seq(first, second)))
        port.receive(s"a $round")
        port.receive(s"b $round")
        both.futureValue shouldBe Seq(ByteString(s"a $round"), ByteString(s"b $round"))
      }
    }

    "take the place of one that leaves while it waits for the answer, and not twice" in {
      val port = new Datagrams
      val reader = new DatagramReader(port)
      val first = new Claimant
      val second = new Claimant
      val third = new Claimant
      reader.claim(first)
      reader.claim(second)
      reader.claim(third)
      first.heard() shouldBe Seq("granted", "asked")
      second.heard() shouldBe empty
      third.heard() shouldBe Seq("refused")
      reader.release(first)
      second.heard() shouldBe Seq("granted")
      val wake: Runnable = () => ()
      reader.onReadable(wake)
      reader.release(first)
      reader.release(third)
      port.readerIs(wake) shouldBe true
      reader.release(second)
      port.readerIs(wake) shouldBe false
    }

    "end in order, with all that waits and all that comes, when reading is given up for good" in {
      val port = new Datagrams
      val reader = new DatagramReader(port)
      val running = Source.fromGraph(source(reader)).runWith(new ProbeSink[ByteString])
      running.settle()
      reader.isHeld shouldBe true
      port.receive("waits")
      port.waiting shouldBe 1
      reader.cancel()
      running.settle()
      running.taken() shouldBe Seq(Completed)
      port.waiting shouldBe 0
      port.receive("late")
      port.waiting shouldBe 0
      reader.isHeld shouldBe false
      Source.fromGraph(source(reader)).runWith(Sink.seq).futureValue shouldBe empty
      val wake: Runnable = () => ()
      reader.onReadable(wake)
      port.readerIs(wake) shouldBe false
    }

    "tell both who reads and who waits for that when reading is given up" in {
      val reader = new DatagramReader(new Datagrams)
      val first = new Claimant
      val second = new Claimant
      val late = new Claimant
      reader.claim(first)
      reader.claim(second)
      reader.cancel()
      reader.cancel()
      reader.claim(late)
      first.heard() shouldBe Seq("granted", "asked", "cancelled")
      Seq(second, late).map(_.heard()) shouldBe Seq(Seq("cancelled"), Seq("cancelled"))
    }
  }

  "A datagram sink" should {
    "ask for the next element only while the port has room" in {
      val port = new Datagrams
      val (probe, _) = writing(port)
      probe.push(ByteString("a"))
      probe.taken() shouldBe Seq(Pulled, Pulled)
      port.hasRoom = false
      probe.push(ByteString("b"))
      probe.taken() shouldBe empty
      port.hasRoom = true
      port.wakeWriter()
      port.wakeWriter()
      probe.settle()
      probe.taken() shouldBe Seq(Pulled)
      port.sent shouldBe Seq("a", "b")
    }

    "be done when its upstream finishes, without ending the session's datagrams" in {
      val port = new Datagrams
      val (probe, done) = writing(port)
      probe.complete()
      done.asScala.futureValue shouldBe Done
      port.ended shouldBe null
    }

    "fail when its upstream fails, without ending the session's datagrams" in {
      val port = new Datagrams
      val (probe, done) = writing(port)
      probe.fail(new RuntimeException("mine"))
      done.asScala.failed.futureValue.getMessage shouldBe "mine"
      port.ended shouldBe null
    }

    "be done when the session closed cleanly" in {
      val port = new Datagrams
      val (probe, done) = writing(port)
      probe.taken()
      port.close(Clean)
      done.asScala.futureValue shouldBe Done
      probe.settle()
      probe.taken() should matchPattern { case Seq(Cancelled(_)) => }
    }

    "fail and cancel when the session ended abruptly" in {
      val port = new Datagrams
      val (probe, done) = writing(port)
      probe.taken()
      port.close("cut")
      val failure = done.asScala.failed.futureValue
      failure.getMessage shouldBe "cut"
      probe.settle()
      probe.taken() shouldBe Seq(Cancelled(failure))
    }

    "refuse a second writer at the same time" in {
      val port = new Datagrams
      val stage = sink(port)
      val first = Source.fromGraph(new ProbeSource[ByteString]).toMat(stage)(Keep.left).run()
      first.settle()
      val refused =
        Source.empty[ByteString].toMat(stage)(Keep.right).run().asScala.failed.futureValue
      refused shouldBe an[IllegalStateException]
      refused.getMessage should include("state being written")
      first.push(ByteString("mine"))
      port.sent shouldBe Seq("mine")
    }
  }
}

object DatagramStagesSpec {
  private val Clean = "the session closed"

  private val abruptOnly: java.util.function.Function[String, Throwable] =
    why => if (why == Clean) null else new RuntimeException(why)

  private final class Claimant extends DatagramReader.Claim {
    private var calls = Queue.empty[String]
    def heard(): Seq[String] = { val all = calls; calls = Queue.empty; all }
    override def asked(): Unit = calls = calls.enqueue("asked")
    override def answered(granted: Boolean): Unit =
      calls = calls.enqueue(if (granted) "granted" else "refused")
    override def cancelled(): Unit = calls = calls.enqueue("cancelled")
  }

  /** A datagram port that does what the test says. */
  private final class Datagrams extends DatagramPort {
    private var inbound = Queue.empty[ByteString]
    private var outbound = Queue.empty[String]
    private var why: String = _
    private var armed = false
    private var reader: Runnable = () => ()
    private var writer: Runnable = () => ()
    @volatile var hasRoom = true

    /** The next time that the stage polls nothing, this happens before it knows. */
    @volatile var onceAfterNothing: () => Unit = () => ()

    def receive(text: String): Unit = {
      val wake = synchronized {
        inbound = inbound.enqueue(ByteString(text))
        val was = armed
        armed = false
        was
      }
      if (wake) synchronized(reader).run()
    }

    def waiting: Int = synchronized(inbound.size)
    def sent: Seq[String] = synchronized(outbound)
    def readerIs(wake: Runnable): Boolean = synchronized(reader eq wake)
    def wakeReader(): Unit = synchronized(reader).run()
    def wakeWriter(): Unit = synchronized(writer).run()

    override def loop: StreamLoop = throw new UnsupportedOperationException("no loop is needed")
    override def maxSize: Int = 1200
    override def onReadable(wake: Runnable): Unit = synchronized { reader = wake }
    override def poll(): ByteString = synchronized {
      inbound.dequeueOption match {
        case Some((next, rest)) =>
          inbound = rest
          next
        case None =>
          armed = true
          val task = onceAfterNothing
          onceAfterNothing = () => ()
          task()
          null
      }
    }
    override def onWritable(wake: Runnable): Unit = synchronized { writer = wake }
    override def leave(): Unit = synchronized { writer = () => () }
    override def priority(priority: SendPriority): Unit = ()
    override def policy(policy: DatagramPolicy): Unit = ()
    override def discard(): Unit = ()
    override def room: Int = synchronized(if (hasRoom) 1 else 0)
    override def peek(): ByteString = synchronized(inbound.headOption.orNull)
    override def take(peeked: ByteString): Boolean = synchronized {
      val there = inbound.headOption.exists(_ eq peeked)
      if (there) inbound = inbound.tail
      there
    }
    override def deliver(payload: ByteString): Unit = receive(payload.utf8String)
    override def limitIncoming(limits: DatagramLimits): Unit = ()
    override def incomingPolicy(policy: DatagramPolicy): Unit = ()
    override def limitOutgoing(limits: DatagramLimits): Unit = ()
    override def whenSent(task: Runnable): Unit = task.run()
    override def newWriter(): DatagramWriter = this
    override def offer(
        payload: ByteString,
        age: Long,
        outcome: Consumer[DatagramOutcome]
    ): Boolean = synchronized {
      outbound = outbound.enqueue(payload.utf8String)
      hasRoom
    }
    override def ended: String = synchronized(why)
    override def close(reason: String): Unit = {
      synchronized {
        inbound = Queue.empty
        why = reason
      }
      synchronized(reader).run()
      synchronized(writer).run()
    }
    override def stats: DatagramStats = new DatagramStats(0, 0, 0, 0, 0)
  }
}
