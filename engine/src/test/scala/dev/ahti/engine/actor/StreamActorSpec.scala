package dev.ahti.engine.actor

import java.util.OptionalLong

import scala.collection.mutable

import dev.ahti.engine.dialect.Dialect
import dev.ahti.engine.dialect.Draft
import dev.ahti.engine.error.WebTransportErrorCode.WT_SESSION_GONE
import dev.ahti.engine.gauge.Gauges
import dev.ahti.engine.schedule.SendPriority
import dev.ahti.engine.spi.Inbound
import dev.ahti.engine.spi.WriteEnd
import dev.ahti.engine.stage.Undelivered
import dev.ahti.engine.stage.UnreadStreams
import dev.ahti.engine.wire.StreamKind
import org.apache.pekko.actor.typed.ActorRef
import org.apache.pekko.actor.typed.Behavior
import org.apache.pekko.util.ByteString

final class StreamActorSpec extends ActorSpec {
  private val dialect = Dialect.of(Draft.D16)
  private val shared = parts()
  private val open = shared.gauges.level(Gauges.STREAM_ACTORS)

  private val session = kit.createTestProbe[SessionActor.Command]()

  private val unread = new UnreadStreams(4, shared.gauges.level(Gauges.STREAMS_UNREAD))

  private val ofPorts = mutable.Map.empty[FakePort, Undelivered]

  private def undelivered(port: FakePort) =
    ofPorts.getOrElseUpdate(port, new Undelivered(port, unread))

  private def behavior(port: FakePort): Behavior[StreamActor.Command] =
    StreamActor.create(port, dialect, open, session.ref, undelivered(port))

  private def spawn(port: FakePort): ActorRef[StreamActor.Command] = {
    val before = open.value
    val actor = kit.spawn(behavior(port))
    eventually(open.value shouldBe before + 1)
    actor
  }

