package dev.ahti.engine.actor

import java.util.concurrent.CompletableFuture

import dev.ahti.engine.dialect.Draft
import dev.ahti.engine.error.Http3ErrorCode
import dev.ahti.engine.error.WebTransportErrorCode._
import dev.ahti.engine.spi.Inbound
import dev.ahti.engine.spi.TransportCommand
import dev.ahti.engine.spi.TransportEvent
import dev.ahti.engine.wire.StreamKind

final class ClientConnectionSpec extends ConnectionSpec {

  "A client's connection" should {
    "handle every command" in {
      val probe = kit.createTestProbe[SessionActor.Command]()
      handlesEveryCommand(
        classOf[ConnectionActor.Command],
        ConnectionActor.Shutdown.INSTANCE,
        new ConnectionActor.Close(Http3ErrorCode.H3_NO_ERROR, "test"),
        new ConnectionActor.SessionOver(0),
        new ConnectionActor.Reconsider(
          new TransportEvent.RequestReceived(0, Requests.get("/"), new FakePort(0))
        ),
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
}
