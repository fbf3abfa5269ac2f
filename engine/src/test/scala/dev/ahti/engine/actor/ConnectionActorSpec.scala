package dev.ahti.engine.actor

import java.util.concurrent.CompletableFuture
import java.util.concurrent.CompletionException

import scala.concurrent.duration._
import scala.reflect.ClassTag

import dev.ahti.engine.dialect.Draft
import dev.ahti.engine.error.Http3ErrorCode
import dev.ahti.engine.error.WebTransportErrorCode._
import dev.ahti.engine.gauge.Gauges
import dev.ahti.engine.spi.Inbound
import dev.ahti.engine.spi.TransportCommand
import dev.ahti.engine.spi.TransportEvent
import dev.ahti.engine.spi.WriteEnd
import dev.ahti.engine.wire.Capsule
import dev.ahti.engine.wire.Fields
import dev.ahti.engine.wire.StreamKind
import org.apache.pekko.actor.typed.ActorRef
import org.apache.pekko.util.ByteString

final class ConnectionActorSpec extends ActorSpec {

  /** Accepts `/echo`, throws at `/broken`, says 200 without a session at `/wrong`. */
  private object Router extends SessionRouter {
    override def route(request: SessionRequest): Routing = request.path match {
      case "/echo" => new Routing.Accept(_ => (), Fields.empty.`with`("x-test", "yes"))
      case "/throws" =>
        new Routing.Accept(_ => throw new IllegalStateException("test"), Fields.empty)
      case "/broken" => throw new IllegalStateException("test")
      case "/wrong" => new Routing.Answer(200, Fields.empty, ByteString.empty)
      case _ => new Routing.Refuse(request.dialect.missingResourceStatus)
    }

    override def plain(request: Fields): Routing = request.get(":path").get match {
      case "/" => new Routing.Answer(200, Fields.empty, ByteString("hello"))
      case "/broken" => throw new StackOverflowError
      case "/wrong" => new Routing.Accept(_ => (), Fields.empty)
      case _ => new Routing.Refuse(404)
    }
  }

  private abstract class Fixture(val shared: EngineParts) {
    val connection = new FakeConnection(kit)
    def actor: ActorRef[ConnectionActor.Command]

    def expect[M <: TransportCommand: ClassTag]: M = connection.commands.expectMessageType[M]

    def arrived(port: FakePort, sessionId: Long = 0): Unit =
      connection.tell(new TransportEvent.StreamArrived(sessionId, port.kind, port))

    /** The connection ends, with everything that belongs to it. */
    def end(): Unit = {
      connection.close(0, "test", byPeer = true)
      stopped(actor)
      allZero(shared)
    }
  }

  private class Server(shared: EngineParts = parts()) extends Fixture(shared) {
    override val actor: ActorRef[ConnectionActor.Command] =
      kit.spawn(ConnectionActor.server(shared, connection, Requests.listen(Router)))

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

