package dev.ahti.engine.stage

import java.util.function.Consumer

import scala.collection.immutable.Queue

import dev.ahti.engine.schedule.SendPriority
import dev.ahti.engine.spi.Inbound
import dev.ahti.engine.spi.PortObserver
import dev.ahti.engine.spi.PortStats
import dev.ahti.engine.spi.SessionFlow
import dev.ahti.engine.spi.StreamLoop
import dev.ahti.engine.spi.StreamPort
import dev.ahti.engine.spi.WriteEnd
import dev.ahti.engine.wire.StreamKind
import org.apache.pekko.util.ByteString

/** A port that does what the test says and remembers what the stage asked of it. */
final class ProbePort(override val id: Long = 4) extends StreamPort {
  import ProbePort._

  private var calls = Queue.empty[Call]
  private var inbound = Queue.empty[Inbound]
  private var endPolled = false
  private var readArmed = false
  private var readWake: Runnable = () => ()
  private var writeWake: Runnable = () => ()
  private var writeEnd: WriteEnd = _
  private var room = true
  private var asked: Option[Consumer[java.lang.Boolean]] = None
  private var afterNothing: Option[() => Unit] = None
  private var afterOpen: Option[() => Unit] = None
  private var withinRequest: Option[() => Unit] = None

  /** What the stage called since the last time. */
  def taken(): Seq[Call] = synchronized {
    val all = calls
    calls = Queue.empty
    all
  }

  /** Something arrives from the peer; wakes as a transport would. */
  def receive(what: Inbound): Unit = {
    val wake = synchronized {
      inbound = inbound.enqueue(what)
      val wake = if (readArmed) readWake else nobody
      readArmed = false
      wake
    }
    wake.run()
  }

  def receive(text: String): Unit = receive(new Inbound.Data(ByteString.fromString(text)))

  /** A wake-up without a reason. */
  def wakeReader(): Unit = synchronized(readWake).run()

  /** The next time that the stage polls nothing, this happens before it knows. */
  def onceAfterNothing(task: => Unit): Unit = synchronized { afterNothing = Some(() => task) }

  /** The next time that the stage sees the sending half open, this happens before it knows. */
  def onceAfterOpen(task: => Unit): Unit = synchronized { afterOpen = Some(() => task) }

  /** The next time that the stage asks for bytes, this happens before that call returns. */
  def onceWithinRequest(task: => Unit): Unit = synchronized { withinRequest = Some(() => task) }

  /** How many things the stage has not polled. */
  def waiting: Int = synchronized(inbound.size)

  /** From now on there is no room: the next offer is answered with false. */
  def fill(): Unit = synchronized { room = false }

  /** There is room again. */
  def drain(): Unit = {
    synchronized { room = true }
    synchronized(writeWake).run()
  }

  /** Answers what was offered whole. */
  def answerWhole(taken: Boolean): Unit = {
    val answer = synchronized {
      val last = asked
      asked = None
      last
    }
    answer.getOrElse(throw new AssertionError("nothing was offered whole")).accept(taken)
  }

  /** The sending half ends. */
  def endWrite(end: WriteEnd): Unit = {
    synchronized { writeEnd = end }
    synchronized(writeWake).run()
    val tasks = synchronized {
      val all = atEnd
      atEnd = Vector.empty
      all
    }
    tasks.foreach(_.run())
  }

  private def called(call: Call): Unit = calls = calls.enqueue(call)

  override def kind: StreamKind = StreamKind.BIDIRECTIONAL
  override def local: Boolean = true
  override def loop: StreamLoop = throw new UnsupportedOperationException("no stage needs a loop")
  override def flow(flow: SessionFlow): Unit = ()
  override def observe(observer: PortObserver): Unit = ()
  override def stats: PortStats = new PortStats(0, 0, 0, 0)

  override def onReadable(wake: Runnable): Unit = synchronized { readWake = wake }
  override def request(bytes: Long): Unit = {
    val task = synchronized {
      called(Requested(bytes))
      val task = withinRequest
      withinRequest = None
      task
    }
    task.foreach(_.apply())
  }

  override def poll(): Inbound = synchronized {
    inbound.dequeueOption match {
      case Some((next, rest)) =>
        inbound = rest
        endPolled = next.isEnd
        next
      case None =>
        if (endPolled) throw new AssertionError("polled after the end")
        readArmed = true
        val task = afterNothing
        afterNothing = None
        task.foreach(_.apply())
        null
    }
  }

  override def peek(): Inbound = synchronized {
    if (inbound.isEmpty) {
      if (endPolled) throw new AssertionError("peeked after the end")
      readArmed = true
      val task = afterNothing
      afterNothing = None
      task.foreach(_.apply())
    }
    inbound.headOption.orNull
  }

  override def finished: Boolean = synchronized(endPolled || inbound.headOption.exists(_.isEnd))
  override def stopSending(code: Long): Unit = synchronized(called(StopSending(code)))

  override def onWritable(wake: Runnable): Unit = synchronized { writeWake = wake }
  override def offer(bytes: ByteString): Boolean = synchronized {
    called(Offered(bytes.utf8String))
    room
  }
  override def offerWhole(bytes: ByteString, answer: Consumer[java.lang.Boolean]): Unit =
    synchronized {
      called(OfferedWhole(bytes.utf8String))
      asked = Some(answer)
    }
  override def commit(): Unit = synchronized(called(Commit))
  override def finish(): Unit = synchronized(called(Finish))
  override def reset(code: Long): Unit = synchronized(called(Reset(code)))
  override def ended: WriteEnd = synchronized {
    val end = writeEnd
    if (end == null) {
      val task = afterOpen
      afterOpen = None
      task.foreach(_.apply())
    }
    end
  }
  override def priority(priority: SendPriority): Unit = ()

  private var atEnd = Vector.empty[Runnable]

  override def readEnd: Inbound = null
  override def whenEnded(task: Runnable): Unit =
    if (synchronized(writeEnd) == null) synchronized { atEnd :+= task } else task.run()
  override def whenSent(task: Runnable): Unit = task.run()
  override def queued: Long = 0
}

object ProbePort {
  private val nobody: Runnable = () => ()

  sealed trait Call
  final case class Requested(bytes: Long) extends Call
  final case class StopSending(wireCode: Long) extends Call
  final case class Offered(text: String) extends Call
  final case class OfferedWhole(text: String) extends Call
  case object Commit extends Call
  case object Finish extends Call
  final case class Reset(wireCode: Long) extends Call
}
