package dev.ahti.engine.stage

import java.util.function.Consumer
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.atomic.AtomicBoolean
import java.util.concurrent.atomic.AtomicLong

import scala.concurrent.duration._
import scala.jdk.FutureConverters._
import scala.util.Random

import dev.ahti.engine.schedule.SendPriority
import dev.ahti.engine.spi.Inbound
import dev.ahti.engine.spi.PortObserver
import dev.ahti.engine.spi.PortStats
import dev.ahti.engine.spi.SessionFlow
import dev.ahti.engine.spi.StreamLoop
import dev.ahti.engine.spi.StreamPort
import dev.ahti.engine.spi.WriteEnd
import dev.ahti.engine.wire.StreamKind
import org.apache.pekko.Done
import org.apache.pekko.stream.scaladsl.Sink
import org.apache.pekko.stream.scaladsl.Source
import org.apache.pekko.util.ByteString

/** The port's thread and the stage's race with each other; a lost wake-up shows as a time-out. */
final class WakeUpStressSpec extends StageSpec {
  import WakeUpStressSpec._

  override implicit val patience: PatienceConfig = PatienceConfig(30.seconds, 10.millis)

  "The wake-ups of a stage" should {
    Seq(1L, 2L, 3L).foreach { seed =>
      s"never be lost when bytes arrive on another thread (seed $seed)" in {
        val port = new RacingPort(seed)
        val total = Source
          .fromGraph(new ReceiveStage(handle(port), failures))
          .runWith(Sink.fold(0L)(_ + _.length))
        port.start("feeder")(port.feed(Elements))
        total.futureValue shouldBe port.fed
        port.join()
      }

      s"never be lost when bytes leave on another thread (seed $seed)" in {
        val port = new RacingPort(seed)
        val done = Source
          .fromIterator(() => Iterator.continually(Element).take(Elements))
          .runWith(Sink.fromGraph(new SendStage(handle(port), failures)))
        port.start("drainer")(port.drain())
        done.asScala.futureValue shouldBe Done
        port.drained shouldBe Elements
        port.join()
      }
    }
  }
}

object WakeUpStressSpec {
  private val Elements = 30000
  private val Element = ByteString("0123456789abcdef")
  private val Room = 4

  /** The protocol of the SPI as a transport on one thread of its own has to implement it. */
  private final class RacingPort(seed: Long) extends StreamPort {
    private val random = new Random(seed)
    private val inbound = new ConcurrentLinkedQueue[Inbound]
    private val outbound = new ConcurrentLinkedQueue[ByteString]
    private val readArmed = new AtomicBoolean
    private val writeArmed = new AtomicBoolean
    private val credit = new AtomicLong
    private val pending = new AtomicLong
    @volatile private var readWake: Runnable = () => ()
    @volatile private var writeWake: Runnable = () => ()
    @volatile private var finishing = false
    @volatile private var writeEnd: WriteEnd = _
    @volatile private var endPolled = false
    @volatile private var thread: Thread = _
    @volatile var fed = 0L
    @volatile var drained = 0

    def start(name: String)(body: => Unit): Unit = {
      thread = new Thread(() => body, name)
      thread.setDaemon(true)
      thread.start()
    }

    def join(): Unit = thread.join(10000)

    private def dawdle(): Unit = (0 until random.nextInt(200)).foreach(_ => Thread.onSpinWait())

    def feed(elements: Int): Unit = {
      (1 to elements).foreach { _ =>
        while (credit.get <= 0) Thread.`yield`()
        val size = 1 + random.nextInt(2 * StageSpec.Credit.toInt)
        fed += size
        credit.updateAndGet(now => math.max(0, now - size))
        publish(new Inbound.Data(ByteString.fromArrayUnsafe(Zeros, 0, size)))
        dawdle()
      }
      publish(Inbound.Fin.INSTANCE)
    }

    private def publish(what: Inbound): Unit = {
      inbound.add(what)
      if (readArmed.compareAndSet(true, false)) readWake.run()
    }

    def drain(): Unit = {
      var open = true
      while (open) {
        val last = finishing
        val next = outbound.poll()
        if (next != null) {
          drained += 1
          pending.decrementAndGet()
          if (pending.get < Room && writeArmed.compareAndSet(true, false)) writeWake.run()
        } else if (last) {
          open = false
        } else {
          Thread.`yield`()
        }
        dawdle()
      }
      writeEnd = WriteEnd.Finished.INSTANCE
      writeWake.run()
    }

    override def id: Long = 0
    override def kind: StreamKind = StreamKind.BIDIRECTIONAL
    override def local: Boolean = true
    override def loop: StreamLoop = throw new UnsupportedOperationException("no loop is needed")
    override def flow(flow: SessionFlow): Unit = ()
    override def observe(observer: PortObserver): Unit = ()
    override def stats: PortStats = new PortStats(0, 0, 0, 0)
    override def onReadable(wake: Runnable): Unit = readWake = wake
    override def request(bytes: Long): Unit = credit.addAndGet(bytes)

    override def poll(): Inbound = {
      var next = inbound.poll()
      if (next == null) {
        readArmed.set(true)
        next = inbound.poll()
      }
      if (next != null && next.isEnd) endPolled = true
      next
    }

    override def peek(): Inbound = {
      var next = inbound.peek()
      if (next == null) {
        readArmed.set(true)
        next = inbound.peek()
      }
      next
    }

    override def finished: Boolean = endPolled
    override def stopSending(code: Long): Unit = ()
    override def onWritable(wake: Runnable): Unit = writeWake = wake

    override def offer(bytes: ByteString): Boolean = {
      outbound.add(bytes)
      if (pending.incrementAndGet() < Room) {
        true
      } else {
        writeArmed.set(true)
        pending.get < Room && writeArmed.compareAndSet(true, false)
      }
    }

    override def offerWhole(bytes: ByteString, answer: Consumer[java.lang.Boolean]): Unit =
      answer.accept(false)
    override def commit(): Unit = ()
    override def finish(): Unit = finishing = true
    override def reset(code: Long): Unit = ()
    override def ended: WriteEnd = writeEnd
    override def priority(priority: SendPriority): Unit = ()
    override def readEnd: Inbound = null
    override def whenEnded(task: Runnable): Unit = ()
    override def whenSent(task: Runnable): Unit = ()
    override def queued: Long = pending.get
  }

  private val Zeros = new Array[Byte](2 * StageSpec.Credit.toInt)
}