  "A server's connection" should {
    "handle every command" in {
      val probe = kit.createTestProbe[SessionActor.Command]()
      handlesEveryCommand(
        classOf[ConnectionActor.Command],
        ConnectionActor.Shutdown.INSTANCE,
        new ConnectionActor.Close(Http3ErrorCode.H3_NO_ERROR, "test"),
        new ConnectionActor.Relay(probe.ref, SessionActor.Drain.INSTANCE)
      ) { () =>
        ConnectionActor.server(parts(), new FakeConnection(kit), Requests.listen(Router))
      }
    }

    "hold requests until the SETTINGS came, no more than it may" in {
      val server = new Server(parts("connection.pending-requests" -> 2))
      server.request(0, Requests.get("/"))
      server.request(4, Requests.get("/"))
      server.request(8, Requests.get("/"))
      val rejected = server.expect[TransportCommand.RejectRequest]
      rejected.id shouldBe 8
      rejected.code shouldBe Http3ErrorCode.H3_REQUEST_REJECTED
      levels(server.shared)(Gauges.REQUESTS_WAITING) shouldBe 2
      server.settings(Draft.D16)
      server.status(0) shouldBe 200
      server.status(4) shouldBe 200
      server.end()
    }

    "close when the SETTINGS do not come in time" in {
      val server = new Server
      server.request(0, Requests.get("/"))
      eventually(levels(server.shared)(Gauges.REQUESTS_WAITING) shouldBe 1)
      time.timePasses(10.seconds)
      server.expect[TransportCommand.RejectRequest].id shouldBe 0
      server.expect[TransportCommand.CloseConnection].code shouldBe
        Http3ErrorCode.H3_MISSING_SETTINGS
      server.end()
    }

    "close when a setting has a value it must not have" in {
      val server = new Server
      server.connection.tell(
        new TransportEvent.PeerSettings(java.util.Map.of(0x33L, 2L: java.lang.Long))
      )
      server.expect[TransportCommand.CloseConnection].code shouldBe
        Http3ErrorCode.H3_SETTINGS_ERROR
      server.end()
    }

    "answer plain requests, and stop reading them" in {
      val server = new Server
      server.settings(Draft.D16)
      val body = server.request(0, Requests.get("/"))
      val answer = server.expect[TransportCommand.Respond]
      answer.body shouldBe ByteString("hello")
      answer.end shouldBe true
      body.stoppedWith shouldBe None
      body.finish()
      eventually(body.stoppedWith shouldBe Some(Http3ErrorCode.H3_NO_ERROR))
      server.request(4, Requests.get("/nothing"))
      server.status(4) shouldBe 404
      server.request(8, Requests.get("/broken"))
      server.status(8) shouldBe 500
      server.request(12, Requests.get("/wrong"))
      server.status(12) shouldBe 500
      server.refused shouldBe 0
      server.end()
    }

    "judge requests for sessions before it asks the router" in {
      val server = new Server
      server.settings(Draft.D16)
      server.request(0, Requests.connect(Draft.D16, "/echo", Some("https://evil.example")))
      server.status(0) shouldBe 403
      server.request(4, replaced(Requests.connect(Draft.D16, "/echo"), ":protocol", "websocket"))
      server.status(4) shouldBe 501
      server.request(8, replaced(Requests.connect(Draft.D16, "/echo"), ":scheme", "http"))
      server.expect[TransportCommand.RejectRequest].code shouldBe Http3ErrorCode.H3_MESSAGE_ERROR
      server.refused shouldBe 3
      server.end()
    }

    "answer what the router says, and 500 where it cannot" in {
      val server = new Server
      server.settings(Draft.D16)
      server.request(0, Requests.connect(Draft.D16, "/nothing"))
      server.status(0) shouldBe 405
      server.request(4, Requests.connect(Draft.D16, "/broken"))
      server.status(4) shouldBe 500
      server.request(8, Requests.connect(Draft.D16, "/wrong"))
      server.status(8) shouldBe 500
      server.end()
    }

    "answer an unknown path as the older drafts want it" in {
      val server = new Server
      server.settings(Draft.D07)
      server.request(0, Requests.connect(Draft.D07, "/nothing"))
      server.status(0) shouldBe 404
      server.end()
    }

    "accept an allowed origin and an absent one" in {
      Seq(Some("https://good.example"), None).foreach { origin =>
        val server = new Server
        server.settings(Draft.D16)
        server.request(0, Requests.connect(Draft.D16, "/echo", origin))
        server.expect[TransportCommand.AttachSession]
        server.end()
      }
    }

    "refuse one session too many with the status or the code of its draft" in {
      val old = new Server(parts("session.max-per-connection" -> 1))
      old.settings(Draft.D02)
      old.open(0, Draft.D02)
      old.request(4, Requests.connect(Draft.D02, "/echo"))
      old.status(4) shouldBe 429
      old.end()

      val current = new Server
      current.settings(Draft.D16)
      current.open(0, Draft.D16)
      current.request(4, Requests.connect(Draft.D16, "/echo"))
      current.expect[TransportCommand.RejectRequest].code shouldBe
        Http3ErrorCode.H3_REQUEST_REJECTED
      current.end()
    }

    "have room again when a session is gone" in {
      val server = new Server
      server.settings(Draft.D16)
      val first = server.open(0, Draft.D16)
      first.receive(Inbound.Fin.INSTANCE)
      server.expect[TransportCommand.DetachSession]
      eventually(levels(server.shared)(Gauges.SESSIONS) shouldBe 0)
      val ids = Iterator.from(4, 4)
      eventually {
        server.request(ids.next().toLong, Requests.connect(Draft.D16, "/echo"))
        server.expect[TransportCommand.AttachSession]
      }
      server.end()
    }

    "let the other sessions go on when the handler of one throws" in {
      val server = new Server
      server.settings(Draft.D07)
      val healthy = server.open(0, Draft.D07)
      val broken = server.open(4, Draft.D07, "/throws")
      eventually(broken.bytes shouldBe new Capsule.CloseSession(1, "").encode)
      broken.receive(Inbound.Fin.INSTANCE)
      eventually(levels(server.shared)(Gauges.SESSIONS) shouldBe 1)
      healthy.writeEnded shouldBe None
      server.end()
    }
  }

