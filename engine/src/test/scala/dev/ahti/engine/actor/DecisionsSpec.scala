package dev.ahti.engine.actor

import java.util.Optional
import java.util.concurrent.CompletableFuture

import scala.concurrent.duration._

import dev.ahti.engine.dialect.Draft
import dev.ahti.engine.error.Http3ErrorCode
import dev.ahti.engine.gauge.Gauges
import dev.ahti.engine.spi.Inbound
import dev.ahti.engine.spi.TransportCommand
import dev.ahti.engine.spi.WriteEnd
import dev.ahti.engine.wire.Fields
import org.apache.pekko.util.ByteString

/** Routers that decide later. */
final class DecisionsSpec extends ConnectionSpec {

  private val accept = new Routing.Accept(_ => (), Fields.empty.`with`("x-test", "later"))

  /** A connection with one request, for a session, that waits for its decision. */
  private final class Undecided(
      changes: Seq[(String, Any)] = Seq.empty,
      draft: Draft = Draft.D07
  ) {
    val decision = new CompletableFuture[Routing]
    Router.decision = decision
    val server = new Server(parts(changes: _*))
    server.settings(draft)
    val connect: FakePort = server.request(0, Requests.connect(draft, "/later"))
    awaitUndecided(1)

    def awaitUndecided(count: Long): Unit =
      awaitLevel(server.shared, Gauges.REQUESTS_UNDECIDED, count)

    /** Nobody is waited for, and whoever decides knows. */
    def cancelled(): Unit = {
      eventually(decision.isCancelled shouldBe true)
      awaitUndecided(0)
    }

    /** The status of each of the next answers, which come in any order. */
    def answers(count: Int): Map[Long, Int] =
      Iterator
        .fill(count)(server.expect[TransportCommand.Respond])
        .map(answer => answer.id -> answer.fields.get(":status").get.toInt)
        .toMap

    def rejected(id: Long): Long = {
      val rejected = server.expect[TransportCommand.RejectRequest]
      rejected.id shouldBe id
      rejected.code
    }

    def end(): Unit = {
      server.end()
      Router.decision = new CompletableFuture[Routing]
    }
  }

  "A decision that comes later" should {
    "open the session, and not before" in {
      val waits = new Undecided
      waits.server.connection.commands.expectNoMessage(10.millis)
      waits.decision.complete(accept)
      val attach = waits.server.expect[TransportCommand.AttachSession]
      attach.replyTo !
        new TransportCommand.SessionAttached(new FakeDatagrams(waits.server.connection.loop))
      val answer = waits.server.expect[TransportCommand.Respond]
      answer.fields.get("x-test") shouldBe Optional.of("later")
      waits.awaitUndecided(0)
      awaitLevel(waits.server.shared, Gauges.SESSIONS, 1)
      waits.end()
    }

    "refuse with a status, fields and a body" in {
      val waits = new Undecided
      waits.decision.complete(
        new Routing.Answer(401, Fields.empty.`with`("www-authenticate", "x"), ByteString("no"))
      )
      val answer = waits.server.expect[TransportCommand.Respond]
      answer.fields.get(":status") shouldBe Optional.of("401")
      answer.fields.get("www-authenticate") shouldBe Optional.of("x")
      answer.body shouldBe ByteString("no")
      waits.server.refused shouldBe 1
      waits.end()
    }

    "be 500 when it fails, is null, or is to decide later still" in {
      val ends = Seq[CompletableFuture[Routing] => Any](
        _.completeExceptionally(new IllegalStateException("test")),
        _.complete(null),
        _.complete(new Routing.Later(new CompletableFuture[Routing]))
      )
      ends.foreach { ends =>
        val waits = new Undecided
        ends(waits.decision)
        waits.server.status(0) shouldBe 500
        waits.awaitUndecided(0)
        waits.end()
      }
    }

    "answer a plain request" in {
      val waits = new Undecided
      waits.server.request(4, Requests.get("/later"))
      waits.awaitUndecided(2)
      waits.decision.complete(new Routing.Answer(404, Fields.empty, ByteString("nothing")))
      waits.answers(2) shouldBe Map(0L -> 404, 4L -> 404)
      waits.end()
    }
  }

