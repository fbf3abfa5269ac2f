package dev.ahti.engine.actor

import java.util.concurrent.CompletableFuture
import java.util.concurrent.CompletionException
import java.util.concurrent.ConcurrentLinkedQueue

import scala.jdk.CollectionConverters._

import com.typesafe.config.ConfigFactory
import dev.ahti.engine.error.WebTransportErrorCode.WT_SESSION_GONE
import dev.ahti.engine.spi.Inbound
import dev.ahti.engine.spi.PortObserver
import dev.ahti.engine.spi.WriteEnd
import dev.ahti.engine.stage.StreamHandle
import dev.ahti.engine.testkit.LiveActors
import dev.ahti.engine.wire.Fields
import dev.ahti.engine.wire.StreamKind
import org.apache.pekko.actor.ActorRef
import org.apache.pekko.actor.PoisonPill
import org.apache.pekko.actor.testkit.typed.scaladsl.ActorTestKit
import org.apache.pekko.util.ByteString
import org.scalatest.BeforeAndAfterEach
import org.scalatest.concurrent.Eventually
import org.scalatest.matchers.should.Matchers
import org.scalatest.time.Millis
import org.scalatest.time.Seconds
import org.scalatest.time.Span
import org.scalatest.wordspec.AnyWordSpec

/** Client and server in one actor system, over the transport in memory. */
final class AhtiSpec extends AnyWordSpec with Matchers with BeforeAndAfterEach with Eventually {
  override implicit val patienceConfig: PatienceConfig =
    PatienceConfig(timeout = Span(10, Seconds), interval = Span(10, Millis))

  private var kit: ActorTestKit = _
  private def ahti: Ahti = Ahti.get(kit.system)
  private val accepted = new ConcurrentLinkedQueue[SessionHandle]

  override protected def beforeEach(): Unit = start("on")
  override protected def afterEach(): Unit = {
    val ended = ahti
    kit.shutdownTestKit()
    nothingLeft(ended)
  }

  private def start(loopDispatcher: String): Unit = {
    accepted.clear()
    kit = ActorTestKit(
      ConfigFactory
        .parseString(
          s"ahti.transport = memory, ahti.loop-dispatcher = $loopDispatcher" +
            ", ahti.listener.drain.timeout = 0 s"
        )
        .withFallback(ConfigFactory.load())
    )
  }

  private object Router extends SessionRouter {
    override def route(request: SessionRequest): Routing = request.path match {
      case "/echo" =>
        new Routing.Accept(
          session => {
            accepted.add(session)
            ()
          },
          Fields.empty
        )
      case "/throws" =>
        new Routing.Accept(_ => throw new IllegalStateException("test"), Fields.empty)
      case _ => new Routing.Refuse(request.dialect.missingResourceStatus)
    }
  }

  private def joined[T](future: CompletableFuture[T]): T = {
    eventually(future.isDone shouldBe true)
    future.join()
  }

  private def failure(future: CompletableFuture[_]): SessionFailure = {
    eventually(future.isDone shouldBe true)
    intercept[CompletionException](future.join()).getCause.asInstanceOf[SessionFailure]
  }

  private def listen(): ListenerHandle = joined(ahti.listen(Requests.listen(Router)))

  private def dial(listener: ListenerHandle, path: String = "/echo") =
    ahti.connect(
      new DialRequest(
        "localhost",
        listener.address.getPort,
        "localhost",
        path,
        java.util.Optional.empty[String],
        Fields.empty,
        dev.ahti.engine.spi.ServerTrust.Insecure.INSTANCE,
        dev.ahti.engine.dialect.DialectPolicy.only(dev.ahti.engine.dialect.Draft.D16),
        java.time.Duration.ofSeconds(10)
      )
    )

  private def server(): SessionHandle = eventually {
    val session = accepted.poll()
    session should not be null
    session
  }

  private def actors: Seq[ActorRef] =
    LiveActors.matching(kit.system, "/system/ahti(/.+)?").asScala.toSeq

  private def paths: Seq[String] = actors.map(_.path.toStringWithoutAddress).sorted

  private def nothingLeft(of: Ahti = ahti): Unit =
    eventually(of.gauges.levels.asScala.filter(_._2 != 0) shouldBe empty)

  /** How the halves of a stream end. */
  private def ends(stream: StreamHandle): CompletableFuture[(Inbound, WriteEnd)] = {
    val read = new CompletableFuture[Inbound]
    val write = new CompletableFuture[WriteEnd]
    stream.port.onReadable(() => ())
    stream.port.request(1024)
    stream.port.observe(new PortObserver {
      override def onReadEnd(end: Inbound): Unit = {
        read.complete(end)
        ()
      }
      override def onWriteEnd(end: WriteEnd): Unit = {
        write.complete(end)
        ()
      }
    })
    read.thenCombine(write, (r: Inbound, w: WriteEnd) => (r, w))
  }

  private def opened(session: SessionHandle): StreamHandle =
    joined(session.openStream(StreamKind.BIDIRECTIONAL))

