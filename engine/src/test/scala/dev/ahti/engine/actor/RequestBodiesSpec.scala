package dev.ahti.engine.actor

import java.util.concurrent.CompletableFuture

import scala.concurrent.duration._

import dev.ahti.engine.dialect.Draft
import dev.ahti.engine.error.Http3ErrorCode
import dev.ahti.engine.gauge.Gauges
import dev.ahti.engine.spi.Inbound
import dev.ahti.engine.spi.TransportCommand
import dev.ahti.engine.wire.Fields
import org.apache.pekko.util.ByteString

/** Plain requests that are decided when their body is there. */
final class RequestBodiesSpec extends ConnectionSpec {

  /** A connection with one request whose body is awaited; it may have 100 bytes. */
  private final class Reading(changes: (String, Any)*) {
    val decision = new CompletableFuture[Routing]
    val got = new CompletableFuture[ByteString]
    Router.decision = decision
    Router.body = got
    val server = new Server(parts(changes: _*))
    server.settings(Draft.D16)
    val body: FakePort = server.request(0, post)
    awaitLevel(server.shared, Gauges.REQUESTS_UNDECIDED, 1)

    def held(bytes: Long): Unit = awaitLevel(server.shared, Gauges.HTTP_REQUEST_BODY_BYTES, bytes)

    def refused(count: Long): Unit = awaitCount(server.shared, Gauges.HTTP_REFUSED, count)

    def end(): Unit = {
      server.end()
      Router.decision = new CompletableFuture[Routing]
    }
  }

  private def post: Fields = replaced(Requests.get("/body"), ":method", "POST")

  "The body of a request" should {
    "be given whole, and be held until there is an answer" in {
      val reading = new Reading
      reading.body.receive(ByteString("one "))
      reading.held(4)
      reading.body.receive(ByteString("two"))
      reading.held(7)
      reading.got.isDone shouldBe false
      reading.body.receive(Inbound.Fin.INSTANCE)
      eventually(reading.got.isDone shouldBe true)
      reading.got.join() shouldBe ByteString("one two")
      reading.held(7)
      reading.decision.complete(new Routing.Answer(200, Fields.empty, ByteString("done")))
      reading.server.expect[TransportCommand.Respond].body shouldBe ByteString("done")
      reading.held(0)
      reading.end()
    }

    "cost what is counted, however small the pieces that it comes in" in {
      val reading = new Reading
      for (i <- 1 to 100) {
        reading.body.receive(ByteString(i.toByte))
        reading.held(i)
      }
      reading.body.receive(Inbound.Fin.INSTANCE)
      eventually(reading.got.isDone shouldBe true)
      reading.got.join() shouldBe ByteString((1 to 100).map(_.toByte).toArray)
      // Each piece of a rope has objects of its own, of 48 bytes.
      reading.got.join().isCompact shouldBe true
      reading.end()
    }

    "be asked for as it is taken" in {
      val reading = new Reading
      eventually(reading.body.waiting shouldBe true)
      val credit = reading.body.readCredit
      reading.body.receive(ByteString(new Array[Byte](50)))
      reading.held(50)
      eventually(reading.body.readCredit shouldBe credit)
      reading.end()
    }

    "be no longer than it may" in {
      val reading = new Reading
      reading.body.receive(ByteString(new Array[Byte](100)))
      reading.held(100)
      reading.body.receive(ByteString(new Array[Byte](1)))
      reading.server.status(0) shouldBe 413
      reading.refused(1)
      reading.held(0)
      reading.got.isDone shouldBe false
      reading.end()
    }

    "be no longer than the setting, whatever the router allows" in {
      val reading = new Reading("http.request-body" -> 10)
      reading.body.receive(ByteString(new Array[Byte](11)))
      reading.server.status(0) shouldBe 413
      reading.end()
    }

    "find no room where others hold too much" in {
      val reading = new Reading("http.request-bodies" -> 100)
      reading.body.receive(ByteString(new Array[Byte](60)))
      reading.held(60)
      val other = reading.server.request(4, post)
      awaitLevel(reading.server.shared, Gauges.REQUESTS_UNDECIDED, 2)
      other.receive(ByteString(new Array[Byte](41)))
      reading.server.status(4) shouldBe 503
      reading.refused(1)
      reading.held(60)
      reading.end()
    }

    "come in time" in {
      val reading = new Reading
      reading.body.receive(ByteString("some"))
      reading.held(4)
      pass(reading.server, 20.seconds)
      reading.server.status(0) shouldBe 408
      reading.held(0)
      reading.end()
    }

    "leave a decision that is late to be 503, and cancelled" in {
      val reading = new Reading
      reading.body.receive(Inbound.Fin.INSTANCE)
      eventually(reading.got.isDone shouldBe true)
      pass(reading.server, 20.seconds)
      reading.server.status(0) shouldBe 503
      eventually(reading.decision.isCancelled shouldBe true)
      reading.end()
    }

    "be dropped with a client that goes away" in {
      val reading = new Reading
      reading.body.receive(ByteString("some"))
      reading.held(4)
      reading.body.receive(new Inbound.Reset(Http3ErrorCode.H3_REQUEST_CANCELLED))
      reading.server.expect[TransportCommand.RejectRequest].code shouldBe
        Http3ErrorCode.H3_REQUEST_CANCELLED
      reading.held(0)
      reading.end()
    }

    "be dropped with its connection" in {
      val reading = new Reading
      reading.body.receive(ByteString("some"))
      reading.held(4)
      reading.end()
    }
  }
}
