package dev.ahti.engine.actor

import java.util.concurrent.CompletableFuture
import java.util.concurrent.CompletionException
import java.util.concurrent.atomic.AtomicReference
import java.util.function.Consumer

import scala.reflect.ClassTag

import dev.ahti.engine.dialect.ConnectResponse
import dev.ahti.engine.dialect.Draft
import dev.ahti.engine.error.Http3ErrorCode
import dev.ahti.engine.error.WebTransportErrorCode.WT_BUFFERED_STREAM_REJECTED
import dev.ahti.engine.error.WebTransportErrorCode.WT_SESSION_GONE
import dev.ahti.engine.gauge.Gauges
import dev.ahti.engine.spi.ConnectionStats
import dev.ahti.engine.spi.Inbound
import dev.ahti.engine.spi.TransportCommand
import dev.ahti.engine.spi.WriteEnd
import dev.ahti.engine.wire.Capsule
import dev.ahti.engine.wire.Fields
import dev.ahti.engine.wire.StreamKind
import org.apache.pekko.actor.testkit.typed.scaladsl.TestProbe
import org.apache.pekko.actor.typed.ActorRef
import org.apache.pekko.util.ByteString

final class SessionActorSpec extends ActorSpec {
  import SessionActorSpec._

  private val dialect = Requests.dialect(Draft.D16)
  private val ignoring: Consumer[SessionHandle] = _ => ()

