package dev.ahti.engine.actor

import java.time.{Duration => JavaDuration}
import java.util
import java.util.Optional
import java.util.concurrent.CompletableFuture
import java.util.concurrent.CompletionException

import scala.concurrent.duration._

import dev.ahti.engine.dialect.DialectPolicy
import dev.ahti.engine.dialect.Draft
import dev.ahti.engine.dialect.HttpVersion
import dev.ahti.engine.dialect.SettingsOffer
import dev.ahti.engine.error.Http3ErrorCode
import dev.ahti.engine.gauge.Gauges
import dev.ahti.engine.spi.ConnectionFacts
import dev.ahti.engine.spi.DialException
import dev.ahti.engine.spi.Inbound
import dev.ahti.engine.spi.ServerTrust
import dev.ahti.engine.spi.StreamCounts
import dev.ahti.engine.spi.TransportCommand
import dev.ahti.engine.spi.TransportEvent
import org.apache.pekko.actor.testkit.typed.scaladsl.FishingOutcomes
import org.apache.pekko.actor.typed.ActorRef
import org.apache.pekko.util.ByteString

final class DialerActorSpec extends ActorSpec {

  private class Fixture(val shared: EngineParts = parts()) {
    val transport = new FakeTransport
    val actor: ActorRef[DialerActor.Command] = kit.spawn(DialerActor.create(shared))

    def dial(
        pool: Option[String] = None,
        timeout: JavaDuration = JavaDuration.ofSeconds(2),
        versions: util.Set[HttpVersion] = util.Set.of(HttpVersion.HTTP_3)
    ): CompletableFuture[SessionHandle] =
      dial(Requests.dial(timeout = timeout, pool = pool).withVersions(versions))

    def dial(request: DialRequest): CompletableFuture[SessionHandle] = {
      val promise = new CompletableFuture[SessionHandle]
      actor ! new DialerActor.Dial(request, transport, promise)
      promise
    }

    /** A connection that speaks this draft and allows so many sessions. */
    def connect(draft: Draft, sessions: Int): FakeConnection = {
      val connection = connect()
      connection.tell(
        new TransportEvent.PeerSettings(
          SettingsOffer.server(DialectPolicy.only(draft), SettingsOffer.Limits.sessions(sessions))
        )
      )
      connection
    }

    def dialing(): CompletableFuture[SessionHandle] = {
      val promise = dial()
      eventually(transport.dialOptions shouldBe defined)
      promise
    }

    def connect(): FakeConnection = {
      val connection = new FakeConnection(kit)
      val dialed = transport.dialed
      transport.dialed = new CompletableFuture
      dialed.complete(connection)
      connection
    }
  }

  private val Both = util.Set.of(HttpVersion.HTTP_3, HttpVersion.HTTP_2)

  private def overTcp = new ConnectionFacts(
    util.List.of(),
    Optional.empty(),
    Optional.empty(),
    HttpVersion.HTTP_2,
    false,
    true
  )

  /**
   * Where a dial can hang: how long it may, how it does, and what it says. Lookup, TCP and handshake
   * are the transport's, which keeps the time it is given; the rest is ours.
   */
  private val phases: Map[String, (FiniteDuration, Fixture => Option[FakeConnection], String)] =
    Map(
      "the transport" -> ((
        3.seconds,
        { (fixture: Fixture) =>
          val options = fixture.transport.dialOptions.get
          kit.scheduler.scheduleOnce(
            options.timeout,
            () => {
              fixture.transport.dialed
                .completeExceptionally(
                  new DialException("no answer within " + options.timeout, null)
                )
              ()
            },
            kit.system.executionContext
          )
          None
        },
        "no answer within PT3S"
      )),
      "SETTINGS" -> ((
        4.seconds,
        { (fixture: Fixture) =>
          val connection = fixture.connect()
          awaitLevel(fixture.shared, Gauges.CONNECTIONS, 1)
          Some(connection)
        },
        "no session with localhost:4433: no SETTINGS within 4000 ms"
      )),
      "the answer" -> ((
        5.seconds,
        { (fixture: Fixture) =>
          val connection = fixture.connect(Draft.D16, 1)
          start(connection, 0)
          Some(connection)
        },
        "no session with localhost:4433: connected, and the request not answered within 5000 ms"
      ))
    )