  "Early streams" should {
    "be held and given to their session when it comes" in {
      val server = new Server
      server.settings(Draft.D16)
      val early = new FakePort(4)
      server.arrived(early)
      eventually(levels(server.shared)(Gauges.EARLY_STREAMS) shouldBe 1)
      server.open(0, Draft.D16)
      eventually(levels(server.shared)(Gauges.INCOMING_STREAMS_WAITING) shouldBe 1)
      levels(server.shared)(Gauges.EARLY_STREAMS) shouldBe 0
      early.stoppedWith shouldBe None
      server.end()
    }

    "be rejected beyond the bound" in {
      val server = new Server(parts("early.streams" -> 2))
      server.settings(Draft.D16)
      val ports = Seq.tabulate(3)(n => new FakePort(4L + 4 * n))
      ports.foreach(server.arrived(_))
      eventually(ports(2).stoppedWith shouldBe Some(WT_BUFFERED_STREAM_REJECTED))
      ports(2).writeEnded shouldBe Some(new WriteEnd.Reset(WT_BUFFERED_STREAM_REJECTED))
      ports(1).stoppedWith shouldBe None
      server.shared.gauges.counter(Gauges.EARLY_STREAMS_REFUSED).value shouldBe 1
      server.end()
      ports(1).stoppedWith shouldBe Some(WT_BUFFERED_STREAM_REJECTED)
    }

    "be rejected when their session does not come in time, each at its own" in {
      val server = new Server
      server.settings(Draft.D16)
      val first = new FakePort(4)
      server.arrived(first)
      eventually(levels(server.shared)(Gauges.EARLY_STREAMS) shouldBe 1)
      pass(server, 3.seconds)
      val second = new FakePort(8)
      server.arrived(second)
      eventually(levels(server.shared)(Gauges.EARLY_STREAMS) shouldBe 2)
      pass(server, 2.seconds)
      eventually(first.stoppedWith shouldBe Some(WT_BUFFERED_STREAM_REJECTED))
      second.stoppedWith shouldBe None
      eventually(levels(server.shared)(Gauges.EARLY_STREAMS) shouldBe 1)
      pass(server, 3.seconds)
      eventually(second.stoppedWith shouldBe Some(WT_BUFFERED_STREAM_REJECTED))
      server.end()
    }

    "be rejected when the request of their session is refused" in {
      val server = new Server
      server.settings(Draft.D16)
      val early = new FakePort(4)
      server.arrived(early)
      server.request(0, Requests.connect(Draft.D16, "/nothing"))
      server.status(0) shouldBe 405
      eventually(early.stoppedWith shouldBe Some(WT_SESSION_GONE))
      val late = new FakePort(8)
      server.arrived(late)
      eventually(late.stoppedWith shouldBe Some(WT_SESSION_GONE))
      server.end()
    }
  }