  /** A session between a fake CONNECT stream and probes for transport and connection. */
  private class Fixture(
      val shared: EngineParts = parts(),
      val connect: FakePort = new FakePort(0),
      val opening: SessionOpening = accepting(ignoring)
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
          Requests.connect(Draft.D16, "/echo"),
          new java.net.InetSocketAddress("127.0.0.1", 1),
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

  private def accepting(handler: Consumer[SessionHandle]): SessionOpening =
    new SessionOpening.Accepting(handler, Requests.status(200))

  /** A server's session that is open. */
  private class Open(shared: EngineParts = parts(), connect: FakePort = new FakePort(0))
      extends Fixture(shared, connect, accepting(Handler)) {
    attached()
    expect[TransportCommand.Respond]
    val handle: SessionHandle = Handler.taken()
  }

  private object Handler extends Consumer[SessionHandle] {
    private val last = new AtomicReference[SessionHandle]
    override def accept(handle: SessionHandle): Unit = last.set(handle)
    def taken(): SessionHandle = eventually {
      val handle = last.getAndSet(null)
      handle should not be null
      handle
    }
  }

  private def failure(future: CompletableFuture[_]): SessionFailure = {
    eventually(future.isDone shouldBe true)
    intercept[CompletionException](future.join()).getCause.asInstanceOf[SessionFailure]
  }

  "A session's actor" should {
    "handle every command" in
      handlesEveryCommand(
        classOf[SessionActor.Command],
        SessionActor.Open.BIDIRECTIONAL,
        new SessionActor.StreamsAvailable(StreamKind.BIDIRECTIONAL),
        new SessionActor.Incoming(StreamKind.BIDIRECTIONAL, new FakePort(4)),
        new SessionActor.Close(0, ""),
        SessionActor.Drain.INSTANCE,
        new SessionActor.Abort(0, "test"),
        SessionActor.ReadStats.INSTANCE,
        new SessionActor.Answered(ConnectResponse.read(Requests.status(200))),
        SessionActor.PeerGoingAway.INSTANCE,
        new SessionActor.ConnectionLost("test")
      ) { () =>
        SessionActor.create(
          new SessionSetup(
            parts(),
            0,
            dialect,
            Fields.empty,
            new java.net.InetSocketAddress("127.0.0.1", 1),
            new FakePort(0),
            accepting(ignoring),
            kit.createTestProbe[TransportCommand]().ref,
            kit.createTestProbe[ConnectionActor.Command]().ref
          )
        )
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
        eventually(session.connect.writeEnded shouldBe Some(WriteEnd.Finished.INSTANCE))
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
      session.connect.writeEnded shouldBe Some(WriteEnd.Finished.INSTANCE)
      session.expect[TransportCommand.DetachSession].sessionId shouldBe 0
      session.connect.receive(Inbound.Fin.INSTANCE)
      stopped(session.session)
      session.datagrams.endedWith shouldBe defined
      allZero(session.shared)
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

    "fail when the peer resets the CONNECT stream" in {
      val session = new Open
      session.connect.receive(new Inbound.Reset(Http3ErrorCode.H3_REQUEST_CANCELLED))
      failure(session.handle.closed).getMessage should include("10c")
      failure(session.handle.draining)
      stopped(session.session)
      allZero(session.shared)
    }

    "reset the CONNECT stream with the code of a violation" in {
      val session = new Open
      session.connect.receive(new Capsule.CloseSession(7, "bye").encode.concat(ByteString(1)))
      eventually(session.connect.stoppedWith shouldBe Some(Http3ErrorCode.H3_MESSAGE_ERROR))
      session.handle.closed.join() shouldBe new SessionEnd(7, "bye", true)
      stopped(session.session)
    }

    "refuse more unknown capsules than it may skip" in {
      val session = new Open(parts("session.capsule-budget" -> 100L))
      val grease = ByteString(0x17, 0x20).concat(ByteString(new Array[Byte](32)))
      (1 to 4).foreach(_ => session.connect.receive(grease))
      failure(session.handle.closed)
      session.connect.writeEnded shouldBe Some(new WriteEnd.Reset(Http3ErrorCode.H3_EXCESSIVE_LOAD))
    }

    "skip them at a slower pace" in {
      val session = new Open(parts("session.capsule-budget" -> 100L))
      val grease = ByteString(0x17, 0x20).concat(ByteString(new Array[Byte](32)))
      (1 to 10).foreach { _ =>
        session.connect.receive(grease)
        eventually(session.connect.readCredit shouldBe 4096)
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
      session.connect.writeEnded shouldBe Some(WriteEnd.Finished.INSTANCE)
      levels(session.shared)(Gauges.SESSIONS) shouldBe 1
      session.connect.receive(Inbound.Fin.INSTANCE)
      stopped(session.session)
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
      session.connect.stoppedWith shouldBe Some(WT_SESSION_GONE)
      allZero(session.shared)
    }

    "fire draining once, on DRAIN or GOAWAY, and go on" in {
      val session = new Open
      session.connect.receive(new Capsule.DrainSession().encode)
      eventually(session.handle.draining.isDone shouldBe true)
      session.session ! SessionActor.PeerGoingAway.INSTANCE
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

    "read no more than it may hold ahead" in {
      val session = new Open(parts("session.connect-read-ahead" -> 100L))
      session.connect.readCredit shouldBe 100
      session.connect.receive(new Capsule.DatagramCapsule(ByteString("hi")).encode)
      eventually(session.handle.datagrams.poll() should not be null)
      eventually(session.connect.readCredit shouldBe 100)
    }
  }

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
      levels(session.shared)(Gauges.STREAM_ACTORS) shouldBe 1
      port.finish()
      port.receive(Inbound.Fin.INSTANCE)
      eventually(levels(session.shared)(Gauges.STREAM_ACTORS) shouldBe 0)
    }

    "be refused when too many wait for the application" in {
      val session = new Open(parts("session.incoming-streams-capacity" -> 2))
      val ports = Seq.tabulate(3)(n => new FakePort(4L * n, StreamKind.UNIDIRECTIONAL))
      ports.foreach(session.incoming)
      eventually(ports(2).stoppedWith shouldBe Some(WT_BUFFERED_STREAM_REJECTED))
      ports(1).stoppedWith shouldBe None
      session.shared.gauges.counter(Gauges.INCOMING_STREAMS_REFUSED).value shouldBe 1
      eventually(levels(session.shared)(Gauges.STREAM_ACTORS) shouldBe 2)
    }

    "end with WT_SESSION_GONE when the session's actor is stopped" in {
      val session = new Open
      val port = new FakePort(4)
      session.incoming(port)
      eventually(levels(session.shared)(Gauges.STREAM_ACTORS) shouldBe 1)
      kit.stop(session.session)
      port.writeEnded shouldBe Some(new WriteEnd.Reset(WT_SESSION_GONE))
      port.stoppedWith shouldBe Some(WT_SESSION_GONE)
      session.connect.writeEnded shouldBe Some(new WriteEnd.Reset(Http3ErrorCode.H3_INTERNAL_ERROR))
      session.expect[TransportCommand.DetachSession]
      failure(session.handle.closed)
      allZero(session.shared)
    }

    "be rejected when they come after the session's end" in {
      val session = new Open
      session.handle.close(0, "")
      session.expect[TransportCommand.DetachSession]
      val late = new FakePort(4)
      session.incoming(late)
      eventually(late.stoppedWith shouldBe Some(WT_SESSION_GONE))
      late.writeEnded shouldBe Some(new WriteEnd.Reset(WT_SESSION_GONE))
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
      session.session ! new SessionActor.StreamsAvailable(StreamKind.UNIDIRECTIONAL)
      session.expect[TransportCommand.OpenStream].replyTo ! opened(3)
      eventually(waiting.isDone shouldBe true)
      waiting.join().port.id shouldBe 3
      other.isDone shouldBe false
    }

    "be reset when nobody waits for them any more" in {
      val session = new Open
      session.handle.openStream(StreamKind.UNIDIRECTIONAL).cancel(false)
      val port = new FakePort(3, StreamKind.UNIDIRECTIONAL, local = true)
      session.expect[TransportCommand.OpenStream].replyTo !
        new TransportCommand.OpenResult.Opened(port.kind, port)
      eventually(port.writeEnded shouldBe Some(new WriteEnd.Reset(dialect.toWire(0))))
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

  "The statistics of a session" should {
    "be the transport's" in {
      val session = new Open
      val stats = session.handle.stats()
      session.expect[TransportCommand.GetStats].replyTo ! ConnectionStats.UNKNOWN
      eventually(stats.isDone shouldBe true)
      stats.join() shouldBe ConnectionStats.UNKNOWN
    }
  }

  "A client's session" should {
    class Dialing(val promise: CompletableFuture[SessionHandle] = new CompletableFuture)
        extends Fixture(opening = new SessionOpening.Dialing(promise)) {
      def answer(fields: Fields): Unit =
        session ! new SessionActor.Answered(ConnectResponse.read(fields))
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
      session.connect.receive(new Inbound.Reset(Http3ErrorCode.H3_REQUEST_REJECTED))
      val relay = session.connection.expectMessageType[ConnectionActor.Relay]
      relay.session ! relay.command
      failure(session.promise).getMessage should include("10b")
      stopped(session.session)
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
      session.connect.writeEnded shouldBe Some(
        new WriteEnd.Reset(Http3ErrorCode.H3_REQUEST_CANCELLED)
      )
    }
  }
}

object SessionActorSpec {

  private def opened(id: Long): TransportCommand.OpenResult =
    new TransportCommand.OpenResult.Opened(
      StreamKind.UNIDIRECTIONAL,
      new FakePort(id, StreamKind.UNIDIRECTIONAL, local = true)
    )
}
