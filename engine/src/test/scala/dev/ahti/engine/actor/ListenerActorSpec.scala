package dev.ahti.engine.actor

import java.util.concurrent.CompletableFuture
import java.util.concurrent.CompletionException

import scala.concurrent.duration._

import dev.ahti.engine.error.Http3ErrorCode
import dev.ahti.engine.gauge.Gauges
import dev.ahti.engine.dialect.Draft
import dev.ahti.engine.dialect.HttpVersion
import dev.ahti.engine.spi.ServerCredentials
import dev.ahti.engine.testkit.TestCredentials
import dev.ahti.engine.spi.TransportCommand
import dev.ahti.engine.spi.TransportEvent
import dev.ahti.engine.wire.Capsule
import dev.ahti.engine.wire.Fields
import org.apache.pekko.Done
import org.apache.pekko.actor.testkit.typed.scaladsl.FishingOutcomes
import org.apache.pekko.actor.typed.ActorRef
import org.apache.pekko.actor.typed.Behavior
import org.apache.pekko.actor.typed.DispatcherSelector
import org.apache.pekko.actor.typed.PostStop
import org.apache.pekko.actor.typed.scaladsl.Behaviors

final class ListenerActorSpec extends ActorSpec {
  private val router: SessionRouter = _ => new Routing.Accept(_ => (), Fields.empty)

  private def drain(within: FiniteDuration) =
    new DrainRequest(java.time.Duration.ofNanos(within.toNanos), 7, "moved")

  private def create(
      shared: EngineParts,
      transport: FakeTransport,
      promise: CompletableFuture[ListenerHandle],
      end: CompletableFuture[Done] = new CompletableFuture[Done]
  ) = ListenerActor.create(shared, Requests.listen(router), transport, promise, end)

  /** What the guardian does once its listener is gone. */
  private def tellsEnd(
      listener: ActorRef[ListenerActor.Command],
      end: CompletableFuture[Done]
  ): Behavior[String] =
    Behaviors.setup { context =>
      context.watchWith(listener, "gone")
      Behaviors.receiveMessage { _ =>
        end.complete(Done)
        Behaviors.stopped
      }
    }

  private class Fixture(val shared: EngineParts = parts()) {
    val transport = new FakeTransport
    val listener = new FakeListener
    val promise = new CompletableFuture[ListenerHandle]
    private val end = new CompletableFuture[Done]
    val actor: ActorRef[ListenerActor.Command] =
      kit.spawn(create(shared, transport, promise, end))
    kit.spawn(tellsEnd(actor, end))

    def bind(): ListenerHandle = {
      transport.bound.complete(listener)
      eventually(promise.isDone shouldBe true)
      promise.join()
    }

    def arrive(): FakeConnection = {
      val connection = new FakeConnection(kit)
      transport.arrivals.get.accept(connection)
      connection
    }

    def connections: Long = shared.gauges.level(Gauges.CONNECTIONS).value
  }

