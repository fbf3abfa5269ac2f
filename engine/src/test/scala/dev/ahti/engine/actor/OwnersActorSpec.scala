package dev.ahti.engine.actor

import dev.ahti.engine.gauge.Gauges
import org.apache.pekko.actor.typed.ActorRef
import org.apache.pekko.actor.typed.scaladsl.Behaviors

final class OwnersActorSpec extends ActorSpec {
  private def owner(): ActorRef[String] =
    kit.spawn(Behaviors.receiveMessage[String](_ => Behaviors.stopped))

  "The watch of owners" should {
    "handle every command" in
      handlesEveryCommand(
        classOf[OwnersActor.Command],
        new OwnersActor.Watch("key", kit.system.deadLetters[Any], () => ()),
        new OwnersActor.Forget("key", kit.system.deadLetters[Any])
      )(() => OwnersActor.create(parts()))

    "run every task of an owner that stops, once, and none that was taken back" in {
      val shared = parts()
      val watched = shared.gauges.level(Gauges.OWNERS_WATCHED)
      val owners = kit.spawn(OwnersActor.create(shared))
      val (first, second) = (owner(), owner())
      val told = kit.createTestProbe[String]()
      for (key <- Seq("a", "b", "c"))
        owners ! new OwnersActor.Watch(key, first, () => told.ref ! key)
      owners ! new OwnersActor.Watch("d", second, () => told.ref ! "d")
      owners ! new OwnersActor.Forget("b", first)
      owners ! new OwnersActor.Forget("nobody's", second)
      eventually(watched.value shouldBe 3)
      first ! "stop"
      told.expectMessage("a")
      told.expectMessage("c")
      told.expectNoMessage()
      watched.value shouldBe 1
      owners ! new OwnersActor.Forget("d", second)
      eventually(watched.value shouldBe 0)
      second ! "stop"
      told.expectNoMessage()
      kit.stop(owners)
    }

    "run a task at once for an owner that has stopped already" in {
      val owners = kit.spawn(OwnersActor.create(parts()))
      val gone = owner()
      gone ! "stop"
      stopped(gone)
      val told = kit.createTestProbe[String]()
      owners ! new OwnersActor.Watch("late", gone, () => told.ref ! "late")
      told.expectMessage("late")
      kit.stop(owners)
    }

    "count nothing any more when it stops" in {
      val shared = parts()
      val watched = shared.gauges.level(Gauges.OWNERS_WATCHED)
      val owners = kit.spawn(OwnersActor.create(shared))
      owners ! new OwnersActor.Watch("a", owner(), () => ())
      eventually(watched.value shouldBe 1)
      kit.stop(owners)
      watched.value shouldBe 0
    }
  }
}
