package dev.ahti.engine.actor

import scala.collection.mutable

import dev.ahti.engine.gauge.GaugeRegistry
import dev.ahti.engine.gauge.Gauges
import org.apache.pekko.util.ByteString
import org.scalatest.matchers.should.Matchers
import org.scalatest.wordspec.AnyWordSpec

/** When the datagrams of a session end. */
final class SessionDatagramsSpec extends AnyWordSpec with Matchers {

  private final class Fixture {
    val transport = new FakeDatagrams(new FakeLoop)
    val gauges = new GaugeRegistry
    val datagrams = new SessionDatagrams(transport, 2, gauges)
    val woken: mutable.Buffer[String] = mutable.Buffer.empty
    datagrams.onReadable(() => woken += s"reader sees ${datagrams.ended}")
    datagrams.onWritable(() => woken += s"writer sees ${datagrams.ended}")
  }

  "The datagrams of a session" should {
    "outlive the transport until the session has told how it ended" in {
      val fixture = new Fixture
      fixture.transport.close("connection closed")
      fixture.datagrams.ended shouldBe null
      fixture.datagrams.close("the session has ended")
      fixture.datagrams.ended shouldBe "the session has ended"
    }

    "wake both when the session ends, though the transport has ended before" in {
      val fixture = new Fixture
      fixture.transport.close("connection closed")
      fixture.datagrams.close("over")
      fixture.woken shouldBe Seq("reader sees over", "writer sees over")
    }

    "keep as many of those that came as capsules as they may, the newest" in {
      val fixture = new Fixture
      Seq("a", "b", "c").foreach(payload => fixture.datagrams.deliver(ByteString(payload)))
      fixture.gauges.levels.get(Gauges.DATAGRAMS_WAITING) shouldBe 2
      fixture.gauges.snapshot.get(Gauges.DATAGRAMS_RECEIVED) shouldBe 3
      fixture.gauges.snapshot.get(Gauges.DATAGRAMS_DROPPED_INCOMING) shouldBe 1
      fixture.datagrams.stats.droppedIncoming shouldBe 1
      fixture.datagrams.poll() shouldBe ByteString("b")
      fixture.gauges.levels.get(Gauges.DATAGRAMS_WAITING) shouldBe 1
      fixture.datagrams.close("over")
      fixture.gauges.levels.get(Gauges.DATAGRAMS_WAITING) shouldBe 0
      fixture.datagrams.poll() shouldBe null
    }

    "end once" in {
      val fixture = new Fixture
      fixture.datagrams.close("first")
      fixture.datagrams.close("second")
      fixture.datagrams.ended shouldBe "first"
      fixture.woken should have size 2
    }
  }
}
