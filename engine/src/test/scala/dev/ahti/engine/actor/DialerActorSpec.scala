package dev.ahti.engine.actor

import java.time.Duration
import java.util.concurrent.CompletableFuture
import java.util.concurrent.CompletionException

import scala.concurrent.duration._

import dev.ahti.engine.dialect.Draft
import dev.ahti.engine.error.Http3ErrorCode
import dev.ahti.engine.gauge.Gauges
import dev.ahti.engine.spi.TransportCommand
import dev.ahti.engine.spi.TransportEvent
import org.apache.pekko.actor.typed.ActorRef

final class DialerActorSpec extends ActorSpec {

  private class Fixture(val shared: EngineParts = parts()) {
    val transport = new FakeTransport
    val actor: ActorRef[DialerActor.Command] = kit.spawn(DialerActor.create(shared))

    def dial(): CompletableFuture[SessionHandle] = {
      val promise = new CompletableFuture[SessionHandle]
      actor ! new DialerActor.Dial(
        Requests.dial(timeout = Duration.ofSeconds(2)),
        transport,
        promise
      )
      promise
    }

    def dialing(): CompletableFuture[SessionHandle] = {
      val promise = dial()
      eventually(transport.dialOptions shouldBe defined)
      promise
    }

    def connect(): FakeConnection = {
      val connection = new FakeConnection(kit)
      transport.dialed.complete(connection)
      connection
    }
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
        DialerActor.Stop.INSTANCE
      )(() => DialerActor.create(parts()))

    "open a connection and a session on it" in {
      val fixture = new Fixture
      val promise = fixture.dialing()
      fixture.transport.dialOptions.get.host shouldBe "localhost"
      val connection = fixture.connect()
      connection.tell(new TransportEvent.PeerSettings(Requests.serverSettings(Draft.D16)))
      connection.commands.expectMessageType[TransportCommand.Request].replyTo !
        new TransportCommand.RequestStarted.Started(0, new FakePort(0, local = true))
      connection.commands.expectMessageType[TransportCommand.AttachSession].replyTo !
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
      val late = unconnected.connect()
      eventually(late.discarded.isDone shouldBe true)

      val connected = new Fixture
      val second = connected.dialing()
      val connection = connected.connect()
      eventually(connected.shared.gauges.level(Gauges.CONNECTIONS).value shouldBe 1)
      time.timePasses(2.seconds)
      failure(second).getMessage should include("not answered")
      connection.commands.expectMessageType[TransportCommand.GoAway]
      connection.commands.expectMessageType[TransportCommand.CloseConnection]
      connection.close(0, "test", byPeer = false)
      allZero(connected.shared)
    }

    "give the connection up when nobody wants it any more" in {
      val fixture = new Fixture
      val promise = fixture.dialing()
      promise.cancel(false)
      val connection = fixture.connect()
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
      connection.commands.expectMessageType[TransportCommand.GoAway]
      connection.commands.expectMessageType[TransportCommand.CloseConnection]
      connection.close(0, "test", byPeer = false)
      stopped(fixture.actor)
      allZero(fixture.shared)
    }

    "stop at once while it dials, and let the late connection go" in {
      val fixture = new Fixture
      val promise = fixture.dialing()
      fixture.actor ! DialerActor.Stop.INSTANCE
      stopped(fixture.actor)
      failure(promise)
      val late = fixture.connect()
      eventually(late.discarded.isDone shouldBe true)
    }
  }
}