  "Requests that wait for a decision" should {
    "be no more than they may" in {
      val waits = new Undecided(Seq("connection.undecided-requests" -> 1))
      val second = new CompletableFuture[Routing]
      Router.decision = second
      waits.server.request(4, Requests.connect(Draft.D07, "/later"))
      waits.server.status(4) shouldBe 503
      eventually(second.isCancelled shouldBe true)
      waits.decision.isDone shouldBe false
      waits.end()
    }

    "wait no longer than they may" in {
      val waits = new Undecided
      pass(waits.server, 19.seconds)
      waits.decision.isDone shouldBe false
      pass(waits.server, 1.second)
      waits.server.status(0) shouldBe 503
      waits.cancelled()
      awaitCount(waits.server.shared, Gauges.REQUESTS_DECISIONS_OVERDUE, 1)
      waits.end()
    }

    "count as sessions of their connection" in {
      val waits = new Undecided(Seq("session.max-per-connection" -> 1), Draft.D02)
      waits.server.request(4, Requests.connect(Draft.D02, "/echo"))
      waits.server.status(4) shouldBe 429
      waits.decision.complete(new Routing.Refuse(404))
      waits.server.status(0) shouldBe 404
      waits.server.request(8, Requests.connect(Draft.D02, "/echo"))
      waits.server.expect[TransportCommand.AttachSession].sessionId shouldBe 8
      waits.end()
    }

    "give their place of the prefix back when they are refused" in {
      val waits = new Undecided(Seq("listener.admission.sessions" -> 1), Draft.D02)
      waits.server.request(4, Requests.connect(Draft.D02, "/echo"))
      waits.server.status(4) shouldBe 429
      waits.connect.receive(new Inbound.Reset(Http3ErrorCode.H3_REQUEST_CANCELLED))
      waits.rejected(0) shouldBe Http3ErrorCode.H3_REQUEST_CANCELLED
      waits.server.request(8, Requests.connect(Draft.D02, "/echo"))
      waits.server.expect[TransportCommand.AttachSession].sessionId shouldBe 8
      waits.end()
    }

    "read no more than a little of what the client sends ahead" in {
      val waits = new Undecided
      waits.connect.readCredit shouldBe 4096
      waits.connect.receive(ByteString("ahead"))
      waits.connect.readCredit shouldBe 4096
      waits.end()
    }
  }

  "A client that goes away while its request is decided" should {
    "be given up, and the decision cancelled" in {
      val goings = Seq[FakePort => Unit](
        _.receive(new Inbound.Reset(Http3ErrorCode.H3_REQUEST_CANCELLED)),
        _.endWrite(new WriteEnd.Stopped(java.util.OptionalLong.empty))
      )
      goings.foreach { goes =>
        val waits = new Undecided
        goes(waits.connect)
        waits.rejected(0) shouldBe Http3ErrorCode.H3_REQUEST_CANCELLED
        waits.cancelled()
        waits.end()
      }
    }

    "not be taken for one that has said all" in {
      val waits = new Undecided
      val plain = waits.server.request(4, Requests.get("/later"))
      waits.awaitUndecided(2)
      plain.receive(Inbound.Fin.INSTANCE)
      waits.decision.complete(new Routing.Refuse(404))
      waits.answers(2) shouldBe Map(0L -> 404, 4L -> 404)
      waits.end()
    }

    "be given up with its connection" in {
      val waits = new Undecided
      waits.end()
      waits.cancelled()
    }
  }

  "A connection that is drained" should {
    "give up who waits for a session, and answer who has asked for something else" in {
      val waits = new Undecided
      val plain = new CompletableFuture[Routing]
      Router.decision = plain
      val body = waits.server.request(4, Requests.get("/later"))
      waits.awaitUndecided(2)
      waits.server.actor ! ConnectionActor.Drain.INSTANCE
      waits.server.expect[TransportCommand.GoAway]
      waits.rejected(0) shouldBe Http3ErrorCode.H3_REQUEST_REJECTED
      eventually(waits.decision.isCancelled shouldBe true)
      pass(waits.server, 5.seconds)
      plain.complete(new Routing.Answer(200, Fields.empty, ByteString("done")))
      waits.server.status(4) shouldBe 200
      body.finish()
      eventually(body.stoppedWith shouldBe Some(Http3ErrorCode.H3_NO_ERROR))
      waits.server.connection.commands.expectNoMessage(10.millis)
      pass(waits.server, 1.second)
      waits.server.expect[TransportCommand.GoAway]
      waits.server.expect[TransportCommand.CloseConnection]
      waits.end()
    }

    "close when the last that waited has gone away" in {
      val waits = new Undecided
      val plain = new CompletableFuture[Routing]
      Router.decision = plain
      val body = waits.server.request(4, Requests.get("/later"))
      waits.awaitUndecided(2)
      waits.server.actor ! ConnectionActor.Drain.INSTANCE
      waits.server.expect[TransportCommand.GoAway]
      waits.rejected(0) shouldBe Http3ErrorCode.H3_REQUEST_REJECTED
      body.receive(new Inbound.Reset(Http3ErrorCode.H3_REQUEST_CANCELLED))
      waits.rejected(4) shouldBe Http3ErrorCode.H3_REQUEST_CANCELLED
      waits.server.expect[TransportCommand.GoAway]
      waits.server.expect[TransportCommand.CloseConnection]
      waits.end()
    }
  }

  "A connection that is stopped" should {
    "give up all who wait, and tell a plain request that it may have been looked at" in {
      val waits = new Undecided
      val plain = new CompletableFuture[Routing]
      Router.decision = plain
      waits.server.request(4, Requests.get("/later"))
      waits.awaitUndecided(2)
      waits.server.actor ! ConnectionActor.Shutdown.NORMAL
      waits.rejected(0) shouldBe Http3ErrorCode.H3_REQUEST_REJECTED
      waits.rejected(4) shouldBe Http3ErrorCode.H3_REQUEST_CANCELLED
      eventually(plain.isCancelled shouldBe true)
      waits.cancelled()
      waits.server.expect[TransportCommand.GoAway]
      waits.server.expect[TransportCommand.CloseConnection]
      waits.end()
    }
  }
}
