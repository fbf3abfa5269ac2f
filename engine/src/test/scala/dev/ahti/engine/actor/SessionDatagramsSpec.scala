package dev.ahti.engine.actor

import scala.collection.mutable
import java.time.Duration

import dev.ahti.engine.gauge.GaugeRegistry
import dev.ahti.engine.gauge.Gauges
import dev.ahti.engine.spi.DatagramLimits
import org.apache.pekko.util.ByteString
import org.scalatest.matchers.should.Matchers
import org.scalatest.wordspec.AnyWordSpec

/** When the datagrams of a session end. */
final class SessionDatagramsSpec extends AnyWordSpec with Matchers {

  private final class Fixture {
    val gauges = new GaugeRegistry
    val loop = new FakeLoop
    val transport = new FakeDatagrams(loop, gauges)
    val datagrams = new SessionDatagrams(
      transport,
      new EngineSettings.Datagrams(2, 3, Duration.ofMillis(10), Duration.ofMillis(20), 5)
    )
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
      fixture.woken.clear()
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

    "hold no more bytes than so many of a packet's size would have" in {
      val fixture = new Fixture
      val long = ByteString(new Array[Byte](4000))
      fixture.datagrams.deliver(ByteString("short"))
      fixture.datagrams.deliver(long)
      fixture.datagrams.stats.droppedIncoming shouldBe 0
      fixture.datagrams.deliver(long)
      fixture.datagrams.stats.droppedIncoming shouldBe 2
      fixture.datagrams.poll() shouldBe long
      fixture.datagrams.poll() shouldBe null
    }

    "have the bounds and ages of the settings, until others are set" in {
      val fixture = new Fixture
      val writer = fixture.datagrams.newWriter()
      fixture.datagrams.deliver(ByteString("in"))
      writer.offer(ByteString("out")) shouldBe true
      writer.room shouldBe 2
      fixture.loop.advance(Duration.ofMillis(11))
      fixture.datagrams.poll() shouldBe null
      fixture.datagrams.stats.expiredIncoming shouldBe 1
      fixture.datagrams.stats.expiredOutgoing shouldBe 0
      fixture.datagrams.limitOutgoing(new DatagramLimits(1, 1, 5))
      fixture.datagrams.stats.expiredOutgoing shouldBe 1
      writer.room shouldBe 1
      fixture.gauges.levels.get(Gauges.DATAGRAMS_WAITING_OUTGOING) shouldBe 0
    }

    "tell the writers that are still there of the end" in {
      val fixture = new Fixture
      val stays = fixture.datagrams.newWriter()
      val leaves = fixture.datagrams.newWriter()
      stays.onWritable(() => fixture.woken += s"another sees ${stays.ended}")
      leaves.onWritable(() => fixture.woken += "the one that left")
      leaves.leave()
      fixture.transport.close("connection closed")
      fixture.woken.clear()
      fixture.datagrams.close("over")
      fixture.woken shouldBe Seq("reader sees over", "writer sees over", "another sees over")
      stays.offer(ByteString("late")) shouldBe false
    }

    "end once" in {
      val fixture = new Fixture
      fixture.datagrams.close("first")
      fixture.datagrams.close("second")
      fixture.datagrams.ended shouldBe "first"
      fixture.woken.count(_.endsWith("sees first")) shouldBe 2
    }
  }
}
