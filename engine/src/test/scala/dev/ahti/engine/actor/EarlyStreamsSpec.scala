package dev.ahti.engine.actor

import scala.concurrent.duration._

import dev.ahti.engine.dialect.Draft
import dev.ahti.engine.error.WebTransportErrorCode._
import dev.ahti.engine.gauge.Gauges
import dev.ahti.engine.spi.Inbound
import dev.ahti.engine.spi.WriteEnd

final class EarlyStreamsSpec extends ConnectionSpec {

  "Early streams" should {
    "be held and given to their session when it comes" in {
      val server = new Server
      server.settings(Draft.D16)
      val early = new FakePort(4)
      server.arrived(early)
      awaitLevel(server.shared, Gauges.EARLY_STREAMS, 1)
      server.open(0, Draft.D16)
      awaitLevel(server.shared, Gauges.INCOMING_STREAMS_WAITING, 1)
      awaitLevel(server.shared, Gauges.EARLY_STREAMS, 0)
      early.stoppedWith shouldBe None
      server.end()
    }

    "be rejected beyond the bound" in {
      val server = new Server(parts("early.streams" -> 2))
      server.settings(Draft.D16)
      val ports = Seq.tabulate(3)(n => new FakePort(4L + 4 * n))
      ports.foreach(server.arrived(_))
      eventually(eventually(ports(2).stoppedWith shouldBe Some(WT_BUFFERED_STREAM_REJECTED)))
      eventually(ports(2).writeEnded shouldBe Some(new WriteEnd.Reset(WT_BUFFERED_STREAM_REJECTED)))
      ports(1).stoppedWith shouldBe None
      awaitCount(server.shared, Gauges.EARLY_STREAMS_REFUSED, 1)
      server.end()
      eventually(ports(1).stoppedWith shouldBe Some(WT_BUFFERED_STREAM_REJECTED))
    }

    "be rejected when their session does not come in time, each at its own" in {
      val server = new Server
      server.settings(Draft.D16)
      val first = new FakePort(4)
      server.arrived(first)
      awaitLevel(server.shared, Gauges.EARLY_STREAMS, 1)
      pass(server, 3.seconds)
      val second = new FakePort(8)
      server.arrived(second)
      awaitLevel(server.shared, Gauges.EARLY_STREAMS, 2)
      pass(server, 2.seconds)
      eventually(eventually(first.stoppedWith shouldBe Some(WT_BUFFERED_STREAM_REJECTED)))
      second.stoppedWith shouldBe None
      awaitLevel(server.shared, Gauges.EARLY_STREAMS, 1)
      pass(server, 3.seconds)
      eventually(eventually(second.stoppedWith shouldBe Some(WT_BUFFERED_STREAM_REJECTED)))
      server.end()
    }

    "be rejected when the request of their session is refused" in {
      val server = new Server
      server.settings(Draft.D16)
      val early = new FakePort(4)
      server.arrived(early)
      server.request(0, Requests.connect(Draft.D16, "/nothing"))
      server.status(0) shouldBe 405
      eventually(eventually(early.stoppedWith shouldBe Some(WT_SESSION_GONE)))
      val late = new FakePort(8)
      server.arrived(late)
      eventually(eventually(late.stoppedWith shouldBe Some(WT_SESSION_GONE)))
      server.end()
    }
  }

  "Late streams" should {
    "be rejected with WT_SESSION_GONE" in {
      val server = new Server
      server.settings(Draft.D16)
      server.open(0, Draft.D16).receive(Inbound.Fin.INSTANCE)
      awaitLevel(server.shared, Gauges.SESSIONS, 0)
      val late = new FakePort(4)
      server.arrived(late)
      eventually(eventually(late.stoppedWith shouldBe Some(WT_SESSION_GONE)))
      server.end()
    }
  }
}
