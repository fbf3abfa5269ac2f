package dev.ahti.engine.actor

import java.util
import java.util.concurrent.CompletableFuture
import java.util.concurrent.CompletionException

import scala.jdk.CollectionConverters._

import org.apache.pekko.Done
import org.apache.pekko.actor.typed.ActorRef

final class AhtiGuardianSpec extends ActorSpec {
  private val router: SessionRouter = _ => new Routing.Refuse(404)

  private def listen(
      guardian: ActorRef[AhtiGuardian.Command],
      transport: FakeTransport
  ): CompletableFuture[ListenerHandle] = {
    val promise = new CompletableFuture[ListenerHandle]
    guardian ! new AhtiGuardian.Listen(Requests.listen(router), transport, promise)
    promise
  }

  private def stopAll(guardian: ActorRef[AhtiGuardian.Command]): CompletableFuture[Done] = {
    val promise = new CompletableFuture[Done]
    guardian ! new AhtiGuardian.StopAll(promise)
    promise
  }

  private val drain = new DrainRequest(java.time.Duration.ofSeconds(10), 0, "")

  private def list(
      guardian: ActorRef[AhtiGuardian.Command]
  ): util.SortedMap[String, ListenerHandle] = {
    val promise = new CompletableFuture[util.SortedMap[String, ListenerHandle]]
    guardian ! new AhtiGuardian.Listeners(promise)
    eventually(promise.isDone shouldBe true)
    promise.join()
  }

  private def failure(promise: CompletableFuture[_]): Throwable = {
    eventually(promise.isDone shouldBe true)
    intercept[CompletionException](promise.join()).getCause
  }

  "The guardian" should {
    "handle every command" in
      handlesEveryCommand(
        classOf[AhtiGuardian.Command],
        new AhtiGuardian.Listen(
          Requests.listen(router),
          new FakeTransport,
          new CompletableFuture[ListenerHandle]
        ),
        new AhtiGuardian.Dial(
          Requests.dial(),
          new FakeTransport,
          new CompletableFuture[SessionHandle]
        ),
        new AhtiGuardian.Listeners(
          new CompletableFuture[util.SortedMap[String, ListenerHandle]]
        ),
        new AhtiGuardian.ToOwners(new OwnersActor.Forget("key", kit.system.deadLetters[Any])),
        new AhtiGuardian.DrainAll(drain, new CompletableFuture[Done]),
        new AhtiGuardian.StopAll(new CompletableFuture[Done])
      )(() => AhtiGuardian.create(parts()))

    "give a name to one listener at a time" in {
      val guardian = kit.spawn(AhtiGuardian.create(parts()))
      val transport = new FakeTransport
      val first = listen(guardian, transport)
      failure(listen(guardian, new FakeTransport)).getMessage should include("'test'")
      transport.bound.complete(new FakeListener)
      eventually(first.isDone shouldBe true)
      first.join().stop()
      eventually {
        val transport = new FakeTransport
        val again = listen(guardian, transport)
        transport.bound.complete(new FakeListener)
        eventually(again.isDone shouldBe true)
        again.isCompletedExceptionally shouldBe false
      }
    }

    "have a name free before it says that its listener is gone, or failed" in {
      val guardian = kit.spawn(AhtiGuardian.create(parts()))
      val refused = new FakeTransport
      val transport = new FakeTransport
      transport.bound.complete(new FakeListener)
      // What follows is told the guardian by whoever completes the stage, before anything else.
      val second = listen(guardian, refused)
        .handle[CompletableFuture[ListenerHandle]]((_, _) => listen(guardian, transport))
        .thenCompose[ListenerHandle](listening => listening)
      val third = second
        .thenCompose[Done](handle => handle.stop())
        .thenCompose[ListenerHandle](_ => listen(guardian, transport))
      refused.bound.completeExceptionally(new IllegalStateException("in use"))
      eventually(third.isDone shouldBe true)
      third.join().connections shouldBe 0
    }

    "list the listeners that are bound, and no others" in {
      val guardian = kit.spawn(AhtiGuardian.create(parts()))
      val transport = new FakeTransport
      val listening = listen(guardian, transport)
      list(guardian) shouldBe empty
      transport.bound.complete(new FakeListener)
      eventually(listening.isDone shouldBe true)
      list(guardian).asScala shouldBe Map("test" -> listening.join())
      listening.join().stop()
      eventually(list(guardian) shouldBe empty)
      val refused = new FakeTransport
      val failing = listen(guardian, refused)
      refused.bound.completeExceptionally(new IllegalStateException("in use"))
      failure(failing)
      list(guardian) shouldBe empty
    }

    "drain its listeners, start none meanwhile, and leave the dialer alone" in {
      val guardian = kit.spawn(AhtiGuardian.create(parts()))
      val transport = new FakeTransport
      val listening = listen(guardian, transport)
      val dialing = new CompletableFuture[SessionHandle]
      guardian ! new AhtiGuardian.Dial(Requests.dial(), transport, dialing)
      transport.bound.complete(new FakeListener)
      eventually(listening.isDone shouldBe true)
      val drained = new CompletableFuture[Done]
      guardian ! new AhtiGuardian.DrainAll(drain, drained)
      eventually(drained.isDone shouldBe true)
      failure(listen(guardian, new FakeTransport)).getMessage should include("shutting down")
      dialing.isDone shouldBe false
      eventually(stopAll(guardian).isDone shouldBe true)
      failure(dialing)
    }

    "stop every listener and the dialer, and start nothing afterwards" in {
      val guardian = kit.spawn(AhtiGuardian.create(parts()))
      val transport = new FakeTransport
      val listener = new FakeListener
      val listening = listen(guardian, transport)
      val dialing = new CompletableFuture[SessionHandle]
      guardian ! new AhtiGuardian.Dial(Requests.dial(), transport, dialing)
      transport.bound.complete(listener)
      eventually(listening.isDone shouldBe true)
      eventually(transport.dialOptions shouldBe defined)
      val stopped = stopAll(guardian)
      eventually(stopped.isDone shouldBe true)
      listener.closed.isDone shouldBe true
      failure(dialing)
      failure(listen(guardian, new FakeTransport)).getMessage should include("shutting down")
      eventually(stopAll(guardian).isDone shouldBe true)
    }
  }
}
