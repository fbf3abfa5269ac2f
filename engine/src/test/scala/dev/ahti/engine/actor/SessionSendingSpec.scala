package dev.ahti.engine.actor

import java.util.concurrent.CompletableFuture

import dev.ahti.engine.gauge.Gauges
import dev.ahti.engine.spi.Inbound
import org.apache.pekko.util.ByteString

final class SessionSendingSpec extends SessionSpec {

  /** A session with two streams that wait to send. */
  private class Waiting extends Open {
    val ports: Seq[FakePort] = Seq(new FakePort(4), new FakePort(8))
    ports.foreach { port =>
      port.holds = true
      incoming(port)
    }
    awaitLevel(shared, Gauges.STREAM_ACTORS, 2)

    /** A round has begun, and each stream was told. */
    def asked(): CompletableFuture[_] = {
      val sent = handle.whenSent()
      eventually(ports.map(_.waitingForSent) shouldBe Seq(1, 1))
      sent
    }
  }

  private def done(sent: CompletableFuture[_]): Unit = eventually(sent.isDone shouldBe true)

  "Who waits until a session has nothing to send" should {
    "wait for each stream and for the datagrams" in {
      val session = new Waiting
      session.handle.newDatagramWriter().offer(ByteString("waits"))
      val sent = session.asked()
      session.ports.foreach(_.sendHeld())
      // Behind what the streams said.
      session.handle.stats()
      session.expect[dev.ahti.engine.spi.TransportCommand.GetStats]
      sent.isDone shouldBe false
      session.datagrams.pump()
      done(sent)
    }

    "not wait when nothing waits" in {
      done(new Open().handle.whenSent())
    }

    "not wait for a stream that is gone before it could say anything" in {
      val session = new Waiting
      val sent = session.asked()
      session.ports.head.sendHeld()
      session.ports(1).finish()
      session.ports(1).receive(Inbound.Fin.INSTANCE)
      done(sent)
    }

    "wait for a round of its own when it comes during another" in {
      val session = new Waiting
      val first = session.asked()
      val second = session.handle.whenSent()
      second should not be first
      session.handle.whenSent() shouldBe second
      session.ports.foreach(_.sendHeld())
      done(first)
      eventually(session.ports.map(_.waitingForSent) shouldBe Seq(1, 1))
      second.isDone shouldBe false
      session.ports.foreach(_.sendHeld())
      done(second)
    }

    "be told at the end of the session, and after it" in {
      val session = new Waiting
      val sent = session.asked()
      val next = session.handle.whenSent()
      session.handle.close(0, "")
      done(sent)
      done(next)
      done(session.handle.whenSent())
    }

    "be told when the connection is lost, and the actor with it" in {
      val session = new Waiting
      val sent = session.asked()
      val next = session.handle.whenSent()
      session.session ! new SessionCommand.ConnectionLost("over")
      done(sent)
      done(next)
    }
  }
}