  "A listener" should {
    "hand replaced certificates to the transport" in {
      val fixture = new Fixture
      val handle = fixture.bind()
      val replaced = ServerCredentials.of(TestCredentials.credentials)
      handle.replaceCredentials(replaced)
      fixture.listener.replaced shouldBe Some(replaced)
    }

    "handle every command" in
      handlesEveryCommand(
        classOf[ListenerActor.Command],
        ListenerActor.Stop.INSTANCE,
        new ListenerActor.Drain(drain(1.second)),
        new ListenerActor.Accompany(
          "companion",
          Behaviors.empty[String],
          DispatcherSelector.defaultDispatcher()
        )
      ) { () =>
        create(parts(), new FakeTransport, new CompletableFuture[ListenerHandle])
      }

    "have an actor beside it as long as it lives" in {
      val fixture = new Fixture
      val handle = fixture.bind()
      val companion = kit.createTestProbe[String]()
      val over = kit.createTestProbe[String]()
      handle.accompany(
        "companion",
        Behaviors.setup[String] { context =>
          companion.ref ! context.self.path.toStringWithoutAddress
          Behaviors.receiveSignal { case (_, PostStop) =>
            over.ref ! "over"
            Behaviors.same
          }
        },
        DispatcherSelector.blocking()
      )
      companion.receiveMessage() shouldBe
        s"${fixture.actor.path.toStringWithoutAddress}/companion"
      val done = handle.stop()
      over.expectMessage("over")
      eventually(done.isDone shouldBe true)
      handle.accompany("late", Behaviors.empty[String], DispatcherSelector.defaultDispatcher())
    }

    "say where it listens once it is bound" in {
      val fixture = new Fixture
      fixture.promise.isDone shouldBe false
      fixture.bind().address.getPort shouldBe 4433
      fixture.transport.listenOptions.get.settings
        .get(HttpVersion.HTTP_3)
        .containsKey(0x2c7cf000L) shouldBe true
    }

    "fail and stop when the address cannot be bound" in {
      val fixture = new Fixture
      fixture.transport.bound.completeExceptionally(new IllegalStateException("in use"))
      stopped(fixture.actor)
      intercept[CompletionException](fixture.promise.join()).getMessage should include("in use")
    }

    "refuse connections beyond its limit, and take them again when there is room" in {
      val fixture = new Fixture(parts("listener.max-connections" -> 1))
      fixture.bind()
      val first = fixture.arrive()
      val second = fixture.arrive()
      eventually(second.discarded.isDone shouldBe true)
      second.discarded.join() shouldBe Http3ErrorCode.H3_EXCESSIVE_LOAD
      awaitCount(fixture.shared, Gauges.CONNECTIONS_REFUSED, 1)
      first.close(0, "test", byPeer = true)
      eventually(fixture.connections shouldBe 0)
      eventually {
        val third = fixture.arrive()
        fixture.connections shouldBe 1
        third.discarded.isDone shouldBe false
      }
    }

    "shut its connections down before it frees the address" in {
      val fixture = new Fixture
      val handle = fixture.bind()
      val connection = fixture.arrive()
      eventually(fixture.connections shouldBe 1)
      val done = handle.stop()
      connection.commands.expectMessageType[TransportCommand.GoAway]
      connection.commands.expectMessageType[TransportCommand.CloseConnection]
      fixture.listener.closed.isDone shouldBe false
      val late = fixture.arrive()
      eventually(late.discarded.isDone shouldBe true)
      late.discarded.join() shouldBe Http3ErrorCode.H3_NO_ERROR
      connection.close(0, "test", byPeer = false)
      stopped(fixture.actor)
      fixture.listener.closed.isDone shouldBe true
      eventually(done.isDone shouldBe true)
      handle.stop().isDone shouldBe true
      allZero(fixture.shared)
    }

    "drain its connections, refuse others, and free the address behind the last one" in {
      val fixture = new Fixture
      val handle = fixture.bind()
      val connection = fixture.arrive()
      eventually(fixture.connections shouldBe 1)
      connection.tell(new TransportEvent.PeerSettings(Requests.clientSettings(Draft.D16)))
      connection.tell(
        new TransportEvent.RequestReceived(
          0,
          Requests.connect(Draft.D16, "/"),
          new FakePort(0, loop = connection.loop)
        )
      )
      connection.commands.expectMessageType[TransportCommand.AttachSession]
      val done = handle.drain(drain(10.seconds))
      connection.commands.fishForMessage(3.seconds) {
        case _: TransportCommand.GoAway => FishingOutcomes.complete
        case _ => FishingOutcomes.continue
      }
      val late = fixture.arrive()
      eventually(late.discarded.isDone shouldBe true)
      late.discarded.join() shouldBe Http3ErrorCode.H3_NO_ERROR
      handle.drain(drain(1.second)).isDone shouldBe false
      time.timePasses(5.seconds)
      fixture.listener.closed.isDone shouldBe false
      connection.close(0, "test", byPeer = true)
      stopped(fixture.actor)
      eventually(done.isDone shouldBe true)
      fixture.shared.gauges.counter(Gauges.LISTENER_DRAINS_CUT).value shouldBe 0
      allZero(fixture.shared)
    }

    "close what is left after the time to drain, and count that" in {
      val fixture = new Fixture
      val handle = fixture.bind()
      val connection = fixture.arrive()
      eventually(fixture.connections shouldBe 1)
      connection.tell(new TransportEvent.PeerSettings(Requests.clientSettings(Draft.D16)))
      val connect = new FakePort(0, loop = connection.loop)
      connection.tell(
        new TransportEvent.RequestReceived(0, Requests.connect(Draft.D16, "/"), connect)
      )
      connection.commands.expectMessageType[TransportCommand.AttachSession].replyTo !
        new TransportCommand.SessionAttached(new FakeDatagrams(connection.loop))
      val done = handle.drain(drain(10.seconds))
      eventually(connect.bytes shouldBe new Capsule.DrainSession().encode)
      time.timePasses(10.seconds)
      eventually(
        connect.bytes shouldBe
          new Capsule.DrainSession().encode.concat(new Capsule.CloseSession(7, "moved").encode)
      )
      awaitCount(fixture.shared, Gauges.LISTENER_DRAINS_CUT, 1)
      connection.close(0, "test", byPeer = true)
      stopped(fixture.actor)
      eventually(done.isDone shouldBe true)
      allZero(fixture.shared)
    }

    "stop at once when it is drained for no time" in {
      val fixture = new Fixture
      val handle = fixture.bind()
      val connection = fixture.arrive()
      eventually(fixture.connections shouldBe 1)
      handle.drain(drain(Duration.Zero))
      connection.commands.expectMessageType[TransportCommand.GoAway]
      connection.commands.expectMessageType[TransportCommand.CloseConnection]
      connection.close(0, "test", byPeer = true)
      stopped(fixture.actor)
    }

    "free an address that is bound after it was told to stop" in {
      val fixture = new Fixture
      fixture.actor ! ListenerActor.Stop.INSTANCE
      fixture.transport.bound.complete(fixture.listener)
      stopped(fixture.actor)
      fixture.listener.closed.isDone shouldBe true
    }

    "free its address when it is stopped from outside" in {
      val fixture = new Fixture
      val handle = fixture.bind()
      kit.stop(fixture.actor)
      fixture.listener.closed.isDone shouldBe true
      // Whoever waits for a name that is free is told by a watch, a moment later.
      eventually(handle.stop().isDone shouldBe true)
    }
  }
}
