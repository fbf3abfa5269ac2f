package dev.ahti.engine.actor

import java.time.Duration
import java.util.concurrent.CompletableFuture

import dev.ahti.engine.dialect.ConnectResponse
import dev.ahti.engine.dialect.DialectPolicy
import dev.ahti.engine.dialect.ProtocolOffer
import dev.ahti.engine.error.Http3ErrorCode
import dev.ahti.engine.error.WebTransportErrorCode
import dev.ahti.engine.spi.Inbound
import dev.ahti.engine.spi.WriteEnd
import dev.ahti.engine.wire.Capsule
import dev.ahti.engine.wire.Fields
import org.apache.pekko.actor.testkit.typed.scaladsl.TestProbe

final class ClientSessionSpec extends SessionSpec {

  "A client's session" should {
    class Dialing(
        val promise: CompletableFuture[SessionHandle] = new CompletableFuture,
        protocols: ProtocolOffer = ProtocolOffer.NONE,
        val dialer: TestProbe[DialerActor.Command] = kit.createTestProbe[DialerActor.Command]()
    ) extends Fixture(opening =
          new SessionOpening.Dialing(
            new DialAttempt(
              new DialCall(3, Requests.dial(), promise),
              new ClientLink(1, DialectPolicy.all, Duration.ZERO, dialer.ref)
            ),
            protocols
          )
        ) {
      def answer(fields: Fields): Unit =
        session ! new SessionCommand.Answered(ConnectResponse.read(fields))
    }

    "be there when it is attached and answered, in any order" in {
      val late = new Dialing
      late.answer(Requests.status(200))
      late.promise.isDone shouldBe false
      late.attached()
      eventually(late.promise.isDone shouldBe true)
      late.promise.join().server shouldBe false

      val early = new Dialing
      early.attached()
      early.promise.isDone shouldBe false
      early.answer(Requests.status(200))
      eventually(early.promise.isDone shouldBe true)
    }

    "speak the protocol that the server chose" in {
      val offer = new ProtocolOffer(java.util.List.of("chat.v2", "chat.v1"), true)
      val session = new Dialing(protocols = offer)
      session.attached()
      session.answer(Requests.status(200).`with`("wt-protocol", "\"chat.v1\""))
      eventually(session.promise.isDone shouldBe true)
      session.promise.join().protocol shouldBe java.util.Optional.of("chat.v1")
    }

    "reset and stop the CONNECT stream when the server chose what was not offered" in {
      val session = new Dialing(
        protocols = new ProtocolOffer(java.util.List.of("chat.v2"), false)
      )
      // Before it is attached, too: nothing may happen in this session.
      session.answer(Requests.status(200).`with`("wt-protocol", "\"chat.v1\""))
      failure(session.promise).getMessage should include("not offered")
      eventually(
        session.connect.writeEnded shouldBe Some(
          new WriteEnd.Reset(WebTransportErrorCode.WT_ALPN_ERROR)
        )
      )
      eventually(session.connect.stoppedWith shouldBe Some(WebTransportErrorCode.WT_ALPN_ERROR))
      stopped(session.session)
      allZero(session.shared)
    }

    "fail with the status of a refusal" in {
      val session = new Dialing
      session.attached()
      session.answer(Requests.status(404))
      failure(session.promise).status.getAsInt shouldBe 404
      stopped(session.session)
      allZero(session.shared)
    }

    "not read the CONNECT stream before the answer, then all of it" in {
      val session = new Dialing
      session.attached()
      session.connect.receive(new Capsule.CloseSession(7, "bye").encode)
      session.connect.receive(Inbound.Fin.INSTANCE)
      val relay = session.connection.expectMessageType[ConnectionActor.Relay]
      session.answer(Requests.status(200))
      relay.session ! relay.command
      eventually(session.promise.isDone shouldBe true)
      eventually(session.promise.join().closed.isDone shouldBe true)
      session.promise.join().closed.join() shouldBe new SessionEnd(7, "bye", true)
    }

    "fail when the CONNECT stream is reset without an answer" in {
      val session = new Dialing
      session.attached()
      session.connect.receive(new Inbound.Reset(Http3ErrorCode.H3_INTERNAL_ERROR))
      val relay = session.connection.expectMessageType[ConnectionActor.Relay]
      relay.session ! relay.command
      failure(session.promise).getMessage should include("102")
      stopped(session.session)
      session.dialer.expectNoMessage()
    }

    "give its call back when the server says that it has not looked at the request" in {
      val session = new Dialing
      session.attached()
      session.connect.receive(new Inbound.Reset(Http3ErrorCode.H3_REQUEST_REJECTED))
      val relay = session.connection.expectMessageType[ConnectionActor.Relay]
      relay.session ! relay.command
      val unserved = session.dialer.expectMessageType[DialerActor.Unserved]
      unserved.call shouldBe 3
      unserved.why should include("0x10b")
      stopped(session.session)
      session.promise.isDone shouldBe false
    }

    "fail with the status of a refusal whose sender wants no more of the request" in {
      val session = new Dialing
      session.attached()
      session.connect.endWrite(
        new WriteEnd.Stopped(java.util.OptionalLong.of(Http3ErrorCode.H3_NO_ERROR))
      )
      session.connect.receive(Inbound.Fin.INSTANCE)
      val relay = session.connection.expectMessageType[ConnectionActor.Relay]
      session.answer(Requests.status(404))
      relay.session ! relay.command
      failure(session.promise).status.getAsInt shouldBe 404
    }

    "not outlive an answer when its request was stopped before" in {
      val session = new Dialing
      session.attached()
      session.connect.endWrite(new WriteEnd.Stopped(java.util.OptionalLong.of(5)))
      session.answer(Requests.status(200))
      eventually(session.promise.isDone shouldBe true)
      failure(session.promise.join().closed).getMessage should include("0x5")
      stopped(session.session)
    }

    "end at once when nobody wants it any more" in {
      val session = new Dialing
      session.promise.cancel(false)
      session.attached()
      session.answer(Requests.status(200))
      stopped(session.session)
      eventually(
        session.connect.writeEnded shouldBe Some(
          new WriteEnd.Reset(Http3ErrorCode.H3_REQUEST_CANCELLED)
        )
      )
    }
  }
}
