package dev.ahti.engine.actor

import scala.collection.mutable
import scala.reflect.ClassTag
import java.net.InetSocketAddress
import java.util.concurrent.CompletableFuture
import java.util.concurrent.CompletionStage
import java.util.concurrent.atomic.AtomicInteger
import java.util.function.Consumer

import dev.ahti.engine.gauge.GaugeRegistry
import dev.ahti.engine.schedule.DatagramOutcome
import dev.ahti.engine.spi.DatagramGauges
import dev.ahti.engine.spi.DatagramLimits
import dev.ahti.engine.spi.DialOptions
import dev.ahti.engine.spi.ListenOptions
import dev.ahti.engine.spi.QueuedDatagrams
import dev.ahti.engine.spi.ServerCredentials
import dev.ahti.engine.spi.StreamLoop
import dev.ahti.engine.spi.Transport
import dev.ahti.engine.spi.TransportCommand
import dev.ahti.engine.spi.TransportConnection
import dev.ahti.engine.spi.TransportEvent
import dev.ahti.engine.spi.TransportListener
import org.apache.pekko.Done
import org.apache.pekko.actor.testkit.typed.scaladsl.ActorTestKit
import org.apache.pekko.actor.testkit.typed.scaladsl.TestProbe
import org.apache.pekko.actor.typed.ActorRef
import org.apache.pekko.actor.typed.Behavior
import org.apache.pekko.actor.typed.scaladsl.Behaviors
import org.apache.pekko.util.ByteString

/** A connection whose transport is the test: commands come to a probe, events go to the actor. */
class FakeConnection(kit: ActorTestKit, override val loop: FakeLoop = new FakeLoop)
    extends TransportConnection {

  val commands: TestProbe[TransportCommand] = kit.createTestProbe[TransportCommand]()
  private val events = new CompletableFuture[ActorRef[TransportEvent]]
  private val driver = new CompletableFuture[ActorRef[TransportCommand]]
  val discarded = new CompletableFuture[Long]

  /** The transport tells its connection something. */
  def tell(event: TransportEvent): Unit = events.get ! event

  /** The transport's own actor. */
  def transportActor: ActorRef[TransportCommand] = driver.get

  /** The transport's actor ends without a word. */
  def fail(): Unit = transportActor ! FakeConnection.Stop

  /** The transport ends as it must after everything else. */
  def close(code: Long, reason: String, byPeer: Boolean): Unit = {
    tell(new TransportEvent.ConnectionClosed(code, reason, byPeer))
    transportActor ! FakeConnection.Stop
  }

  override def remoteAddress: InetSocketAddress = new InetSocketAddress("127.0.0.1", 50000)

  override def transport(connection: ActorRef[TransportEvent]): Behavior[TransportCommand] =
    Behaviors.setup { context =>
      events.complete(connection)
      driver.complete(context.self)
      Behaviors.receiveMessage { command =>
        if (command == FakeConnection.Stop) Behaviors.stopped
        else {
          FakeConnection.answer(command)
          commands.ref ! command
          Behaviors.same
        }
      }
    }

  private val requests = mutable.Queue.empty[TransportCommand.Request]

  /**
   * The next command. A connection sends its requests, and its sessions their own commands, from
   * actors of their own: requests that come before what is expected are kept for later.
   */
  def next[M <: TransportCommand](implicit expected: ClassTag[M]): M =
    if (expected.runtimeClass == classOf[TransportCommand.Request] && requests.nonEmpty)
      requests.dequeue().asInstanceOf[M]
    else
      commands.receiveMessage() match {
        case command: M => command
        case early: TransportCommand.Request =>
          requests.enqueue(early)
          next[M]
        case other => throw new AssertionError(s"expected $expected, found $other")
      }

  override def discard(code: Long, reason: String): Unit = {
    discarded.complete(code)
    ()
  }
}

object FakeConnection {

  /** A command that no connection sends. */
  private val Stop: TransportCommand = new TransportCommand.RejectRequest(-1, -1)

  /** What every transport says at once, whatever the test is about. */
  def answer(command: TransportCommand): Unit = command match {
    case detach: TransportCommand.DetachSession =>
      detach.replyTo ! new TransportCommand.SessionDetached(detach.sessionId)
    case _ =>
  }
}

/** A transport that binds and dials when the test says so. */
final class FakeTransport extends Transport {
  val bound = new CompletableFuture[TransportListener]
  val listenOptions = new CompletableFuture[ListenOptions]
  val arrivals = new CompletableFuture[Consumer[TransportConnection]]
  @volatile var dialed: CompletableFuture[TransportConnection] = new CompletableFuture

  /** What the dials after the first get, where that is something else. */
  @volatile var dialedNext: Option[CompletableFuture[TransportConnection]] = None
  @volatile var dialOptions: Option[DialOptions] = None
  val dials = new AtomicInteger

  override def bind(
      options: ListenOptions,
      onConnection: Consumer[TransportConnection]
  ): CompletionStage[TransportListener] = {
    listenOptions.complete(options)
    arrivals.complete(onConnection)
    bound
  }

  override def dial(options: DialOptions): CompletionStage[TransportConnection] = {
    dialOptions = Some(options)
    val next = dialed
    if (dials.getAndIncrement() > 0) dialedNext.getOrElse(next) else next
  }

  override def terminate(): CompletionStage[Done] =
    CompletableFuture.completedFuture(Done)
}

/** A bound address that is free as soon as it is closed. */
final class FakeListener extends TransportListener {
  @volatile var replaced: Option[ServerCredentials] = None

  override def replaceCredentials(credentials: ServerCredentials): Unit =
    replaced = Some(credentials)

  val closed = new CompletableFuture[Done]
  override def localAddress: InetSocketAddress = new InetSocketAddress("127.0.0.1", 4433)
  override def close(): CompletionStage[Done] = {
    closed.complete(Done)
    closed
  }
}

/** Datagrams that go nowhere: what is offered waits, what a test delivers is there. */
final class FakeDatagrams(
    override val loop: StreamLoop,
    gauges: GaugeRegistry = new GaugeRegistry
) extends QueuedDatagrams(
      DatagramGauges.of(gauges),
      DatagramLimits.of(64),
      DatagramLimits.of(64)
    ) {
  override def maxSize: Int = 1200

  /** Sends what waits. */
  def pump(): Unit = {
    Iterator
      .continually(nextOutgoing())
      .takeWhile(_ != null)
      .foreach(settled(_, DatagramOutcome.SENT))
    afterSending()
  }

  override protected def requestSend(): Unit = ()
  override protected def schedule(task: Runnable, nanos: Long): Runnable = () => ()
  override protected def guarded(task: Runnable): Unit = task.run()
}
