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
      val flow: Option[FlowControl] = None
  ) {
    val transport: TestProbe[TransportCommand] = kit.createTestProbe[TransportCommand]()
    val connection: TestProbe[ConnectionActor.Command] =
      kit.createTestProbe[ConnectionActor.Command]()
    val datagrams = new FakeDatagrams(connect.loop)
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
          opening,
          transport.ref,
          connection.ref
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

  protected def accepting(handler: Consumer[SessionHandle]): SessionOpening =
    new SessionOpening.Accepting(handler, java.util.Optional.empty[String], Requests.status(200))

  /** A server's session that is open. */
  protected class Open(shared: EngineParts = parts(), connect: FakePort = new FakePort(0))
      extends Fixture(shared, connect, accepting(Handler)) {
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