  "A stream's actor" should {
    "handle every command" in
      handlesEveryCommand(
        classOf[StreamActor.Command],
        new StreamActor.WhenSent(() => ()),
        new StreamActor.SessionEnded(WT_SESSION_GONE),
        new StreamActor.Grouped(1)
      )(() => behavior(new FakePort(0)))

    "tell the groups it joins and leaves, and that it ended in one" in {
      val port = new FakePort(0)
      val session = kit.createTestProbe[SessionActor.Command]()
      val actor = kit.spawn(StreamActor.create(port, dialect, open, session.ref, undelivered(port)))
      val control = StreamActor.control(port, dialect, actor, undelivered(port))
      control.priority(new SendPriority(1, 5))
      port.placed shouldBe new SendPriority(1, 5)
      session.expectMessage(new SessionCommand.ToGroup(1, new GroupActor.Joined(port)))
      control.priority(new SendPriority(1, 6))
      control.priority(new SendPriority(2, 6))
      session.expectMessage(new SessionCommand.ToGroup(1, new GroupActor.Left(port, false)))
      session.expectMessage(new SessionCommand.ToGroup(2, new GroupActor.Joined(port)))
      actor ! new StreamActor.SessionEnded(WT_SESSION_GONE)
      session.expectMessage(new SessionCommand.ToGroup(2, new GroupActor.Left(port, true)))
      eventually(open.value shouldBe 0)
    }

    "stop when both halves of a bidirectional stream have ended, in any order" in {
      val port = new FakePort(0)
      val actor = spawn(port)
      port.finish()
      port.receive(Inbound.Fin.INSTANCE)
      stopped(actor)
      port.stoppedWith shouldBe None
    }

    "stop with the one half of a unidirectional stream" in {
      val incoming = new FakePort(2, StreamKind.UNIDIRECTIONAL)
      val reader = spawn(incoming)
      incoming.receive(new Inbound.Reset(dialect.toWire(7)))
      stopped(reader)

      val outgoing = new FakePort(3, StreamKind.UNIDIRECTIONAL, local = true)
      val writer = spawn(outgoing)
      outgoing.endWrite(new WriteEnd.Stopped(OptionalLong.empty))
      stopped(writer)
    }

    "learn what ended before it was there" in {
      val port = new FakePort(0)
      port.finish()
      port.receive(Inbound.Fin.INSTANCE)
      stopped(kit.spawn(behavior(port)))
    }

    "put application codes on the wire as the dialect says" in {
      val port = new FakePort(0)
      val actor = spawn(port)
      val control = StreamActor.control(port, dialect, actor, undelivered(port))
      control.reset(42)
      control.stopSending(43)
      stopped(actor)
      eventually(port.writeEnded shouldBe Some(new WriteEnd.Reset(dialect.toWire(42))))
      eventually(port.stoppedWith shouldBe Some(dialect.toWire(43)))
    }

    "take what was read ahead from its reader on a stop, also when the end has come" in {
      val port = new FakePort(2, StreamKind.UNIDIRECTIONAL)
      val actor = spawn(port)
      val control = StreamActor.control(port, dialect, actor, undelivered(port))
      port.receive(ByteString("unread"))
      port.receive(Inbound.Fin.INSTANCE)
      stopped(actor)
      control.stopSending(42)
      port.poll() shouldBe new Inbound.Stopped(dialect.toWire(42))
      port.stoppedWith shouldBe None
    }

    "leave what its reader has not got to the end of the session" in {
      val session = new UnreadStreams(1, shared.gauges.level(Gauges.STREAMS_UNREAD))
      val port = new FakePort(2, StreamKind.UNIDIRECTIONAL)
      val late = new FakePort(6, StreamKind.UNIDIRECTIONAL)
      for (each <- Seq(port, late)) {
        ofPorts(each) = new Undelivered(each, session)
        each.receive(ByteString("unread"))
        each.receive(Inbound.Fin.INSTANCE)
      }
      stopped(kit.spawn(behavior(port)))
      eventually(shared.gauges.level(Gauges.STREAMS_UNREAD).value shouldBe 1)
      session.end()
      stopped(kit.spawn(behavior(late)))
      for (each <- Seq(port, late))
        eventually(each.poll() shouldBe new Inbound.Stopped(WT_SESSION_GONE))
      port.stoppedWith shouldBe None
    }

    "leave an end that nothing waits before as it is on a stop" in {
      val port = new FakePort(2, StreamKind.UNIDIRECTIONAL)
      val actor = spawn(port)
      port.receive(new Inbound.Reset(dialect.toWire(7)))
      StreamActor.control(port, dialect, actor, undelivered(port)).stopSending(42)
      port.poll() shouldBe new Inbound.Reset(dialect.toWire(7))
      stopped(actor)
    }

    "keep the other half open after one was reset" in {
      val port = new FakePort(0)
      val actor = spawn(port)
      StreamActor.control(port, dialect, actor, undelivered(port)).reset(0)
      eventually(port.writeEnded shouldBe defined)
      port.stoppedWith shouldBe None
      port.receive(Inbound.Fin.INSTANCE)
      stopped(actor)
    }

    "end both halves with the code of its session's end" in {
      val port = new FakePort(0)
      val actor = spawn(port)
      actor ! new StreamActor.SessionEnded(WT_SESSION_GONE)
      stopped(actor)
      eventually(port.writeEnded shouldBe Some(new WriteEnd.Reset(WT_SESSION_GONE)))
      eventually(port.stoppedWith shouldBe Some(WT_SESSION_GONE))
    }

    "end what is open with WT_SESSION_GONE when it is stopped" in {
      val port = new FakePort(0)
      val actor = spawn(port)
      port.finish()
      kit.stop(actor)
      eventually(eventually(port.stoppedWith shouldBe Some(WT_SESSION_GONE)))
      eventually(port.writeEnded shouldBe Some(WriteEnd.Finished.INSTANCE))
    }

    "leave no stream counted" in allZero(shared)
  }
}
