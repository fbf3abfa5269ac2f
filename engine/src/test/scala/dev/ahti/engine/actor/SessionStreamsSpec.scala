package dev.ahti.engine.actor

import dev.ahti.engine.error.Http3ErrorCode
import dev.ahti.engine.error.WebTransportErrorCode.WT_BUFFERED_STREAM_REJECTED
import dev.ahti.engine.error.WebTransportErrorCode.WT_SESSION_GONE
import dev.ahti.engine.gauge.Gauges
import dev.ahti.engine.schedule.SendPriority
import dev.ahti.engine.spi.Inbound
import dev.ahti.engine.spi.TransportCommand
import dev.ahti.engine.spi.WriteEnd
import dev.ahti.engine.wire.StreamKind
import org.apache.pekko.util.ByteString

import java.util.concurrent.TimeUnit

final class SessionStreamsSpec extends SessionSpec {

  "The streams of a session" should {
    "have an actor each, named by their id, until they end" in {
      val session = new Open
      val port = new FakePort(4)
      session.incoming(port)
      val taken = eventually {
        val next = session.handle.incomingBidirectional.poll()
        next should not be null
        next
      }
      taken.port shouldBe port
      taken.sessionId shouldBe 0
      awaitLevel(session.shared, Gauges.STREAM_ACTORS, 1)
      port.finish()
      port.receive(Inbound.Fin.INSTANCE)
      awaitLevel(session.shared, Gauges.STREAM_ACTORS, 0)
    }

    "be refused when too many wait for the application" in {
      val session = new Open(parts("session.incoming-streams-capacity" -> 2))
      val ports = Seq.tabulate(3)(n => new FakePort(4L * n, StreamKind.UNIDIRECTIONAL))
      ports.foreach(session.incoming)
      eventually(eventually(ports(2).stoppedWith shouldBe Some(WT_BUFFERED_STREAM_REJECTED)))
      ports(1).stoppedWith shouldBe None
      awaitCount(session.shared, Gauges.INCOMING_STREAMS_REFUSED, 1)
      awaitLevel(session.shared, Gauges.STREAM_ACTORS, 2)
    }

    "end with WT_SESSION_GONE when the session's actor is stopped" in {
      val session = new Open
      val port = new FakePort(4)
      session.incoming(port)
      awaitLevel(session.shared, Gauges.STREAM_ACTORS, 1)
      kit.stop(session.session)
      eventually(port.writeEnded shouldBe Some(new WriteEnd.Reset(WT_SESSION_GONE)))
      eventually(port.stoppedWith shouldBe Some(WT_SESSION_GONE))
      eventually(
        session.connect.writeEnded shouldBe Some(
          new WriteEnd.Reset(Http3ErrorCode.H3_INTERNAL_ERROR)
        )
      )
      session.expect[TransportCommand.DetachSession]
      failure(session.handle.closed)
      allZero(session.shared)
    }

    "be rejected when they were on their way as the session ended, the last one too" in {
      val session = new Open(answering = _ => ())
      session.connect.receive(Inbound.Fin.INSTANCE)
      val detach = session.expect[TransportCommand.DetachSession]
      eventually(session.connect.writeEnded shouldBe Some(WriteEnd.Finished.INSTANCE))
      val late = new FakePort(4)
      session.incoming(late)
      detach.replyTo ! new TransportCommand.SessionDetached(0)
      stopped(session.session)
      eventually(late.stoppedWith shouldBe Some(WT_SESSION_GONE))
      allZero(session.shared)
    }

    "be rejected when they come after the session's end" in {
      val session = new Open
      session.handle.close(0, "")
      session.expect[TransportCommand.DetachSession]
      val late = new FakePort(4)
      session.incoming(late)
      eventually(eventually(late.stoppedWith shouldBe Some(WT_SESSION_GONE)))
      eventually(late.writeEnded shouldBe Some(new WriteEnd.Reset(WT_SESSION_GONE)))
    }

    "go to those who asked, in order" in {
      val session = new Open
      val first = session.handle.openStream(StreamKind.UNIDIRECTIONAL)
      val second = session.handle.openStream(StreamKind.UNIDIRECTIONAL)
      val asked = Seq.fill(2)(session.expect[TransportCommand.OpenStream])
      asked.map(_.kind).toSet shouldBe Set(StreamKind.UNIDIRECTIONAL)
      Seq(3L, 7L).zip(asked).foreach { case (id, open) => open.replyTo ! opened(id) }
      eventually(second.isDone shouldBe true)
      first.join().port.id shouldBe 3
      second.join().port.id shouldBe 7
    }

    "wait while the peer's limit is reached, each kind for itself" in {
      val session = new Open
      val waiting = session.handle.openStream(StreamKind.UNIDIRECTIONAL)
      session.expect[TransportCommand.OpenStream].replyTo !
        new TransportCommand.OpenResult.LimitReached(StreamKind.UNIDIRECTIONAL)
      val other = session.handle.openStream(StreamKind.BIDIRECTIONAL)
      session.expect[TransportCommand.OpenStream].kind shouldBe StreamKind.BIDIRECTIONAL
      session.session ! new SessionCommand.StreamsAvailable(StreamKind.UNIDIRECTIONAL)
      session.expect[TransportCommand.OpenStream].replyTo ! opened(3)
      eventually(waiting.isDone shouldBe true)
      waiting.join().port.id shouldBe 3
      other.isDone shouldBe false
    }

    "fail at once when the peer's limit is reached, for those who would not wait" in {
      val session = new Open
      val kind = StreamKind.UNIDIRECTIONAL
      val atOnce = new OpenOptions(SendPriority.DEFAULT, false)
      val patient = session.handle.openStream(kind)
      val impatient = session.handle.openStream(kind, atOnce)
      val asked = Seq.fill(2)(session.expect[TransportCommand.OpenStream])
      asked.foreach(_.replyTo ! new TransportCommand.OpenResult.LimitReached(kind))
      failure(impatient) shouldBe a[StreamsExhausted]
      failure(session.handle.openStream(kind, atOnce)) shouldBe a[StreamsExhausted]
      session.session ! new SessionCommand.StreamsAvailable(kind)
      session.expect[TransportCommand.OpenStream].replyTo ! opened(3)
      eventually(patient.isDone shouldBe true)
      patient.join().port.id shouldBe 3
    }

    "stand where the options say before anybody has them" in {
      val session = new Open
      val place = new SendPriority(0, 7)
      val stream =
        session.handle.openStream(StreamKind.UNIDIRECTIONAL, new OpenOptions(place, true))
      val port = new FakePort(3, StreamKind.UNIDIRECTIONAL, local = true)
      session.expect[TransportCommand.OpenStream].replyTo !
        new TransportCommand.OpenResult.Opened(port.kind, port)
      eventually(stream.isDone shouldBe true)
      stream.join().priority shouldBe place
      port.placed shouldBe place
    }

    "be added up in their send group" in {
      val session = new Open
      val group = session.handle.createSendGroup()
      val port = new FakePort(3, StreamKind.UNIDIRECTIONAL, local = true)
      val opening = session.handle
        .openStream(port.kind, new OpenOptions(new SendPriority(group.id, 0), true))
      session.expect[TransportCommand.OpenStream].replyTo !
        new TransportCommand.OpenResult.Opened(port.kind, port)
      eventually(opening.isDone shouldBe true)
      port.offer(ByteString("four"))
      group.stats().get(10, TimeUnit.SECONDS).bytesWritten shouldBe 4
      session.handle.createSendGroup().stats().get(10, TimeUnit.SECONDS).bytesWritten shouldBe 0
      session.session ! new SessionCommand.ConnectionLost("over")
      failure(session.handle.closed)
      stopped(session.session)
      group.stats().get(10, TimeUnit.SECONDS).bytesWritten shouldBe 4
      a[SessionFailure] should be thrownBy session.handle.createSendGroup()
      awaitLevel(session.shared, Gauges.SEND_GROUPS, 0)
    }

    "have no more groups than the limit" in {
      val session = new Open(parts("session.send-groups" -> 2))
      val held = Seq.fill(2)(session.handle.createSendGroup())
      val refused = the[SessionFailure] thrownBy session.handle.createSendGroup()
      refused.getMessage should include("ahti.session.send-groups")
      held.map(_.id) shouldBe Seq(1, 2)
    }

    "not be asked for on behalf of those who gave up" in {
      val session = new Open
      val kind = StreamKind.UNIDIRECTIONAL
      val calls = Seq.fill(3)(session.handle.openStream(kind))
      val asked = Seq.fill(3)(session.expect[TransportCommand.OpenStream])
      asked.foreach(_.replyTo ! new TransportCommand.OpenResult.LimitReached(kind))
      calls.take(2).foreach(_.cancel(false))
      session.session ! new SessionCommand.StreamsAvailable(kind)
      session.expect[TransportCommand.OpenStream].replyTo ! opened(3)
      eventually(calls(2).isDone shouldBe true)
      session.handle.stats()
      session.expect[TransportCommand.GetStats]
      awaitLevel(session.shared, Gauges.OPENS_WAITING, 0)
    }

    "be reset when nobody waits for them any more" in {
      val session = new Open
      session.handle.openStream(StreamKind.UNIDIRECTIONAL).cancel(false)
      val port = new FakePort(3, StreamKind.UNIDIRECTIONAL, local = true)
      session.expect[TransportCommand.OpenStream].replyTo !
        new TransportCommand.OpenResult.Opened(port.kind, port)
      eventually(
        port.writeEnded shouldBe Some(new WriteEnd.Reset(Http3ErrorCode.H3_REQUEST_CANCELLED))
      )
      eventually((levels(session.shared) - Gauges.SESSIONS).filter(_._2 != 0) shouldBe empty)
    }

    "fail for those who wait when the session ends, and for those who ask later" in {
      val session = new Open
      val waiting = session.handle.openStream(StreamKind.UNIDIRECTIONAL)
      session.connect.receive(Inbound.Fin.INSTANCE)
      failure(waiting)
      failure(session.handle.openStream(StreamKind.UNIDIRECTIONAL))
    }

    "fail at once when too many wait" in {
      val session = new Open(parts("session.open-waiters-capacity" -> 1))
      session.handle.openStream(StreamKind.UNIDIRECTIONAL).isDone shouldBe false
      failure(session.handle.openStream(StreamKind.UNIDIRECTIONAL)).getMessage should include("1")
    }

    "say why the transport could not open one" in {
      val session = new Open
      val asked = session.handle.openStream(StreamKind.UNIDIRECTIONAL)
      session.expect[TransportCommand.OpenStream].replyTo !
        new TransportCommand.OpenResult.Failed(StreamKind.UNIDIRECTIONAL, "the test says no")
      failure(asked).getMessage should include("the test says no")
    }
  }

  private def opened(id: Long): TransportCommand.OpenResult =
    new TransportCommand.OpenResult.Opened(
      StreamKind.UNIDIRECTIONAL,
      new FakePort(id, StreamKind.UNIDIRECTIONAL, local = true)
    )
}