  "Late streams" should {
    "be rejected with WT_SESSION_GONE" in {
      val server = new Server
      server.settings(Draft.D16)
      server.open(0, Draft.D16).receive(Inbound.Fin.INSTANCE)
      eventually(levels(server.shared)(Gauges.SESSIONS) shouldBe 0)
      val late = new FakePort(4)
      server.arrived(late)
      eventually(late.stoppedWith shouldBe Some(WT_SESSION_GONE))
      server.end()
    }
  }

  "A connection that ends" should {
    "say GOAWAY, close its sessions, then the connection" in {
      val server = new Server
      server.settings(Draft.D16)
      val connect = server.open(0, Draft.D16)
      server.actor ! ConnectionActor.Shutdown.INSTANCE
      server.expect[TransportCommand.GoAway]
      server.expect[TransportCommand.DetachSession]
      connect.bytes shouldBe new Capsule.CloseSession(0, "").encode
      server.request(4, Requests.connect(Draft.D16, "/echo"))
      server.expect[TransportCommand.RejectRequest].code shouldBe
        Http3ErrorCode.H3_REQUEST_REJECTED
      connect.receive(Inbound.Fin.INSTANCE)
      server.expect[TransportCommand.CloseConnection].code shouldBe Http3ErrorCode.H3_NO_ERROR
      server.end()
    }

    "not wait for ever for its sessions, nor for its transport" in {
      val server = new Server
      server.settings(Draft.D16)
      server.open(0, Draft.D16)
      server.actor ! ConnectionActor.Shutdown.INSTANCE
      server.expect[TransportCommand.GoAway]
      server.expect[TransportCommand.DetachSession]
      time.timePasses(1.second)
      server.expect[TransportCommand.CloseConnection]
      time.timePasses(1.second)
      stopped(server.actor)
      allZero(server.shared)
    }

    "end its sessions abruptly when it is lost" in {
      val server = new Server
      server.settings(Draft.D16)
      server.open(0, Draft.D16)
      server.end()
    }

    "take the end of its transport's actor as its own" in {
      val server = new Server
      server.settings(Draft.D16)
      server.open(0, Draft.D16)
      server.connection.fail()
      stopped(server.actor)
      allZero(server.shared)
    }
  }

  private class Client(
      shared: EngineParts = parts(),
      val promise: CompletableFuture[SessionHandle] = new CompletableFuture
  ) extends Fixture(shared) {
    override val actor: ActorRef[ConnectionActor.Command] =
      kit.spawn(ConnectionActor.client(shared, connection, Requests.dial(), promise))

    def settings(draft: Draft): Unit =
      connection.tell(new TransportEvent.PeerSettings(Requests.serverSettings(draft)))

    /** Sends the request and attaches the session. */
    def start(draft: Draft): FakePort = {
      settings(draft)
      val request = expect[TransportCommand.Request]
      request.fields.get(":protocol").get shouldBe Requests.dialect(draft).protocolToken
      val connect = new FakePort(0, local = true, loop = connection.loop)
      request.replyTo ! new TransportCommand.RequestStarted.Started(0, connect)
      expect[TransportCommand.AttachSession].replyTo !
        new TransportCommand.SessionAttached(new FakeDatagrams(connection.loop))
      connect
    }

    def answer(fields: Fields): Unit =
      connection.tell(new TransportEvent.ResponseReceived(0, fields))

    def failure(): SessionFailure = {
      eventually(promise.isDone shouldBe true)
      intercept[CompletionException](promise.join()).getCause.asInstanceOf[SessionFailure]
    }
  }

