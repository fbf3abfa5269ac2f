package dev.ahti.engine.actor

import dev.ahti.engine.gauge.Gauges
import dev.ahti.engine.spi.PortStats
import org.apache.pekko.actor.typed.ActorRef
import org.apache.pekko.util.ByteString

import java.util.concurrent.CompletableFuture

final class GroupActorSpec extends ActorSpec {
  private val groups = parts().gauges.level(Gauges.SEND_GROUPS)

  private def spawn(): ActorRef[GroupActor.Command] =
    kit.spawn(GroupActor.create(groups, new GroupSums))

  private def sums(group: ActorRef[GroupActor.Command]): PortStats = {
    val reply = new CompletableFuture[PortStats]
    group ! new GroupActor.ReadStats(reply)
    reply.get(10, java.util.concurrent.TimeUnit.SECONDS)
  }

  private def written(id: Long, bytes: Int): FakePort = {
    val port = new FakePort(id)
    port.offer(ByteString(new Array[Byte](bytes)))
    port
  }

  "A send group's actor" should {
    "handle every command" in
      handlesEveryCommand(
        classOf[GroupActor.Command],
        new GroupActor.Joined(new FakePort(0)),
        new GroupActor.Left(new FakePort(4), true),
        new GroupActor.ReadStats(new CompletableFuture),
        GroupActor.Unreferenced.INSTANCE
      )(() => GroupActor.create(groups, new GroupSums))

    "add up what its streams wrote, with what ended in it and without what left it" in {
      val group = spawn()
      val (one, other, third) = (written(0, 10), written(4, 200), written(8, 3000))
      Seq(one, other, third).foreach(port => group ! new GroupActor.Joined(port))
      sums(group).bytesWritten shouldBe 3210
      group ! new GroupActor.Left(one, true)
      group ! new GroupActor.Left(third, false)
      sums(group).bytesWritten shouldBe 210
      other.offer(ByteString("more"))
      sums(group).bytesWritten shouldBe 214
      kit.stop(group)
    }

    "stop when nobody holds it and its last stream is gone, not before" in {
      val before = groups.value
      val group = spawn()
      val port = written(0, 1)
      group ! new GroupActor.Joined(port)
      group ! GroupActor.Unreferenced.INSTANCE
      sums(group).bytesWritten shouldBe 1
      group ! new GroupActor.Left(port, true)
      stopped(group)
      eventually(groups.value shouldBe before)
    }
  }
}
