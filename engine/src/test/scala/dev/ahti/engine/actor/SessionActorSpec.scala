package dev.ahti.engine.actor

import java.util.concurrent.CompletableFuture

import dev.ahti.engine.dialect.ConnectResponse
import dev.ahti.engine.error.Http3ErrorCode
import dev.ahti.engine.error.WebTransportErrorCode.WT_SESSION_GONE
import dev.ahti.engine.error.Violation
import dev.ahti.engine.flow.FlowControl
import dev.ahti.engine.gauge.Gauges
import dev.ahti.engine.spi.ConnectionFacts
import dev.ahti.engine.spi.ConnectionStats
import dev.ahti.engine.spi.Inbound
import dev.ahti.engine.spi.TransportCommand
import dev.ahti.engine.spi.WriteEnd
import dev.ahti.engine.wire.Capsule
import dev.ahti.engine.wire.Fields
import dev.ahti.engine.wire.StreamKind
import org.apache.pekko.util.ByteString

final class SessionActorSpec extends SessionSpec {

  "A session's actor" should {
    "handle every command" in
      handlesEveryCommand(
        classOf[SessionCommand],
        SessionCommand.Open.BIDIRECTIONAL,
        new SessionCommand.StreamsAvailable(StreamKind.BIDIRECTIONAL),
        new SessionCommand.OpenBlocked(StreamKind.BIDIRECTIONAL),
        new SessionCommand.TellFlow(new Capsule.MaxData(1)),
        new SessionCommand.FlowViolated(Violation.session(0x45d4487, "too much", "test")),
        new SessionCommand.RejectedBefore(new EarlyRejection(0, StreamKind.BIDIRECTIONAL)),
        new SessionCommand.Incoming(StreamKind.BIDIRECTIONAL, new FakePort(4)),
        new SessionCommand.Anticipate(StreamKind.BIDIRECTIONAL, 200),
        new SessionCommand.Close(0, ""),
        SessionCommand.Drain.INSTANCE,
        new SessionCommand.Abort(0, "test"),
        SessionCommand.ReadStats.INSTANCE,
        SessionCommand.ReadInfo.INSTANCE,
        SessionCommand.Sending.INSTANCE,
        new SessionCommand.StreamSent("stream-4"),
        SessionCommand.DatagramsSent.INSTANCE,
        new SessionCommand.MakeGroup(1, new GroupSums),
        new SessionCommand.ToGroup(1, GroupActor.Unreferenced.INSTANCE),
        new SessionCommand.Answered(ConnectResponse.read(Requests.status(200))),
        SessionCommand.PeerGoingAway.INSTANCE,
        SessionCommand.Released.INSTANCE,
        new SessionCommand.ConnectionLost("test")
      ) { () =>
        SessionActor
          .create(
            new SessionSetup(
              parts(),
              0,
              dialect,
              java.util.Optional.empty[FlowControl],
              Fields.empty,
              new java.net.InetSocketAddress("127.0.0.1", 1),
              ConnectionFacts.UNKNOWN,
              new FakePort(0),
              java.util.Optional.empty[PrefixShare],
              accepting(ignoring),
              kit.createTestProbe[TransportCommand]().ref,
              kit.createTestProbe[ConnectionActor.Command]().ref
            )
          )
          .narrow
      }

    "send the 2xx before its handler runs" in {
      val seen = new CompletableFuture[SessionHandle]
      val session = new Fixture(opening = accepting(seen.complete(_)))
      session.transport.expectNoMessage(scala.concurrent.duration.Duration.Zero)
      seen.isDone shouldBe false
      session.attached()
      val respond = session.expect[TransportCommand.Respond]
      respond.id shouldBe 0
      respond.end shouldBe false
      respond.fields shouldBe Requests.status(200)
      eventually(seen.isDone shouldBe true)
      seen.join().server shouldBe true
      seen.join().response shouldBe Requests.status(200)
    }

    "close with the configured code when its handler throws, an Error too" in {
      Seq(new IllegalStateException("test"), new StackOverflowError).foreach { thrown =>
        val session =
          new Fixture(
            parts("session.handler-failure-code" -> 77L),
            opening = accepting(_ => throw thrown)
          )
        session.attached()
        eventually(eventually(session.connect.writeEnded shouldBe Some(WriteEnd.Finished.INSTANCE)))
        session.connect.bytes shouldBe new Capsule.CloseSession(77, "").encode
        session.connect.receive(Inbound.Fin.INSTANCE)
        stopped(session.session)
        allZero(session.shared)
      }
    }

    "end with the code and reason of the peer's CLOSE, and answer with FIN" in {
      val session = new Open
      session.connect.receive(new Capsule.CloseSession(7, "bye").encode)
      eventually(session.handle.closed.isDone shouldBe true)
      session.handle.closed.join() shouldBe new SessionEnd(7, "bye", true)
      eventually(session.connect.writeEnded shouldBe Some(WriteEnd.Finished.INSTANCE))
      session.expect[TransportCommand.DetachSession].sessionId shouldBe 0
      session.connect.receive(Inbound.Fin.INSTANCE)
      stopped(session.session)
      session.datagrams.ended should not be null
      allZero(session.shared)
    }

    "keep nothing for those who only ask whether it is over" in {
      val session = new Open
      for (_ <- 1 to 100) {
        session.handle.closed should be theSameInstanceAs session.handle.closed
        session.handle.draining should be theSameInstanceAs session.handle.draining
        session.handle.closed.cancel(true) shouldBe false
      }
      session.handle.closed.getNumberOfDependents shouldBe 0
      session.handle.draining.getNumberOfDependents shouldBe 0
      session.connect.receive(Inbound.Fin.INSTANCE)
      eventually(session.handle.closed.isDone shouldBe true)
      session.handle.closed.join() shouldBe new SessionEnd(0, "", true)
      stopped(session.session)
    }

    "take a FIN without CLOSE as code 0" in {
      val session = new Open
      session.connect.receive(Inbound.Fin.INSTANCE)
      eventually(session.handle.closed.isDone shouldBe true)
      session.handle.closed.join() shouldBe new SessionEnd(0, "", true)
      stopped(session.session)
    }

    "read what the peer said before it stopped our half" in {
      val session = new Open
      session.connect.receive(new Capsule.CloseSession(7, "").encode)
      session.connect.endWrite(new WriteEnd.Stopped(java.util.OptionalLong.empty))
      eventually(session.handle.closed.isDone shouldBe true)
      session.handle.closed.join() shouldBe new SessionEnd(7, "", true)
    }

    "stop the peer's half too when the peer stopped ours" in {
      val session = new Open
      session.connect.endWrite(new WriteEnd.Stopped(java.util.OptionalLong.of(0x10c)))
      failure(session.handle.closed).getMessage should include("10c")
      stopped(session.session)
      eventually(session.connect.stoppedWith shouldBe Some(WT_SESSION_GONE))
    }

    "fail when the peer resets the CONNECT stream" in {
      val session = new Open
      session.connect.receive(new Inbound.Reset(Http3ErrorCode.H3_REQUEST_CANCELLED))
      failure(session.handle.closed).getMessage should include("10c")
      stopped(session.session)
      session.handle.draining.isDone shouldBe false
      allZero(session.shared)
    }

    "fail with its connection, whatever its CONNECT stream says" in {
      val session = new Open
      val stream = new FakePort(4)
      session.incoming(stream)
      eventually(session.handle.incomingBidirectional.poll() should not be null)
      session.session ! new SessionCommand.ConnectionLost("idle time-out")
      failure(session.handle.closed).getMessage shouldBe "idle time-out"
      failure(session.handle.openStream(StreamKind.BIDIRECTIONAL))
      stopped(session.session)
      eventually(eventually(stream.writeEnded shouldBe Some(new WriteEnd.Reset(WT_SESSION_GONE))))
      session.handle.datagrams.ended shouldBe "idle time-out"
      allZero(session.shared)
    }

    "not end its datagrams before it has told how it ended" in {
      val session = new Open
      // The connection's end and the CLOSE before it came in one batch.
      session.datagrams.close("connection closed")
      session.handle.datagrams.ended shouldBe null
      session.connect.receive(new Capsule.CloseSession(7, "bye").encode)
      eventually(session.handle.datagrams.ended shouldBe "the session has ended")
      session.handle.closed.join() shouldBe new SessionEnd(7, "bye", true)
    }

    "reset the CONNECT stream with the code of a violation" in {
      val session = new Open
      session.connect.receive(new Capsule.CloseSession(7, "bye").encode.concat(ByteString(1)))
      eventually(
        eventually(session.connect.stoppedWith shouldBe Some(Http3ErrorCode.H3_MESSAGE_ERROR))
      )
      session.handle.closed.join() shouldBe new SessionEnd(7, "bye", true)
      stopped(session.session)
    }

    "refuse more unknown capsules than it may skip" in {
      val session = new Open(parts("session.capsule-budget" -> 100L))
      val grease = ByteString(0x17, 0x20).concat(ByteString(new Array[Byte](32)))
      (1 to 4).foreach(_ => session.connect.receive(grease))
      failure(session.handle.closed)
      eventually(
        session.connect.writeEnded shouldBe Some(
          new WriteEnd.Reset(Http3ErrorCode.H3_EXCESSIVE_LOAD)
        )
      )
    }

    "skip them at a slower pace" in {
      val session = new Open(parts("session.capsule-budget" -> 100L))
      val grease = ByteString(0x17, 0x20).concat(ByteString(new Array[Byte](32)))
      (1 to 10).foreach { _ =>
        session.connect.receive(grease)
        eventually(session.connect.waiting shouldBe true)
        session.connect.loop.asInstanceOf[FakeLoop].advance(java.time.Duration.ofSeconds(10))
      }
      session.handle.closed.isDone shouldBe false
    }

    "send CLOSE and FIN when the application closes it, and wait for the peer's FIN" in {
      val session = new Open
      session.handle.close(9, "done")
      eventually(session.handle.closed.isDone shouldBe true)
      session.handle.closed.join() shouldBe new SessionEnd(9, "done", false)
      session.connect.bytes shouldBe new Capsule.CloseSession(9, "done").encode
      eventually(session.connect.writeEnded shouldBe Some(WriteEnd.Finished.INSTANCE))
      awaitLevel(session.shared, Gauges.SESSIONS, 1)
      session.connect.receive(Inbound.Fin.INSTANCE)
      stopped(session.session)
      awaitCount(session.shared, Gauges.SESSIONS_CLOSE_FORCED, 0)
    }

    "reset the CONNECT stream when the peer gives no credit for the CLOSE in time" in {
      val session = new Open(connect = new FakePort(0, stalled = true))
      session.handle.close(9, "done")
      session.expect[TransportCommand.DetachSession]
      session.connect.writeEnded shouldBe None
      time.timePasses(scala.concurrent.duration.DurationInt(999).millis)
      session.connect.writeEnded shouldBe None
      time.timePasses(scala.concurrent.duration.DurationInt(1).millis)
      stopped(session.session)
      session.connect.writeEnded.get shouldBe a[WriteEnd.Reset]
      eventually(session.connect.stoppedWith shouldBe Some(WT_SESSION_GONE))
      awaitCount(session.shared, Gauges.SESSIONS_CLOSE_FORCED, 1)
      allZero(session.shared)
    }

    "fire draining once, on DRAIN or GOAWAY, and go on" in {
      val session = new Open
      session.connect.receive(new Capsule.DrainSession().encode)
      eventually(session.handle.draining.isDone shouldBe true)
      session.session ! SessionCommand.PeerGoingAway.INSTANCE
      session.incoming(new FakePort(4))
      eventually(session.handle.incomingBidirectional.poll() should not be null)
      session.handle.closed.isDone shouldBe false
    }

    "ask the peer to wind up" in {
      val session = new Open
      session.handle.drain()
      eventually(session.connect.bytes shouldBe new Capsule.DrainSession().encode)
    }

    "deliver datagrams that come as capsules" in {
      val session = new Open
      session.connect.receive(new Capsule.DatagramCapsule(ByteString("hi")).encode)
      eventually(session.handle.datagrams.poll() shouldBe ByteString("hi"))
    }

    "skip a datagram capsule that is longer than it may be" in {
      val session = new Open(parts("session.datagram-capsule-size" -> 3L))
      Seq("four", "one").foreach { payload =>
        session.connect.receive(new Capsule.DatagramCapsule(ByteString(payload)).encode)
      }
      val first = eventually {
        val next = session.handle.datagrams.poll()
        next should not be null
        next
      }
      first shouldBe ByteString("one")
      // Two bytes of header and four of payload.
      session.shared.gauges.snapshot.get(Gauges.CAPSULES_SKIPPED_BYTES) shouldBe 6
      session.handle.closed.isDone shouldBe false
    }

    "keep as many datagrams that come as capsules as it may" in {
      val session = new Open(parts("session.datagrams.incoming-max-buffered" -> 2))
      Seq("a", "b", "c").foreach { payload =>
        session.connect.receive(new Capsule.DatagramCapsule(ByteString(payload)).encode)
      }
      eventually(session.handle.datagrams.stats.droppedIncoming shouldBe 1)
      awaitLevel(session.shared, Gauges.DATAGRAMS_WAITING, 2)
      session.handle.datagrams.poll() shouldBe ByteString("b")
    }

    "read no more than it may hold ahead" in {
      val session = new Open(parts("session.connect-read-ahead" -> 100L))
      session.connect.readCredit shouldBe 100
      session.connect.receive(new Capsule.DatagramCapsule(ByteString("hi")).encode)
      eventually(session.handle.datagrams.poll() should not be null)
      eventually(session.connect.readCredit shouldBe 100)
    }
  }