  "A client's connection" should {
    "handle every command" in {
      val probe = kit.createTestProbe[SessionActor.Command]()
      handlesEveryCommand(
        classOf[ConnectionActor.Command],
        ConnectionActor.Shutdown.INSTANCE,
        new ConnectionActor.Close(Http3ErrorCode.H3_NO_ERROR, "test"),
        new ConnectionActor.Relay(probe.ref, SessionActor.Drain.INSTANCE)
      ) { () =>
        ConnectionActor.client(
          parts(),
          new FakeConnection(kit),
          Requests.dial(),
          new CompletableFuture[SessionHandle]
        )
      }
    }

    "send its request when the SETTINGS came, in the draft they say" in {
      Draft.values.foreach { draft =>
        val client = new Client
        client.start(draft)
        client.answer(Requests.status(103))
        client.promise.isDone shouldBe false
        client.answer(Requests.status(200))
        eventually(client.promise.isDone shouldBe true)
        client.promise.join().dialect.draft shouldBe draft
        client.end()
      }
    }

    "close when its session is gone" in {
      val client = new Client
      val connect = client.start(Draft.D16)
      client.answer(Requests.status(200))
      eventually(client.promise.isDone shouldBe true)
      client.promise.join().close(3, "done")
      client.expect[TransportCommand.DetachSession]
      connect.receive(Inbound.Fin.INSTANCE)
      client.expect[TransportCommand.GoAway]
      client.expect[TransportCommand.CloseConnection]
      client.end()
    }

    "fail with the status of a refusal" in {
      val client = new Client
      client.start(Draft.D16)
      client.answer(Requests.status(403))
      client.failure().status.getAsInt shouldBe 403
      client.expect[TransportCommand.DetachSession]
      client.expect[TransportCommand.GoAway]
      client.end()
    }

    "close with WT_REQUIREMENTS_NOT_MET when the server does not speak WebTransport" in {
      val client = new Client
      client.connection.tell(
        new TransportEvent.PeerSettings(java.util.Map.of(0x8L, 1L: java.lang.Long))
      )
      client.expect[TransportCommand.CloseConnection].code shouldBe WT_REQUIREMENTS_NOT_MET
      client.failure().getMessage should include("localhost:4433")
      client.end()
    }

    "fail when no request could be sent" in {
      val client = new Client
      client.settings(Draft.D16)
      client.expect[TransportCommand.Request].replyTo !
        new TransportCommand.RequestStarted.Failed("no streams")
      client.failure().getMessage should include("no streams")
      client.expect[TransportCommand.CloseConnection]
      client.end()
    }

    "fail when the connection is lost before the answer, and say why" in {
      val client = new Client
      client.start(Draft.D16)
      client.connection.close(0, "idle time-out", byPeer = false)
      client.failure().getMessage should include("idle time-out")
      stopped(client.actor)
      allZero(client.shared)
    }

    "not let the server send requests" in {
      val client = new Client
      client.start(Draft.D16)
      client.connection.tell(
        new TransportEvent.RequestReceived(1, Requests.get("/"), new FakePort(1))
      )
      client.expect[TransportCommand.CloseConnection].code shouldBe
        Http3ErrorCode.H3_STREAM_CREATION_ERROR
      client.end()
    }

    "give the peer's new stream limits to its session" in {
      val client = new Client
      client.start(Draft.D16)
      client.answer(Requests.status(200))
      eventually(client.promise.isDone shouldBe true)
      client.promise.join().openStream(StreamKind.UNIDIRECTIONAL)
      client.expect[TransportCommand.OpenStream].replyTo !
        new TransportCommand.OpenResult.LimitReached(StreamKind.UNIDIRECTIONAL)
      client.connection.tell(new TransportEvent.StreamsAvailable(StreamKind.UNIDIRECTIONAL))
      client.expect[TransportCommand.OpenStream]
      client.end()
    }
  }

  /** Moves the scheduler's clock and the loop's. */
  private def pass(server: Server, duration: FiniteDuration): Unit = {
    server.connection.loop.advance(java.time.Duration.ofNanos(duration.toNanos))
    time.timePasses(duration)
  }

  private def replaced(fields: Fields, name: String, value: String): Fields = {
    val all = new java.util.ArrayList[Fields.Field]
    fields.forEach { field =>
      all.add(if (field.name == name) new Fields.Field(name, value) else field)
      ()
    }
    Fields.received(all)
  }
}