  /** The next request of a connection becomes a session. */
  private def begin(connection: FakeConnection, id: Long): FakePort = {
    val connect = start(connection, id)
    connection.tell(new TransportEvent.ResponseReceived(id, Requests.status(200)))
    connect
  }

  /** The next request of a connection is under way. */
  private def start(connection: FakeConnection, id: Long): FakePort = {
    val connect = new FakePort(id, local = true, loop = connection.loop)
    connection.next[TransportCommand.Request].replyTo !
      new TransportCommand.RequestStarted.Started(id, connect)
    connection.next[TransportCommand.AttachSession].replyTo !
      new TransportCommand.SessionAttached(new FakeDatagrams(connection.loop))
    connect
  }

  /** The server has not looked at a request. */
  private def reject(connect: FakePort): Unit =
    connect.receive(new Inbound.Reset(Http3ErrorCode.H3_REQUEST_REJECTED))

  /** A connection is closed, after whatever came before. */
  private def closing(connection: FakeConnection): Unit =
    connection.commands.fishForMessage(10.seconds) {
      case _: TransportCommand.CloseConnection => FishingOutcomes.complete
      case _ => FishingOutcomes.continueAndIgnore
    }

  private def session(promise: CompletableFuture[SessionHandle]): SessionHandle = {
    eventually(promise.isDone shouldBe true)
    promise.join()
  }

  private def failure(promise: CompletableFuture[_]): SessionFailure = {
    eventually(promise.isDone shouldBe true)
    intercept[CompletionException](promise.join()).getCause.asInstanceOf[SessionFailure]
  }

