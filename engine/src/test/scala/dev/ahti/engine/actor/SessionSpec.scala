package dev.ahti.engine.actor

import java.util.concurrent.CompletableFuture
import java.util.concurrent.CompletionException
import java.util.concurrent.atomic.AtomicReference
import java.util.function.Consumer

import scala.jdk.OptionConverters._
import scala.reflect.ClassTag

import dev.ahti.engine.dialect.Draft
import dev.ahti.engine.flow.FlowControl
import dev.ahti.engine.spi.ConnectionFacts
import dev.ahti.engine.spi.TransportCommand
import org.apache.pekko.actor.testkit.typed.scaladsl.TestProbe
import org.apache.pekko.actor.typed.ActorRef
import org.apache.pekko.actor.typed.Behavior
import org.apache.pekko.actor.typed.scaladsl.Behaviors

/** What the specs of the session share: one between fakes and probes. */
abstract class SessionSpec extends ActorSpec {

  protected val dialect = Requests.dialect(Draft.D16)
  protected val ignoring: Consumer[SessionHandle] = _ => ()

  /** A session between a fake CONNECT stream and probes for transport and connection. */
  protected class Fixture(
      val shared: EngineParts = parts(),
      val connect: FakePort = new FakePort(0),
      val opening: SessionOpening = accepting(ignoring),
      facts: ConnectionFacts = ConnectionFacts.UNKNOWN,
      val flow: Option[FlowControl] = None,
      answering: TransportCommand => Unit = FakeConnection.answer
  ) {
    val transport: TestProbe[TransportCommand] = kit.createTestProbe[TransportCommand]()
    val connection: TestProbe[ConnectionActor.Command] =
      kit.createTestProbe[ConnectionActor.Command]()
    val datagrams = new FakeDatagrams(connect.loop, shared.gauges)
    val session: ActorRef[SessionActor.Command] = kit.spawn(
      SessionActor.create(
        new SessionSetup(
          shared,
          0,
          dialect,
          flow.toJava,
          Requests.connect(Draft.D16, "/echo"),
          new java.net.InetSocketAddress("127.0.0.1", 1),
          facts,
          connect,
          java.util.Optional.empty[PrefixShare],
          opening,
          kit.spawn(watched(transport)(answering)),
          kit.spawn(watched(connection)(relayed))
        )
      )
    )
    val attach: TransportCommand.AttachSession = expect[TransportCommand.AttachSession]

    def expect[M <: TransportCommand: ClassTag]: M = transport.expectMessageType[M]
    def attached(): Unit = attach.replyTo ! new TransportCommand.SessionAttached(datagrams)

    /** What the handler or the dialling side got. */
    def incoming(port: FakePort): Unit =
      attach.streams ! new TransportCommand.IncomingStream(port.kind, port)
  }

  /** Acts on a command, then shows it to the probe. */
  private def watched[C](probe: TestProbe[C])(act: C => Unit): Behavior[C] =
    Behaviors.receiveMessage { command =>
      act(command)
      probe.ref ! command
      Behaviors.same
    }

  /** The last word comes back from the connection; what else is relayed is the test's. */
  private def relayed(command: ConnectionActor.Command): Unit = command match {
    case relay: ConnectionActor.Relay if relay.command == SessionCommand.Released.INSTANCE =>
      relay.session ! relay.command
    case _ =>
  }

  protected def accepting(handler: Consumer[SessionHandle]): SessionOpening =
    new SessionOpening.Accepting(handler, java.util.Optional.empty[String], Requests.status(200))

  /** A server's session that is open. */
  protected class Open(
      shared: EngineParts = parts(),
      connect: FakePort = new FakePort(0),
      answering: TransportCommand => Unit = FakeConnection.answer
  ) extends Fixture(shared, connect, accepting(Handler), answering = answering) {
    attached()
    expect[TransportCommand.Respond]
    val handle: SessionHandle = Handler.taken()
  }

  protected object Handler extends Consumer[SessionHandle] {
    protected val last = new AtomicReference[SessionHandle]
    override def accept(handle: SessionHandle): Unit = last.set(handle)
    def taken(): SessionHandle = eventually {
      val handle = last.getAndSet(null)
      handle should not be null
      handle
    }
  }

  protected def failure(future: CompletableFuture[_]): SessionFailure = {
    eventually(future.isDone shouldBe true)
    intercept[CompletionException](future.join()).getCause.asInstanceOf[SessionFailure]
  }
}