  "The statistics of a session" should {
    "be the transport's" in {
      val session = new Open
      val stats = session.handle.stats()
      session.expect[TransportCommand.GetStats].replyTo ! ConnectionStats.UNKNOWN
      eventually(stats.isDone shouldBe true)
      stats.join() shouldBe ConnectionStats.UNKNOWN
    }

    "be told with the limits that its transport keeps" in {
      val session = new Open
      val info = session.handle.info()
      val limits = new dev.ahti.engine.flow.SessionLimits(1, 2, 3, 4, 5, 6, 7, 8)
      val asked = session.expect[TransportCommand.GetLimits]
      asked.sessionId shouldBe 0
      asked.replyTo ! new TransportCommand.Limits(java.util.Optional.of(limits))
      eventually(info.isDone shouldBe true)
      info.join() shouldBe new SessionInfo(0, java.util.Optional.of(limits))
    }

    "be asked for by as many calls at a time as may wait" in {
      val session = new Open(parts("session.statistics-calls" -> 2))
      val calls = Seq.fill(3)(session.handle.stats())
      awaitLevel(session.shared, Gauges.STATS_WAITING, 2)
      failure(calls(2)).getMessage should include("2 calls wait already")
      (1 to 2).foreach { _ =>
        session.expect[TransportCommand.GetStats].replyTo ! ConnectionStats.UNKNOWN
      }
      eventually(calls.take(2).map(_.isDone) shouldBe Seq(true, true))
      // The third has asked nobody: what comes next is something else.
      session.handle.close(0, "")
      session.expect[TransportCommand.DetachSession]
    }
  }
}