  "Ahti" should {
    "have the actors of the design while a session is open, and none of them afterwards" in {
      val listener = listen()
      val client = joined(dial(listener))
      val peer = server()
      val stream = opened(client)
      stream.port.offer(ByteString("hello"))
      eventually(peer.incomingBidirectional.poll() should not be null)
      val groups = Seq(client.createSendGroup(), peer.createSendGroup())
      ahti.whenStopped(kit.system.deadLetters, "key", () => ())
      ahti.forget(kit.system.deadLetters, "key")
      eventually(paths should contain("/system/ahti/owners"))
      eventually(paths.count(_.contains("/group-")) shouldBe 2)
      paths shouldBe Seq(
        "/system/ahti",
        "/system/ahti/dialer",
        "/system/ahti/dialer/connection-1",
        "/system/ahti/dialer/connection-1/session-0",
        "/system/ahti/dialer/connection-1/session-0/group-1",
        "/system/ahti/dialer/connection-1/session-0/stream-4",
        "/system/ahti/dialer/connection-1/transport",
        "/system/ahti/listener-test",
        "/system/ahti/listener-test/connection-1",
        "/system/ahti/listener-test/connection-1/session-0",
        "/system/ahti/listener-test/connection-1/session-0/group-1",
        "/system/ahti/listener-test/connection-1/session-0/stream-4",
        "/system/ahti/listener-test/connection-1/transport",
        "/system/ahti/owners"
      )
      // Referenced until here: a group that nobody holds gives its actor back.
      groups should have size 2

      client.close(7, "bye")
      joined(peer.closed) shouldBe new SessionEnd(7, "bye", true)
      joined(client.closed) shouldBe new SessionEnd(7, "bye", false)
      eventually(
        paths shouldBe Seq(
          "/system/ahti",
          "/system/ahti/dialer",
          "/system/ahti/listener-test",
          "/system/ahti/owners"
        )
      )
      nothingLeft()
    }

    "list its listeners by name, with where they listen" in {
      val listener = listen()
      val listed = joined(ahti.listeners).asScala
      listed.keySet shouldBe Set("test")
      listed("test").address shouldBe listener.address
      joined(listed("test").stop())
      eventually(joined(ahti.listeners) shouldBe empty)
    }

    "reset the streams at the peer when a session's actor is stopped" in {
      val listener = listen()
      val client = joined(dial(listener))
      val peer = server()
      val stream = opened(client)
      val end = ends(stream)
      stream.port.offer(ByteString("hello"))
      eventually(peer.incomingBidirectional.poll() should not be null)
      actors
        .filter(_.path.name == "session-0")
        .filter(_.path.toString.contains("listener-test"))
        .foreach(_ ! PoisonPill)
      val (read, write) = joined(end)
      read shouldBe new Inbound.Reset(WT_SESSION_GONE)
      write shouldBe a[WriteEnd]
      write should not be WriteEnd.Finished.INSTANCE
      failure(client.closed)
      failure(peer.closed)
      eventually(paths.exists(_.contains("session")) shouldBe false)
    }

    "end a session whose handler throws with the configured code" in {
      val listener = listen()
      val client = joined(dial(listener, "/throws"))
      joined(client.closed) shouldBe
        new SessionEnd(ahti.settings.session.handlerFailureCode, "", true)
      val healthy = joined(dial(listener))
      healthy.closed.isDone shouldBe false
    }

    "fail a refused session with its status" in {
      failure(dial(listen(), "/nothing")).status.getAsInt shouldBe 405
      eventually(paths.exists(_.contains("connection")) shouldBe false)
      nothingLeft()
    }

    "fail to dial where nobody listens, and say where" in {
      val listener = listen()
      joined(listener.stop())
      failure(dial(listener)).getMessage should include(listener.address.getPort.toString)
      nothingLeft()
    }

    "end the sessions with code 0 when their listener stops" in {
      val listener = listen()
      val client = joined(dial(listener))
      server()
      joined(listener.stop())
      joined(client.closed) shouldBe new SessionEnd(0, "", true)
      eventually(paths shouldBe Seq("/system/ahti", "/system/ahti/dialer"))
      nothingLeft()
    }

    "fail its sessions and calls when the actor system goes, after a word to the peers" in {
      val listener = listen()
      val client = joined(dial(listener))
      val peer = server()
      val before = ahti
      kit.shutdownTestKit()
      joined(before.terminated)
      joined(client.closed)
      joined(peer.closed)
      failure(before.connect(Requests.dial()))
      failure(before.listeners)
      before.gauges.levels.asScala.filter(_._2 != 0) shouldBe empty
    }

    "do the same with its actors on the default dispatcher" in {
      kit.shutdownTestKit()
      start("off")
      val listener = listen()
      val client = joined(dial(listener))
      val peer = server()
      val stream = opened(client)
      stream.port.offer(ByteString("hello"))
      stream.port.finish()
      val incoming = eventually {
        val next = peer.incomingBidirectional.poll()
        next should not be null
        next
      }
      val end = ends(incoming)
      incoming.port.finish()
      joined(end) shouldBe ((Inbound.Fin.INSTANCE, WriteEnd.Finished.INSTANCE))
      client.close(1, "done")
      joined(peer.closed) shouldBe new SessionEnd(1, "done", true)
      eventually(paths.exists(_.contains("connection")) shouldBe false)
    }

    "name what is on the class path when the transport is unknown" in {
      kit.shutdownTestKit()
      kit = ActorTestKit(
        ConfigFactory.parseString("ahti.transport = none").withFallback(ConfigFactory.load())
      )
      val failed = ahti.listen(Requests.listen(Router))
      intercept[CompletionException](failed.join()).getCause.getMessage should include("memory")
    }
  }
}