  "The dialer" should {
    "handle every command" in
      handlesEveryCommand(
        classOf[DialerActor.Command],
        new DialerActor.Dial(
          Requests.dial(),
          new FakeTransport,
          new CompletableFuture[SessionHandle]
        ),
        DialerActor.Stop.INSTANCE,
        new DialerActor.Places(1, 1),
        new DialerActor.Freed(1),
        new DialerActor.Closing(1),
        new DialerActor.Returned(1, 1, "test"),
        new DialerActor.Unserved(1, "test")
      )(() => DialerActor.create(parts()))

    "open a connection and a session on it" in {
      val fixture = new Fixture
      val promise = fixture.dialing()
      fixture.transport.dialOptions.get.host shouldBe "localhost"
      val connection = fixture.connect()
      connection.tell(new TransportEvent.PeerSettings(Requests.serverSettings(Draft.D16)))
      connection.next[TransportCommand.Request].replyTo !
        new TransportCommand.RequestStarted.Started(0, new FakePort(0, local = true))
      connection.next[TransportCommand.AttachSession].replyTo !
        new TransportCommand.SessionAttached(new FakeDatagrams(connection.loop))
      connection.tell(new TransportEvent.ResponseReceived(0, Requests.status(200)))
      eventually(promise.isDone shouldBe true)
      promise.join().id shouldBe 0
      time.timePasses(5.seconds)
      promise.join().closed.isDone shouldBe false
      connection.close(0, "test", byPeer = true)
      allZero(fixture.shared)
    }

    "say what the transport says when it cannot connect" in {
      val fixture = new Fixture
      val promise = fixture.dialing()
      fixture.transport.dialed.completeExceptionally(new IllegalStateException("no route"))
      failure(promise).getMessage shouldBe "no route"
    }

    "give up after its time, whether connected or not" in {
      val unconnected = new Fixture
      val first = unconnected.dialing()
      time.timePasses(2.seconds)
      failure(first).getMessage should include("not connected")
      eventually(unconnected.transport.dialed.isCancelled shouldBe true)

      val connected = new Fixture
      val second = connected.dialing()
      val connection = connected.connect()
      eventually(connected.shared.gauges.level(Gauges.CONNECTIONS).value shouldBe 1)
      time.timePasses(2.seconds)
      failure(second).getMessage should include("not answered")
      connection.next[TransportCommand.GoAway]
      connection.next[TransportCommand.CloseConnection]
      connection.close(0, "test", byPeer = false)
      allZero(connected.shared)
    }

    "give each version of HTTP the time to connect, and no more than the call has" in {
      Seq(
        (JavaDuration.ofSeconds(30), JavaDuration.ofSeconds(7)),
        (JavaDuration.ofSeconds(3), JavaDuration.ofSeconds(3))
      ).foreach { case (ofCall, ofVersion) =>
        val fixture = new Fixture(parts("dialer.connect-timeout" -> "7 s"))
        fixture.dial(timeout = ofCall, versions = Both)
        eventually(fixture.transport.dials.get shouldBe 1)
        fixture.transport.dialOptions.get.timeout shouldBe ofVersion
        fixture.transport.dialOptions.get.version shouldBe HttpVersion.HTTP_3
        // Its head start does not shorten the time of the second.
        time.timePasses(250.millis)
        eventually(fixture.transport.dials.get shouldBe 2)
        fixture.transport.dialOptions.get.timeout shouldBe ofVersion
        fixture.transport.dialOptions.get.version shouldBe HttpVersion.HTTP_2
      }
    }

    "begin HTTP/2 at once when HTTP/3 has failed" in {
      val fixture = new Fixture
      fixture.transport.dialed.completeExceptionally(new DialException("no QUIC", null))
      fixture.transport.dialedNext = Some(new CompletableFuture)
      fixture.dial(versions = Both)
      eventually(fixture.transport.dials.get shouldBe 2)
      fixture.transport.dialOptions.get.version shouldBe HttpVersion.HTTP_2
    }

    "try both at once with a server that HTTP/3 did not get through to, until it does" in {
      val fixture = new Fixture
      val tcp = new FakeConnection(kit) {
        override def facts: ConnectionFacts = overTcp
      }
      fixture.transport.dialedNext = Some(CompletableFuture.completedFuture(tcp))
      fixture.dial(versions = Both)
      eventually(fixture.transport.dials.get shouldBe 1)
      time.timePasses(250.millis)
      awaitLevel(fixture.shared, Gauges.HTTP3_FAILURES, 1)
      // The one that lost is given up.
      eventually(fixture.transport.dialed.isCancelled shouldBe true)
      tcp.close(0, "test", byPeer = true)

      // No time passes.
      fixture.transport.dialed = new CompletableFuture
      fixture.transport.dialedNext = Some(new CompletableFuture)
      fixture.transport.dials.set(0)
      fixture.dial(versions = Both)
      eventually(fixture.transport.dials.get shouldBe 2)

      val quic = new FakeConnection(kit)
      fixture.transport.dialed.complete(quic)
      awaitLevel(fixture.shared, Gauges.HTTP3_FAILURES, 0)
      quic.close(0, "test", byPeer = true)
      fixture.transport.dialed = new CompletableFuture
      fixture.transport.dials.set(0)
      fixture.dial(versions = Both)
      eventually(fixture.transport.dials.get shouldBe 1)
      time.timePasses(249.millis)
      fixture.transport.dials.get shouldBe 1
    }

    "leave HTTP/2 out for a session that needs unreliable transport, and say so" in {
      val fixture = new Fixture
      val request = Requests
        .dial(timeout = JavaDuration.ofSeconds(2))
        .withConnection(true, StreamCounts.UNKNOWN)
      val promise = fixture.dial(request.withVersions(Both))
      eventually(fixture.transport.dials.get shouldBe 1)
      time.timePasses(1.second)
      fixture.transport.dials.get shouldBe 1
      fixture.transport.dialOptions.get.version shouldBe HttpVersion.HTTP_3
      fixture.transport.dialed.completeExceptionally(new DialException("no QUIC", null))
      failure(promise).getMessage shouldBe
        "no QUIC; HTTP/2 was not tried, as unreliable transport is required"
      val useless = fixture.dial(request.withVersions(util.Set.of(HttpVersion.HTTP_2)))
      failure(useless).getMessage shouldBe "the connection has only reliable transport"
      fixture.transport.dials.get shouldBe 1
    }

    "end in time whichever phase hangs, say which, and leave nothing" in {
      phases.foreach { case (phase, (limit, hang, words)) =>
        withClue(phase + ": ") {
          val fixture = new Fixture(
            parts(
              "dialer.connect-timeout" -> "3 s",
              "dialer.answer-timeout" -> "5 s",
              "connection.settings-timeout" -> "4 s"
            )
          )
          val promise = fixture.dial(timeout = JavaDuration.ofMinutes(1))
          eventually(fixture.transport.dials.get shouldBe 1)
          val connection = hang(fixture)
          time.timePasses(limit - 1.milli)
          promise.isDone shouldBe false
          time.timePasses(1.milli)
          failure(promise).getMessage should include(words)
          failure(promise).getMessage.linesIterator.size shouldBe 1
          connection.foreach { open =>
            closing(open)
            open.close(0, "test", byPeer = false)
          }
          allZero(fixture.shared)
        }
      }
    }

    "end when its own time is over, whichever phase hangs" in {
      val forEver = phases.map { case (phase, (_, hang, _)) => phase -> hang } +
        ("the transport" -> ((_: Fixture) => None))
      forEver.foreach { case (phase, hang) =>
        withClue(phase + ": ") {
          val fixture = new Fixture
          val promise = fixture.dial(timeout = JavaDuration.ofSeconds(2))
          eventually(fixture.transport.dials.get shouldBe 1)
          val connection = hang(fixture)
          time.timePasses(2.seconds)
          failure(promise).getMessage should include(
            "no session with localhost:4433 within 2000 ms"
          )
          connection match {
            case None => eventually(fixture.transport.dialed.isCancelled shouldBe true)
            case Some(open) =>
              closing(open)
              open.close(0, "test", byPeer = false)
          }
          allZero(fixture.shared)
        }
      }
    }

    "say what one version of HTTP came to while the other is still awaited" in {
      val fixture = new Fixture
      fixture.transport.dialed.completeExceptionally(new DialException("no certificate", null))
      fixture.transport.dialedNext = Some(new CompletableFuture)
      val promise = new CompletableFuture[SessionHandle]
      fixture.actor ! new DialerActor.Dial(
        Requests
          .dial(timeout = JavaDuration.ofSeconds(2))
          .withVersions(util.Set.of(HttpVersion.HTTP_3, HttpVersion.HTTP_2)),
        fixture.transport,
        promise
      )
      eventually(fixture.transport.dials.get shouldBe 2)
      time.timePasses(2.seconds)
      failure(promise).getMessage should include("(not connected; no certificate)")
      allZero(fixture.shared)
    }

    "give the connection up when nobody wants it any more" in {
      val fixture = new Fixture
      val promise = fixture.dialing()
      promise.cancel(false)
      eventually(fixture.transport.dialed.isCancelled shouldBe true)
      allZero(fixture.shared)
    }

    "give it up too when it comes before the news that its caller has gone" in {
      val fixture = new Fixture
      val connection = fixture.connect()
      fixture.transport.dialed = CompletableFuture.completedFuture(connection)
      val promise = new CompletableFuture[SessionHandle]
      promise.cancel(false)
      fixture.actor ! new DialerActor.Dial(Requests.dial(), fixture.transport, promise)
      eventually(connection.discarded.isDone shouldBe true)
      connection.discarded.join() shouldBe Http3ErrorCode.H3_NO_ERROR
    }

    "refuse one connection too many" in {
      val fixture = new Fixture(parts("dialer.max-connections" -> 1))
      fixture.dialing()
      failure(fixture.dial()).getMessage should include("ahti.dialer.max-connections")
    }

    "shut everything down when it is told to stop" in {
      val fixture = new Fixture
      val promise = fixture.dialing()
      val connection = fixture.connect()
      eventually(fixture.shared.gauges.level(Gauges.CONNECTIONS).value shouldBe 1)
      fixture.actor ! DialerActor.Stop.INSTANCE
      failure(promise)
      connection.next[TransportCommand.GoAway]
      connection.next[TransportCommand.CloseConnection]
      connection.close(0, "test", byPeer = false)
      stopped(fixture.actor)
      allZero(fixture.shared)
    }

    "stop at once while it dials, and give that up" in {
      val fixture = new Fixture
      val promise = fixture.dialing()
      fixture.actor ! DialerActor.Stop.INSTANCE
      stopped(fixture.actor)
      failure(promise)
      eventually(fixture.transport.dialed.isCancelled shouldBe true)
    }
  }
  "A call that names a pool" should {
    "wait for the connection that is being opened, and share it" in {
      val fixture = new Fixture
      val first = fixture.dial(Some(""))
      val second = fixture.dial(Some(""))
      eventually(fixture.transport.dials.get shouldBe 1)
      val connection = fixture.connect(Draft.D07, 16)
      begin(connection, 0)
      begin(connection, 4)
      session(first).id shouldBe 0
      session(second).id shouldBe 4
      val third = fixture.dial(Some(""))
      begin(connection, 8)
      session(third).id shouldBe 8
      fixture.transport.dials.get shouldBe 1
      connection.close(0, "test", byPeer = true)
      allZero(fixture.shared)
    }

    "not share with another pool, nor with one that names none" in {
      val fixture = new Fixture
      fixture.dial(Some(""))
      fixture.dial(Some("other"))
      fixture.dial()
      fixture.dial()
      eventually(fixture.transport.dials.get shouldBe 4)
    }

    "have another connection when the server allows no more sessions on the first" in {
      val fixture = new Fixture
      val promises = Seq.fill(3)(fixture.dial(Some("")))
      eventually(fixture.transport.dials.get shouldBe 1)
      val first = fixture.connect(Draft.D07, 2)
      begin(first, 0)
      begin(first, 4)
      eventually(fixture.transport.dials.get shouldBe 2)
      val second = fixture.connect(Draft.D07, 2)
      begin(second, 0)
      promises.foreach(session)
      first.commands.expectNoMessage()
      first.close(0, "test", byPeer = true)
      second.close(0, "test", byPeer = true)
      allZero(fixture.shared)
    }

    "have another connection after the server's GOAWAY" in {
      val fixture = new Fixture
      val first = fixture.dial(Some(""))
      eventually(fixture.transport.dials.get shouldBe 1)
      val old = fixture.connect(Draft.D07, 16)
      begin(old, 0)
      session(first)
      old.tell(new TransportEvent.PeerGoAway(4))
      eventually(session(first).draining.isDone shouldBe true)
      val second = fixture.dial(Some(""))
      eventually(fixture.transport.dials.get shouldBe 2)
      val fresh = fixture.connect(Draft.D07, 16)
      begin(fresh, 0)
      session(second)
      old.commands.expectNoMessage()
      old.close(0, "test", byPeer = true)
      fresh.close(0, "test", byPeer = true)
      allZero(fixture.shared)
    }

    "have another connection when the server's GOAWAY leaves its request out" in {
      val fixture = new Fixture
      val first = fixture.dial(Some(""))
      val second = fixture.dial(Some(""))
      eventually(fixture.transport.dials.get shouldBe 1)
      val old = fixture.connect(Draft.D07, 16)
      begin(old, 0)
      start(old, 4)
      session(first)
      old.tell(new TransportEvent.PeerGoAway(4))
      eventually(fixture.transport.dials.get shouldBe 2)
      val fresh = fixture.connect(Draft.D07, 16)
      begin(fresh, 0)
      session(second)
      session(first).closed.isDone shouldBe false
      old.close(0, "test", byPeer = true)
      fresh.close(0, "test", byPeer = true)
      allZero(fixture.shared)
    }

    "have another connection when its request is rejected, and fail where it opened it" in {
      val fixture = new Fixture
      val first = fixture.dial(Some(""))
      val second = fixture.dial(Some(""))
      eventually(fixture.transport.dials.get shouldBe 1)
      val full = fixture.connect(Draft.D07, 16)
      begin(full, 0)
      session(first)
      reject(start(full, 4))
      full.next[TransportCommand.DetachSession].sessionId shouldBe 4
      // Not to the same again, though it has places left.
      eventually(fixture.transport.dials.get shouldBe 2)
      val other = fixture.connect(Draft.D07, 16)
      reject(start(other, 0))
      failure(second).getMessage should include("0x10b")
      fixture.transport.dials.get shouldBe 2
      val third = fixture.dial(Some(""))
      begin(full, 8)
      session(third)
      full.close(0, "test", byPeer = true)
      other.close(0, "test", byPeer = true)
      allZero(fixture.shared)
    }

    "have another connection when the first turns out to be gone" in {
      val fixture = new Fixture
      val first = fixture.dial(Some(""))
      eventually(fixture.transport.dials.get shouldBe 1)
      val old = fixture.connect(Draft.D07, 16)
      begin(old, 0)
      session(first)
      val second = fixture.dial(Some(""))
      old.commands.expectMessageType[TransportCommand.Request].replyTo !
        new TransportCommand.RequestStarted.Failed("the connection is closed")
      eventually(fixture.transport.dials.get shouldBe 2)
      val fresh = fixture.connect(Draft.D07, 16)
      begin(fresh, 0)
      session(second)
      old.close(0, "test", byPeer = true)
      fresh.close(0, "test", byPeer = true)
      allZero(fixture.shared)
    }

    "fail on a connection of its own as any other" in {
      val fixture = new Fixture
      val promise = fixture.dial(Some(""))
      eventually(fixture.transport.dials.get shouldBe 1)
      val connection = fixture.connect(Draft.D07, 16)
      connection.next[TransportCommand.Request].replyTo !
        new TransportCommand.RequestStarted.Failed("no streams")
      failure(promise).getMessage should include("no streams")
      fixture.transport.dials.get shouldBe 1
      connection.close(0, "test", byPeer = true)
      allZero(fixture.shared)
    }

    "leave the connection to the others when its caller gives up" in {
      val fixture = new Fixture
      val first = fixture.dial(Some(""))
      val second = fixture.dial(Some(""))
      eventually(fixture.transport.dials.get shouldBe 1)
      first.cancel(false)
      val connection = fixture.connect(Draft.D07, 16)
      begin(connection, 0)
      session(second)
      session(second).closed.isDone shouldBe false
      connection.close(0, "test", byPeer = true)
      allZero(fixture.shared)
    }

    "wait for no more than one connection may carry" in {
      val fixture = new Fixture(parts("session.max-per-connection" -> 2))
      (1 to 4).foreach(_ => fixture.dial(Some("")))
      eventually(fixture.transport.dials.get shouldBe 2)
    }

    "be refused with certificate hashes" in {
      val hash = new ServerTrust.CertificateHashes(java.util.List.of(ByteString.empty))
      intercept[IllegalArgumentException] {
        Requests.dial(pool = Some(""), trust = hash)
      }.getMessage should include("certificate hashes")
    }
  }
}
