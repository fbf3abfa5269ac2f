package dev.ahti.engine.actor

import java.util.concurrent.atomic.AtomicLong
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
import org.apache.pekko.stream.Materializer
import org.apache.pekko.util.ByteString

/** A loop whose clock stands still until the test moves it; tasks run where they are handed in. */
final class FakeLoop extends StreamLoop {
  private val nanos = new AtomicLong(1)

  def advance(duration: java.time.Duration): Unit = {
    nanos.addAndGet(duration.toNanos)
    ()
  }

  override def inLoop: Boolean = true
  override def execute(task: Runnable): Unit = task.run()
  override def dispatcherId: String = "pekko.actor.default-dispatcher"
  override def materializer: Materializer = throw new UnsupportedOperationException("no streams")
  override def nanoTime: Long = nanos.get
}

/**
 * A port that keeps the rules of the SPI and remembers what was done with it.
 *
 * @param stalled whether the peer gives no credit: what is finished stays queued
 */
final class FakePort(
    override val id: Long,
    override val kind: StreamKind = StreamKind.BIDIRECTIONAL,
    override val local: Boolean = false,
    override val loop: StreamLoop = new FakeLoop,
    stalled: Boolean = false
) extends StreamPort {

  private var inbound = Queue.empty[Inbound]
  private var credit = 0L
  private var armed = false
  private var cameTo: Option[Inbound] =
    if (kind == StreamKind.UNIDIRECTIONAL && local) Some(Inbound.Fin.INSTANCE) else None
  private var writeEnd: Option[WriteEnd] =
    if (kind == StreamKind.UNIDIRECTIONAL && !local) Some(WriteEnd.Finished.INSTANCE) else None
  private var polledEnd = false
  private var readable: Runnable = () => ()
  private var writable: Runnable = () => ()
  private var observer: Option[PortObserver] = None
  private var written = ByteString.empty
  private var stopCode: Option[Long] = None

  /** Everything offered so far. */
  def bytes: ByteString = synchronized(written)

  /** How the sending half ended, if it has. */
  def writeEnded: Option[WriteEnd] = synchronized(writeEnd)

  /** The code of our STOP_SENDING, if there was one. */
  def stoppedWith: Option[Long] = synchronized(stopCode)

  /** Whether the reader took everything and waits to be woken. */
  def waiting: Boolean = synchronized(armed && inbound.isEmpty)

  /** How much the reader may still take. */
  def readCredit: Long = synchronized(credit)

  /** Something comes from the peer. */
  def receive(what: Inbound): Unit = {
    val (wake, told) = synchronized {
      inbound = inbound.enqueue(what)
      if (what.isEnd) cameTo = Some(what)
      val wake = armed
      armed = false
      (wake, if (what.isEnd) observer else None)
    }
    if (wake) readable.run()
    told.foreach(_.onReadEnd(what))
  }

  def receive(data: ByteString): Unit = receive(new Inbound.Data(data))

  /** The peer, or the connection, ends our sending half. */
  def endWrite(end: WriteEnd): Unit = endWriteOnce(end)

  private def endWriteOnce(end: WriteEnd): Unit = {
    val told = synchronized {
      val first = writeEnd.isEmpty
      if (first) writeEnd = Some(end)
      if (first) observer else None
    }
    told.foreach(_.onWriteEnd(end))
    if (told.isDefined) {
      writable.run()
      val tasks = synchronized {
        val all = atEnd
        atEnd = Vector.empty
        all
      }
      tasks.foreach(_.run())
    }
  }

  /** What the port was bound to, if anything. */
  @volatile var boundTo: Option[SessionFlow] = None

  override def flow(flow: SessionFlow): Unit = boundTo = Some(flow)

  override def observe(watcher: PortObserver): Unit = {
    val (read, write) = synchronized {
      observer = Some(watcher)
      (cameTo, writeEnd)
    }
    read.foreach(watcher.onReadEnd)
    write.foreach(watcher.onWriteEnd)
  }

  override def stats: PortStats = new PortStats(0, 0, bytes.length.toLong, 0)
  override def onReadable(wake: Runnable): Unit = synchronized { readable = wake }
  override def request(bytes: Long): Unit = synchronized { credit += bytes }

  override def poll(): Inbound = synchronized {
    if (polledEnd) throw new AssertionError("polled after the end")
    inbound.dequeueOption match {
      case Some((next, rest)) =>
        inbound = rest
        polledEnd = next.isEnd
        next match {
          case data: Inbound.Data => credit -= data.bytes.length
          case _ =>
        }
        next
      case None =>
        armed = true
        null
    }
  }

  override def peek(): Inbound = synchronized {
    if (polledEnd) throw new AssertionError("peeked after the end")
    if (inbound.isEmpty) armed = true
    inbound.headOption.orNull
  }

  override def finished: Boolean = synchronized {
    (local && kind == StreamKind.UNIDIRECTIONAL) || polledEnd || inbound.headOption.exists(_.isEnd)
  }

  override def stopSending(code: Long): Unit = {
    val end = new Inbound.Stopped(code)
    val (wake, told) = synchronized {
      val first = cameTo.isEmpty
      val changed = first || inbound.nonEmpty
      if (first) {
        cameTo = Some(end)
        stopCode = Some(code)
      }
      if (changed) inbound = Queue(end)
      if (changed) armed = false
      (changed, if (first) observer else None)
    }
    if (wake) readable.run()
    told.foreach(_.onReadEnd(end))
  }

  override def onWritable(wake: Runnable): Unit = synchronized { writable = wake }
  override def offer(bytes: ByteString): Boolean = synchronized {
    if (writeEnd.isEmpty) written = written.concat(bytes)
    true
  }
  override def offerWhole(bytes: ByteString, answer: Consumer[java.lang.Boolean]): Unit = {
    offer(bytes)
    answer.accept(ended == null)
  }
  override def commit(): Unit = ()
  override def finish(): Unit = if (!stalled) endWriteOnce(WriteEnd.Finished.INSTANCE)
  override def reset(code: Long): Unit = endWriteOnce(new WriteEnd.Reset(code))
  override def ended: WriteEnd = synchronized(writeEnd.orNull)

  /** Where it stands. */
  @volatile var placed: SendPriority = SendPriority.DEFAULT

  override def priority(priority: SendPriority): Unit = placed = priority

  private var unsent = Vector.empty[Runnable]

  /** Whether what was offered waits. */
  @volatile var holds = false

  /** How many wait until it has been sent. */
  def waitingForSent: Int = synchronized(unsent.size)

  /** What was offered so far is sent. */
  def sendHeld(): Unit = {
    val tasks = synchronized {
      val all = unsent
      unsent = Vector.empty
      all
    }
    tasks.foreach(_.run())
  }

  private var atEnd = Vector.empty[Runnable]

  override def readEnd: Inbound = synchronized(cameTo.orNull)
  override def whenEnded(task: Runnable): Unit =
    if (ended == null) synchronized { atEnd :+= task } else task.run()
  override def whenSent(task: Runnable): Unit =
    if (holds) synchronized { unsent :+= task } else task.run()
  override def queued: Long = 0
}
