package dev.ahti.engine.actor

import java.time.{Duration => JavaDuration}
import java.util.concurrent.CompletableFuture
import java.util.concurrent.CompletionException
import java.util.concurrent.CountDownLatch

import scala.concurrent.duration._
import scala.reflect.ClassTag

import dev.ahti.engine.dialect.DialectPolicy
import dev.ahti.engine.dialect.Draft
import dev.ahti.engine.gauge.Gauges
import dev.ahti.engine.spi.TransportCommand
import dev.ahti.engine.spi.TransportEvent
import dev.ahti.engine.wire.Fields
import org.apache.pekko.actor.testkit.typed.scaladsl.TestProbe
import org.apache.pekko.actor.typed.ActorRef
import org.apache.pekko.util.ByteString

/** What the specs of the connection share: the two sides on a fake transport. */
abstract class ConnectionSpec extends ActorSpec {

  /** Accepts `/echo`, throws at `/broken`, says 200 without a session at `/wrong`. */
  protected object Router extends SessionRouter {

    /** Plain requests for `/held` hold their connection's actor until this opens. */
    @volatile var gate = new CountDownLatch(0)

    /** What `/later` waits for, for sessions and for plain requests. */
    @volatile var decision = new CompletableFuture[Routing]

    /** The body that `/body` got, before it waits for the decision. */
    @volatile var body = new CompletableFuture[ByteString]

    override def route(request: SessionRequest): Routing = request.path match {
      case "/later" => new Routing.Later(decision)
      case "/echo" => new Routing.Accept(_ => (), Fields.empty.`with`("x-test", "yes"))
      case "/throws" =>
        new Routing.Accept(_ => throw new IllegalStateException("test"), Fields.empty)
      case "/broken" => throw new IllegalStateException("test")
      case "/wrong" => new Routing.Answer(200, Fields.empty, ByteString.empty)
      case _ => new Routing.Refuse(request.dialect.missingResourceStatus)
    }

    override def plain(request: Fields): Routing = request.get(":path").get match {
      case "/later" => new Routing.Later(decision)
      case "/body" =>
        new Routing.Reading(
          100,
          bytes => {
            body.complete(bytes)
            decision
          }
        )
      case "/" => new Routing.Answer(200, Fields.empty, ByteString("hello"))
      case "/broken" => throw new StackOverflowError
      case "/held" =>
        gate.await()
        new Routing.Refuse(404)
      case "/wrong" => new Routing.Accept(_ => (), Fields.empty)
      case _ => new Routing.Refuse(404)
    }
  }

  protected abstract class Fixture(
      val shared: EngineParts,
      val connection: FakeConnection = new FakeConnection(kit)
  ) {
    def actor: ActorRef[ConnectionActor.Command]

    def expect[M <: TransportCommand: ClassTag]: M = connection.next[M]

    def arrived(port: FakePort, sessionId: Long = 0): Unit =
      connection.tell(new TransportEvent.StreamArrived(sessionId, port.kind, port))

    /** The connection ends, with everything that belongs to it. */
    def end(): Unit = {
      connection.close(0, "test", byPeer = true)
      stopped(actor)
      allZero(shared)
    }
  }

  protected class Server(shared: EngineParts = parts()) extends Fixture(shared) {
    override val actor: ActorRef[ConnectionActor.Command] =
      kit.spawn(
        ConnectionActor.server(
          shared,
          connection,
          Requests.listen(Router),
          new ListenerAdmission(shared)
        )
      )

    def settings(draft: Draft): Unit =
      connection.tell(new TransportEvent.PeerSettings(Requests.clientSettings(draft)))

    def request(id: Long, fields: Fields): FakePort = {
      val body = new FakePort(id, loop = connection.loop)
      connection.tell(new TransportEvent.RequestReceived(id, fields, body))
      body
    }

    def status(id: Long): Int = {
      val answer = expect[TransportCommand.Respond]
      answer.id shouldBe id
      answer.fields.get(":status").get.toInt
    }

    /** Opens a session on the fake transport. */
    def open(id: Long, draft: Draft, path: String = "/echo"): FakePort = {
      val connect = request(id, Requests.connect(draft, path))
      val attach = expect[TransportCommand.AttachSession]
      attach.sessionId shouldBe id
      attach.replyTo ! new TransportCommand.SessionAttached(new FakeDatagrams(connection.loop))
      status(id) shouldBe 200
      connect
    }

    def refused: Long = shared.gauges.counter(Gauges.SESSIONS_REFUSED).value
  }

  protected class Client(
      shared: EngineParts = parts(),
      idle: JavaDuration = JavaDuration.ZERO,
      opened: FakeConnection = new FakeConnection(kit)
  ) extends Fixture(shared, opened) {
    val dialer: TestProbe[DialerActor.Command] = kit.createTestProbe[DialerActor.Command]()
    val promise = new CompletableFuture[SessionHandle]
    override val actor: ActorRef[ConnectionActor.Command] =
      kit.spawn(
        ConnectionActor.client(
          shared,
          connection,
          new ClientLink(7, DialectPolicy.all, idle, dialer.ref),
          java.util.List.of(new DialCall(1, Requests.dial(), promise))
        )
      )

    /** The dialer wants a session. */
    def call(number: Long): CompletableFuture[SessionHandle] = {
      val promise = new CompletableFuture[SessionHandle]
      actor ! new ConnectionActor.Dial(new DialCall(number, Requests.dial(), promise))
      promise
    }

    def settings(draft: Draft): Unit =
      connection.tell(new TransportEvent.PeerSettings(Requests.serverSettings(draft)))

    /** Sends the request and attaches the session. */
    def start(draft: Draft): FakePort = {
      settings(draft)
      begin(0, draft)
    }

    /** The next request goes out, and its session attaches. */
    def begin(id: Long, draft: Draft): FakePort = {
      val request = expect[TransportCommand.Request]
      request.fields.get(":protocol").get shouldBe Requests.dialect(draft).protocolToken
      val connect = new FakePort(id, local = true, loop = connection.loop)
      request.replyTo ! new TransportCommand.RequestStarted.Started(id, connect)
      expect[TransportCommand.AttachSession].replyTo !
        new TransportCommand.SessionAttached(new FakeDatagrams(connection.loop))
      connect
    }

    def answer(fields: Fields, id: Long = 0): Unit =
      connection.tell(new TransportEvent.ResponseReceived(id, fields))

    def failure(of: CompletableFuture[_] = promise): SessionFailure = {
      eventually(of.isDone shouldBe true)
      intercept[CompletionException](of.join()).getCause.asInstanceOf[SessionFailure]
    }

    /** The dialer is told that the peer allows so many sessions. */
    def places(): Int = dialer.expectMessageType[DialerActor.Places].sessions
  }

  /** Moves the scheduler's clock and the loop's. */
  protected def pass(server: Server, duration: FiniteDuration): Unit = {
    server.connection.loop.advance(java.time.Duration.ofNanos(duration.toNanos))
    time.timePasses(duration)
  }

  protected def replaced(fields: Fields, name: String, value: String): Fields = {
    val all = new java.util.ArrayList[Fields.Field]
    fields.forEach { field =>
      all.add(if (field.name == name) new Fields.Field(name, value) else field)
      ()
    }
    Fields.received(all)
  }
}
