package dev.ahti.engine.actor

import java.time.{Duration => JavaDuration}
import java.util.concurrent.CompletableFuture

import scala.concurrent.duration._

import dev.ahti.engine.dialect.DialectPolicy
import dev.ahti.engine.dialect.Draft
import dev.ahti.engine.dialect.SettingsOffer
import dev.ahti.engine.error.Http3ErrorCode
import dev.ahti.engine.error.WebTransportErrorCode._
import dev.ahti.engine.gauge.Gauges
import dev.ahti.engine.spi.Inbound
import dev.ahti.engine.spi.TransportCommand
import dev.ahti.engine.spi.TransportEvent
import dev.ahti.engine.spi.WriteEnd
import dev.ahti.engine.wire.Capsule
import dev.ahti.engine.wire.StreamKind
import org.apache.pekko.actor.typed.ActorRef
import org.apache.pekko.actor.typed.Behavior

final class ClientConnectionSpec extends ConnectionSpec {

  "A client's connection" should {
    "handle every command" in {
      val probe = kit.createTestProbe[SessionActor.Command]()
      handlesEveryCommand(
        classOf[ConnectionActor.Command],
        ConnectionActor.Shutdown.NORMAL,
        ConnectionActor.Drain.INSTANCE,
        ConnectionActor.AnswerSent.WHOLE,
        new ConnectionActor.Decided(1, UndecidedRequests.Verdict.Gone.INSTANCE),
        new ConnectionActor.Close(Http3ErrorCode.H3_NO_ERROR, "test"),
        new ConnectionActor.SessionOver(0),
        new ConnectionActor.Dial(
          new DialCall(1, Requests.dial(), new CompletableFuture[SessionHandle])
        ),
        new ConnectionActor.CallOff(1),
        new ConnectionActor.Reconsider(
          new TransportEvent.RequestReceived(0, Requests.get("/"), new FakePort(0))
        ),
        new ConnectionActor.Relay(probe.ref, SessionCommand.Drain.INSTANCE)
      ) { () =>
        ConnectionActor.client(
          parts(),
          new FakeConnection(kit),
          new ClientLink(
            1,
            DialectPolicy.all,
            JavaDuration.ZERO,
            kit.createTestProbe[DialerActor.Command]().ref
          ),
          java.util.List.of()
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

    "say how it ended to whom it was opened for, also when it ends at once" in {
      val over = new FakeConnection(kit) {
        override def transport(connection: ActorRef[TransportEvent]): Behavior[TransportCommand] = {
          connection ! new TransportEvent.ConnectionClosed(7, "test", true)
          super.transport(connection)
        }
      }
      val client = new Client(opened = over)
      client.failure().getMessage should include("closed by the peer with 0x7: test")
      stopped(client.actor)
    }

    "give a call back when no request could be sent, and take no more" in {
      val client = new Client
      client.settings(Draft.D16)
      client.places() shouldBe 1
      client.expect[TransportCommand.Request].replyTo !
        new TransportCommand.RequestStarted.Failed("no streams")
      client.dialer.expectMessageType[DialerActor.Closing].connection shouldBe 7
      client.dialer.expectMessage(new DialerActor.Returned(7, 1, "no streams"))
      client.promise.isDone shouldBe false
      client.expect[TransportCommand.GoAway]
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

    "give up a request that is not answered in time, reset its stream, and leave nothing" in {
      val client = new Client
      val connect = client.start(Draft.D16)
      client.places()
      time.timePasses(19.seconds)
      // Not an answer, and no reason to wait longer.
      client.answer(Requests.status(103))
      client.promise.isDone shouldBe false
      time.timePasses(1.second)
      client.failure().getMessage shouldBe
        "no session with localhost:4433: connected, and the request not answered within 20000 ms" +
        " (ahti.dialer.answer-timeout)"
      eventually(
        connect.writeEnded shouldBe Some(new WriteEnd.Reset(Http3ErrorCode.H3_REQUEST_CANCELLED))
      )
      connect.stoppedWith shouldBe Some(Http3ErrorCode.H3_REQUEST_CANCELLED)
      client.expect[TransportCommand.DetachSession]
      client.dialer.expectMessageType[DialerActor.Freed]
      client.expect[TransportCommand.GoAway]
      client.expect[TransportCommand.CloseConnection]
      awaitCount(client.shared, Gauges.ANSWERS_MISSING, 1)
      client.end()
    }

    "give up that request alone, and count each from when it was sent" in {
      val client = new Client(parts("dialer.answer-timeout" -> "8 s"), JavaDuration.ofMinutes(5))
      client.start(Draft.D07)
      client.answer(Requests.status(200))
      eventually(client.promise.isDone shouldBe true)
      val second = client.call(2)
      client.begin(4, Draft.D07)
      time.timePasses(5.seconds)
      val third = client.call(3)
      client.begin(8, Draft.D07)
      time.timePasses(3.seconds)
      client.failure(second).getMessage should include("8000 ms")
      third.isDone shouldBe false
      client.expect[TransportCommand.DetachSession].sessionId shouldBe 4
      // Too late, and too late for its timer.
      client.answer(Requests.status(200), 4)
      client.answer(Requests.status(200), 8)
      eventually(third.isDone shouldBe true)
      time.timePasses(1.hour)
      third.join().closed.isDone shouldBe false
      client.promise.join().closed.isDone shouldBe false
      awaitCount(client.shared, Gauges.ANSWERS_MISSING, 1)
      client.end()
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

    "ask for as many sessions as the server and its own setting allow, and give back the rest" in {
      val allowed = Map(
        Draft.D02 -> 3,
        Draft.D07 -> 2,
        Draft.D14 -> 1,
        Draft.D16 -> 1
      )
      allowed.foreach { case (draft, places) =>
        val client = new Client(parts("session.max-per-connection" -> 3), JavaDuration.ofSeconds(5))
        (2 to 4).foreach(number => client.call(number))
        client.connection.tell(
          new TransportEvent.PeerSettings(
            SettingsOffer.server(DialectPolicy.only(draft), SettingsOffer.Limits.sessions(2))
          )
        )
        client.places() shouldBe places
        (1 to places).foreach(number => client.begin(4L * (number - 1), draft))
        (places + 1 to 4).foreach { number =>
          client.dialer.expectMessageType[DialerActor.Returned].call shouldBe number
        }
        client.connection.commands.expectNoMessage()
        client.end()
      }
    }

    "keep a session's place until both sides have ended its CONNECT stream" in {
      val client = new Client(parts(), JavaDuration.ofSeconds(5))
      val first = client.start(Draft.D16)
      client.places() shouldBe 1
      client.answer(Requests.status(200))
      eventually(client.promise.isDone shouldBe true)
      client.promise.join().close(0, "")
      client.expect[TransportCommand.DetachSession]
      client.call(2)
      client.dialer.expectMessageType[DialerActor.Returned].call shouldBe 2
      first.receive(Inbound.Fin.INSTANCE)
      client.dialer.expectMessageType[DialerActor.Freed]
      val third = client.call(3)
      client.begin(4, Draft.D16)
      client.answer(Requests.status(200), 4)
      eventually(third.isDone shouldBe true)
      client.end()
    }

    "stay open for a while after its last session, when it is shared" in {
      val client = new Client(parts(), JavaDuration.ofSeconds(5))
      val connect = client.start(Draft.D07)
      client.answer(Requests.status(403))
      client.failure()
      client.expect[TransportCommand.DetachSession]
      client.places()
      client.dialer.expectMessageType[DialerActor.Freed]
      awaitLevel(client.shared, Gauges.CONNECTIONS_IDLE, 1)
      time.timePasses(4.seconds)
      client.connection.commands.expectNoMessage()
      client.call(2)
      client.begin(4, Draft.D07)
      awaitLevel(client.shared, Gauges.CONNECTIONS_IDLE, 0)
      time.timePasses(4.seconds)
      client.answer(Requests.status(403), 4)
      client.expect[TransportCommand.DetachSession]
      client.dialer.expectMessageType[DialerActor.Freed]
      time.timePasses(5.seconds)
      client.dialer.expectMessageType[DialerActor.Closing]
      client.expect[TransportCommand.GoAway]
      client.expect[TransportCommand.CloseConnection]
      client.call(3)
      client.dialer.expectMessageType[DialerActor.Returned].call shouldBe 3
      client.end()
    }

    "drop a call that nobody waits for, wherever it is" in {
      val client = new Client(parts(), JavaDuration.ofSeconds(5))
      val waiting = client.call(2)
      waiting.cancel(false)
      client.actor ! new ConnectionActor.CallOff(2)
      client.dialer.expectMessageType[DialerActor.Freed]
      val asked = client.call(3)
      client.settings(Draft.D07)
      client.places()
      client.begin(0, Draft.D07)
      asked.cancel(false)
      client.actor ! new ConnectionActor.CallOff(3)
      client.expect[TransportCommand.Request].replyTo !
        new TransportCommand.RequestStarted.Started(4, new FakePort(4, local = true))
      val rejected = client.expect[TransportCommand.RejectRequest]
      rejected.id shouldBe 4
      rejected.code shouldBe Http3ErrorCode.H3_REQUEST_CANCELLED
      client.dialer.expectMessageType[DialerActor.Freed]
      val begun = client.call(4)
      val connect = client.begin(8, Draft.D07)
      begun.cancel(false)
      client.actor ! new ConnectionActor.CallOff(4)
      eventually(
        connect.writeEnded shouldBe Some(new WriteEnd.Reset(Http3ErrorCode.H3_REQUEST_CANCELLED))
      )
      client.dialer.expectMessageType[DialerActor.Freed]
      client.end()
    }

    "let its sessions go on after the server's GOAWAY, and begin none" in {
      val client = new Client(parts(), JavaDuration.ofSeconds(5))
      val connect = client.start(Draft.D07)
      client.answer(Requests.status(200))
      eventually(client.promise.isDone shouldBe true)
      val unserved = client.call(2)
      client.begin(4, Draft.D07)
      client.connection.tell(new TransportEvent.PeerGoAway(4))
      client.places()
      client.dialer.expectMessageType[DialerActor.Closing]
      val returned = client.dialer.expectMessageType[DialerActor.Unserved]
      returned.call shouldBe 2
      returned.why should include("going away")
      client.dialer.expectMessageType[DialerActor.Freed]
      unserved.isDone shouldBe false
      eventually(client.promise.join().draining.isDone shouldBe true)
      client.promise.join().closed.isDone shouldBe false
      client.call(3)
      client.dialer.expectMessageType[DialerActor.Returned].call shouldBe 3
      client.expect[TransportCommand.DetachSession].sessionId shouldBe 4
      client.promise.join().close(0, "")
      connect.receive(Inbound.Fin.INSTANCE)
      client.expect[TransportCommand.DetachSession].sessionId shouldBe 0
      client.expect[TransportCommand.GoAway]
      client.expect[TransportCommand.CloseConnection]
      client.end()
    }

    "begin none when it is worn out, and ask the server to wind up those it has" in {
      val client = new Client(parts(), JavaDuration.ofSeconds(5))
      val connect = client.start(Draft.D16)
      client.answer(Requests.status(200))
      eventually(client.promise.isDone shouldBe true)
      client.connection.tell(new TransportEvent.WornOut("test"))
      client.places()
      client.dialer.expectMessageType[DialerActor.Closing]
      eventually(connect.bytes shouldBe new Capsule.DrainSession().encode)
      client.call(2)
      client.dialer.expectMessageType[DialerActor.Returned].call shouldBe 2
      client.promise.join().closed.isDone shouldBe false
      client.promise.join().close(0, "")
      connect.receive(Inbound.Fin.INSTANCE)
      client.expect[TransportCommand.DetachSession]
      client.expect[TransportCommand.GoAway]
      client.expect[TransportCommand.CloseConnection]
      client.end()
    }

    "give calls back that it had no time for when it ends" in {
      val client = new Client(parts(), JavaDuration.ofSeconds(5))
      client.settings(Draft.D07)
      client.expect[TransportCommand.Request]
      client.actor ! ConnectionActor.Shutdown.NORMAL
      client.places()
      client.dialer.expectMessageType[DialerActor.Closing]
      client.dialer.expectMessageType[DialerActor.Returned].call shouldBe 1
      client.expect[TransportCommand.GoAway]
      client.end()
    }
  }
}
