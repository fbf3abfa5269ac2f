package dev.ahti.engine.actor

import java.util.concurrent.CompletableFuture
import java.util.concurrent.CountDownLatch

import scala.concurrent.duration._

import dev.ahti.engine.dialect.Draft
import dev.ahti.engine.error.Http3ErrorCode
import dev.ahti.engine.gauge.Gauges
import dev.ahti.engine.spi.Inbound
import dev.ahti.engine.spi.TransportCommand
import dev.ahti.engine.spi.TransportEvent
import dev.ahti.engine.wire.Capsule
import org.apache.pekko.util.ByteString

final class ConnectionActorSpec extends ConnectionSpec {

  "A server's connection" should {
    "handle every command" in {
      val probe = kit.createTestProbe[SessionActor.Command]()
      handlesEveryCommand(
        classOf[ConnectionActor.Command],
        ConnectionActor.Shutdown.NORMAL,
        ConnectionActor.Drain.INSTANCE,
        ConnectionActor.AnswerSent.WHOLE,
        new ConnectionActor.Close(Http3ErrorCode.H3_NO_ERROR, "test"),
        new ConnectionActor.SessionOver(0),
        new ConnectionActor.Decided(1, UndecidedRequests.Verdict.Gone.INSTANCE),
        new ConnectionActor.Dial(
          new DialCall(1, Requests.dial(), new CompletableFuture[SessionHandle])
        ),
        new ConnectionActor.CallOff(1),
        new ConnectionActor.Reconsider(
          new TransportEvent.RequestReceived(0, Requests.get("/"), new FakePort(0))
        ),
        new ConnectionActor.Relay(probe.ref, SessionCommand.Drain.INSTANCE)
      ) { () =>
        {
          val shared = parts()
          ConnectionActor.server(
            shared,
            new FakeConnection(kit),
            Requests.listen(Router),
            new ListenerAdmission(shared)
          )
        }
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
      awaitLevel(server.shared, Gauges.REQUESTS_WAITING, 2)
      server.settings(Draft.D16)
      server.status(0) shouldBe 200
      server.status(4) shouldBe 200
      server.end()
    }

    "close when the SETTINGS do not come in time" in {
      val server = new Server
      server.request(0, Requests.get("/"))
      awaitLevel(server.shared, Gauges.REQUESTS_WAITING, 1)
      time.timePasses(10.seconds)
      server.expect[TransportCommand.RejectRequest].id shouldBe 0
      server.expect[TransportCommand.CloseConnection].code shouldBe
        Http3ErrorCode.H3_MISSING_SETTINGS
      awaitCount(server.shared, Gauges.SETTINGS_MISSING, 1)
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
      eventually(eventually(body.stoppedWith shouldBe Some(Http3ErrorCode.H3_NO_ERROR)))
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
      awaitLevel(server.shared, Gauges.SESSIONS, 0)
      val ids = Iterator.from(4, 4)
      eventually {
        server.request(ids.next().toLong, Requests.connect(Draft.D16, "/echo"))
        server.expect[TransportCommand.AttachSession]
      }
      server.end()
    }

    "have room again when a session is over and the peer has not ended its CONNECT stream" in {
      val server = new Server
      server.settings(Draft.D16)
      val first = server.open(0, Draft.D16)
      first.receive(new Capsule.CloseSession(0, "").encode)
      server.expect[TransportCommand.DetachSession]
      server.request(4, Requests.connect(Draft.D16, "/echo"))
      server.expect[TransportCommand.AttachSession].sessionId shouldBe 4
      awaitLevel(server.shared, Gauges.SESSIONS, 2)
      server.refused shouldBe 0
      server.end()
    }

    "remember the ended sessions, no more than it may, and none when it is gone" in {
      val server = new Server(parts("connection.remembered-sessions" -> 2))
      server.settings(Draft.D16)
      Seq(0, 4, 8).foreach { id =>
        server.request(id.toLong, Requests.connect(Draft.D16, "/nothing"))
        server.status(id.toLong) shouldBe 405
        awaitLevel(server.shared, Gauges.SESSIONS_REMEMBERED, math.min(2, id / 4 + 1))
      }
      server.end()
    }

    "find room for a request that came just before the word that a session is over" in {
      val server = new Server
      server.settings(Draft.D16)
      server.open(0, Draft.D16)
      val gate = new CountDownLatch(1)
      Router.gate = gate
      server.request(4, Requests.get("/held"))
      server.request(8, Requests.connect(Draft.D16, "/echo"))
      server.actor ! new ConnectionActor.SessionOver(0)
      gate.countDown()
      server.status(4) shouldBe 404
      server.expect[TransportCommand.AttachSession].sessionId shouldBe 8
      server.end()
    }

    "let the other sessions go on when the handler of one throws" in {
      val server = new Server
      server.settings(Draft.D07)
      val healthy = server.open(0, Draft.D07)
      val broken = server.open(4, Draft.D07, "/throws")
      eventually(broken.bytes shouldBe new Capsule.CloseSession(1, "").encode)
      broken.receive(Inbound.Fin.INSTANCE)
      awaitLevel(server.shared, Gauges.SESSIONS, 1)
      healthy.writeEnded shouldBe None
      server.end()
    }
  }

  "A connection that is worn out" should {
    "say GOAWAY, ask its sessions to wind up, and let them go on" in {
      val server = new Server
      server.settings(Draft.D16)
      val connect = server.open(0, Draft.D16)
      server.connection.tell(new TransportEvent.WornOut("test"))
      server.expect[TransportCommand.GoAway]
      eventually(connect.bytes shouldBe new Capsule.DrainSession().encode)
      connect.writeEnded shouldBe None
      awaitLevel(server.shared, Gauges.SESSIONS, 1)
      server.end()
    }
  }

  private def closeForced(server: Server): Long =
    server.shared.gauges.counter(Gauges.CONNECTIONS_CLOSE_FORCED).value

  "A connection that is drained" should {
    "say GOAWAY and WT_DRAIN_SESSION, take nothing new, and close with its last session" in {
      val server = new Server
      server.settings(Draft.D07)
      val first = server.open(0, Draft.D07)
      val second = server.open(4, Draft.D07)
      server.actor ! ConnectionActor.Drain.INSTANCE
      server.expect[TransportCommand.GoAway]
      eventually(first.bytes shouldBe new Capsule.DrainSession().encode)
      eventually(second.bytes shouldBe new Capsule.DrainSession().encode)
      server.request(8, Requests.connect(Draft.D07, "/echo"))
      server.expect[TransportCommand.RejectRequest].id shouldBe 8
      server.request(12, Requests.get("/"))
      server.expect[TransportCommand.RejectRequest].id shouldBe 12
      first.receive(Inbound.Fin.INSTANCE)
      server.expect[TransportCommand.DetachSession].sessionId shouldBe 0
      server.actor ! ConnectionActor.Drain.INSTANCE
      second.receive(Inbound.Fin.INSTANCE)
      server.expect[TransportCommand.DetachSession].sessionId shouldBe 4
      server.expect[TransportCommand.GoAway]
      server.expect[TransportCommand.CloseConnection].code shouldBe Http3ErrorCode.H3_NO_ERROR
      server.end()
    }

    "close its sessions with the code of a shutdown that comes meanwhile" in {
      val server = new Server
      server.settings(Draft.D16)
      val connect = server.open(0, Draft.D16)
      server.actor ! ConnectionActor.Drain.INSTANCE
      server.expect[TransportCommand.GoAway]
      server.actor ! new ConnectionActor.Shutdown(7, "moved")
      server.expect[TransportCommand.GoAway]
      server.expect[TransportCommand.DetachSession]
      connect.bytes shouldBe
        new Capsule.DrainSession().encode.concat(new Capsule.CloseSession(7, "moved").encode)
      server.end()
    }

    "close at once when it has no session, or has not begun" in {
      val idle = new Server
      idle.settings(Draft.D16)
      idle.actor ! ConnectionActor.Drain.INSTANCE
      idle.expect[TransportCommand.GoAway]
      idle.expect[TransportCommand.GoAway]
      idle.expect[TransportCommand.CloseConnection]
      idle.end()
      val silent = new Server
      silent.actor ! ConnectionActor.Drain.INSTANCE
      silent.expect[TransportCommand.GoAway]
      silent.expect[TransportCommand.CloseConnection]
      silent.end()
    }

    "wait for an answer to be out, and then as long as a close may take" in {
      val server = new Server
      server.settings(Draft.D16)
      val body = server.request(0, Requests.get("/"))
      server.status(0) shouldBe 200
      server.actor ! ConnectionActor.Drain.INSTANCE
      server.expect[TransportCommand.GoAway]
      pass(server, 10.seconds)
      server.connection.commands.expectNoMessage(10.millis)
      body.finish()
      eventually(body.stoppedWith shouldBe Some(Http3ErrorCode.H3_NO_ERROR))
      server.connection.commands.expectNoMessage(10.millis)
      pass(server, 1.second)
      server.expect[TransportCommand.GoAway]
      server.expect[TransportCommand.CloseConnection]
      server.end()
    }
  }

  "A connection that ends" should {
    "say GOAWAY, close its sessions, then the connection" in {
      val server = new Server
      server.settings(Draft.D16)
      val connect = server.open(0, Draft.D16)
      server.actor ! ConnectionActor.Shutdown.NORMAL
      server.expect[TransportCommand.GoAway]
      server.expect[TransportCommand.DetachSession]
      connect.bytes shouldBe new Capsule.CloseSession(0, "").encode
      server.request(4, Requests.connect(Draft.D16, "/echo"))
      server.expect[TransportCommand.RejectRequest].code shouldBe
        Http3ErrorCode.H3_REQUEST_REJECTED
      connect.receive(Inbound.Fin.INSTANCE)
      server.expect[TransportCommand.CloseConnection].code shouldBe Http3ErrorCode.H3_NO_ERROR
      server.end()
      closeForced(server) shouldBe 0
    }

    "not wait for ever for its sessions, nor for its transport" in {
      val server = new Server
      server.settings(Draft.D16)
      server.open(0, Draft.D16)
      server.actor ! ConnectionActor.Shutdown.NORMAL
      server.expect[TransportCommand.GoAway]
      server.expect[TransportCommand.DetachSession]
      time.timePasses(1.second)
      server.expect[TransportCommand.CloseConnection]
      // The session has the same time: whose timer comes first decides who is forced.
      val before = closeForced(server)
      time.timePasses(1.second)
      stopped(server.actor)
      eventually(closeForced(server) should be > before)
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
}
