package dev.ahti.transport.netty.http

import com.typesafe.config.ConfigFactory
import dev.ahti.engine.dialect.{Dialect, Draft}
import dev.ahti.engine.spi.TransportCommand
import dev.ahti.engine.spi.TransportEvent
import org.apache.pekko.actor.testkit.typed.scaladsl.ActorTestKit
import org.apache.pekko.actor.testkit.typed.scaladsl.TestProbe
import org.apache.pekko.actor.typed.ActorRef
import org.scalatest.BeforeAndAfterAll
import org.scalatest.matchers.should.Matchers
import org.scalatest.wordspec.AnyWordSpec

/** The transport actor on a connection that only records what it is asked. */
class TransportActorSpec extends AnyWordSpec with Matchers with BeforeAndAfterAll {
  private val kit = ActorTestKit("transport-actor", ConfigFactory.load("transport-test"))

  override def afterAll(): Unit = kit.shutdownTestKit()

  /** What the connection was asked, in order. */
  private sealed trait Call
  private case class Handled(command: TransportCommand) extends Call
  private case object Abandoned extends Call

  private class Fixture {
    val calls: TestProbe[Call] = kit.createTestProbe[Call]()
    val events: TestProbe[TransportEvent] = kit.createTestProbe[TransportEvent]()
    @volatile var told: Option[ActorRef[TransportEvent]] = None
    @volatile var gone: Runnable = () => ()

    private val driver = new ConnectionDriver {
      override def start(
          actor: org.apache.pekko.actor.typed.ActorRef[TransportEvent],
          onClosed: Runnable
      ): Unit = {
        gone = onClosed
        told = Some(actor)
      }
      override def handle(command: TransportCommand): Unit = calls.ref ! Handled(command)
      override def abandon(): Unit = calls.ref ! Abandoned
    }

    val actor: ActorRef[TransportCommand] = kit.spawn(TransportActor.create(driver, events.ref))

    /** Everything sent before has been dealt with. */
    def settled(): Unit = {
      actor ! TransportCommand.GoAway.INSTANCE
      calls.expectMessage(Handled(TransportCommand.GoAway.INSTANCE))
    }
  }

  "A transport actor" should {

    "start the connection with the one who is told events" in {
      val fixture = new Fixture
      fixture.settled()
      fixture.told shouldBe Some(fixture.events.ref)
    }

    "hand commands on in their order" in {
      val fixture = new Fixture
      val commands = Seq[TransportCommand](
        new TransportCommand.RejectRequest(0, 0x10b),
        new TransportCommand.DetachSession(4, kit.createTestProbe().ref),
        TransportCommand.GoAway.INSTANCE
      )
      commands.foreach(fixture.actor ! _)
      commands.foreach(command => fixture.calls.expectMessage(Handled(command)))
    }

    "close with the first code only, and still answer" in {
      val fixture = new Fixture
      val first = new TransportCommand.CloseConnection(0x100, "first")
      fixture.actor ! first
      fixture.actor ! new TransportCommand.CloseConnection(0x102, "second")
      fixture.calls.expectMessage(Handled(first))
      fixture.settled()
    }

    "stop when the connection is gone, whoever closed it" in {
      val open = new Fixture
      open.settled()
      open.gone.run()
      open.events.expectTerminated(open.actor)

      val closing = new Fixture
      closing.actor ! new TransportCommand.CloseConnection(0x100, "")
      closing.calls.expectMessageType[Handled]
      closing.gone.run()
      closing.events.expectTerminated(closing.actor)
    }

    "close the connection when it is stopped first" in {
      val fixture = new Fixture
      fixture.settled()
      kit.stop(fixture.actor)
      fixture.calls.expectMessage(Abandoned)
    }

    "understand every command" in {
      val probe = kit.createTestProbe[Any]()
      val samples = Seq[TransportCommand](
        new TransportCommand.Request(dev.ahti.engine.wire.Fields.empty(), probe.ref),
        new TransportCommand.Respond(
          0,
          dev.ahti.engine.wire.Fields.empty(),
          org.apache.pekko.util.ByteString.empty,
          true
        ),
        new TransportCommand.RejectRequest(0, 0),
        new TransportCommand.AttachSession(0, Dialect.of(Draft.D16), probe.ref, probe.ref),
        new TransportCommand.DetachSession(0, probe.ref),
        new TransportCommand.OpenStream(
          0,
          dev.ahti.engine.wire.StreamKind.BIDIRECTIONAL,
          probe.ref
        ),
        new TransportCommand.AnticipateStreams(
          0,
          dev.ahti.engine.wire.StreamKind.BIDIRECTIONAL,
          300
        ),
        TransportCommand.GoAway.INSTANCE,
        new TransportCommand.Then(() => ()),
        new TransportCommand.GetStats(probe.ref),
        new TransportCommand.GetLimits(0, probe.ref),
        new TransportCommand.CloseConnection(0, "")
      )
      samples.map(_.getClass).toSet shouldBe
        classOf[TransportCommand].getPermittedSubclasses.toSet
      val fixture = new Fixture
      samples.foreach { sample =>
        fixture.actor ! sample
        fixture.calls.expectMessage(Handled(sample))
      }
    }
  }
}
