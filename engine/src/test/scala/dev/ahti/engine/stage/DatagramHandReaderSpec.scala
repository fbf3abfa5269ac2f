package dev.ahti.engine.stage

import java.nio.ByteBuffer
import java.util.Optional
import java.util.concurrent.CompletableFuture
import java.util.concurrent.CompletionException

import dev.ahti.engine.actor.FakeDatagrams
import dev.ahti.engine.actor.FakeLoop
import dev.ahti.engine.stage.DatagramHandReader.Refusal
import org.apache.pekko.util.ByteString
import org.scalatest.matchers.should.Matchers
import org.scalatest.wordspec.AnyWordSpec

/** Reading datagrams call by call. */
final class DatagramHandReaderSpec extends AnyWordSpec with Matchers {
  private final class Refused(val why: Refusal) extends RuntimeException(why.toString)

  private final class Fixture(skipsEmpty: Boolean = false) {
    val loop = new FakeLoop
    val port = new FakeDatagrams(loop)
    val reader = new DatagramReader(port)

    def unattached(): DatagramHandReader =
      new DatagramHandReader(
        2,
        skipsEmpty,
        why => new Refused(why),
        why => if (why == "clean") null else new RuntimeException(why)
      )
    def attached(): DatagramHandReader = {
      val made = unattached()
      made.attach(reader, loop)
      made
    }
    def receive(texts: String*): Unit = texts.foreach(each => port.deliver(ByteString(each)))
  }

  private def text(read: CompletableFuture[Optional[ByteString]]): String =
    read.join().get.utf8String

  private def failure(read: CompletableFuture[_]): Throwable =
    intercept[CompletionException](read.join()).getCause

  private def refusal(read: CompletableFuture[_]): Refusal = failure(read) match {
    case refused: Refused => refused.why
    case other => fail(other)
  }

  "A reader of datagrams by hand" should {
    "serve calls in order, those before the session is there too, and no more than it may hold" in {
      val fixture = new Fixture
      val reader = fixture.unattached()
      val first = reader.read(null)
      val second = reader.read(null)
      refusal(reader.read(null)) shouldBe Refusal.TOO_MANY
      reader.attach(fixture.reader, fixture.loop)
      fixture.receive("a", "", "c")
      text(first) shouldBe "a"
      text(second) shouldBe ""
      text(reader.read(null)) shouldBe "c"
    }

    "leave a datagram that does not fit, and fill the next buffer with it" in {
      val fixture = new Fixture
      val reader = fixture.attached()
      fixture.receive("hello")
      refusal(reader.read(ByteBuffer.allocate(4))) shouldBe Refusal.BUFFER_TOO_SMALL
      val buffer = ByteBuffer.allocate(5)
      text(reader.read(buffer)) shouldBe "hello"
      new String(buffer.array) shouldBe "hello"
    }

    "skip empty datagrams only where it is told to" in {
      val fixture = new Fixture(skipsEmpty = true)
      val reader = fixture.attached()
      fixture.receive("", "a")
      text(reader.read(null)) shouldBe "a"
    }

    "end cleanly, and stay ended" in {
      val fixture = new Fixture
      val reader = fixture.attached()
      val waiting = reader.read(null)
      fixture.port.close("clean")
      waiting.join() shouldBe Optional.empty
      reader.read(ByteBuffer.allocate(1)).join() shouldBe Optional.empty
    }

    "fail with what the session ended with, or was not established for" in {
      val fixture = new Fixture
      val reader = fixture.attached()
      val waiting = reader.read(null)
      fixture.port.close("cut")
      failure(waiting).getMessage shouldBe "cut"
      failure(reader.read(null)).getMessage shouldBe "cut"
      val never = fixture.unattached()
      val early = never.read(null)
      never.fail(new RuntimeException("refused"))
      failure(early).getMessage shouldBe "refused"
      failure(never.read(null)).getMessage shouldBe "refused"
    }

    "keep others out until it is released, and then fail itself" in {
      val fixture = new Fixture
      val first = fixture.attached()
      refusal(fixture.attached().read(null)) shouldBe Refusal.NOT_THE_READER
      val waiting = first.read(null)
      first.release()
      refusal(waiting) shouldBe Refusal.NOT_THE_READER
      refusal(first.read(null)) shouldBe Refusal.NOT_THE_READER
      fixture.receive("for the next")
      text(fixture.attached().read(null)) shouldBe "for the next"
    }

    "tell the end, and its own, to who only waits for that" in {
      val fixture = new Fixture
      val reader = fixture.attached()
      val closed = reader.closed()
      fixture.receive("a")
      closed.isDone shouldBe false
      text(reader.read(null)) shouldBe "a"
      refusal(fixture.attached().closed()) shouldBe Refusal.NOT_THE_READER
      fixture.port.close("clean")
      closed.join()
      reader.release()
      reader.closed().join()
      val cut = new Fixture
      val failed = cut.attached().closed()
      cut.port.close("cut")
      failure(failed).getMessage shouldBe "cut"
      val other = new Fixture
      val left = other.attached()
      left.release()
      refusal(left.closed()) shouldBe Refusal.NOT_THE_READER
    }

    "end for everybody when it is cancelled, and drop what comes" in {
      val fixture = new Fixture
      val reader = fixture.attached()
      val waiting = reader.read(null)
      val closed = reader.closed()
      reader.cancel().join()
      waiting.join() shouldBe Optional.empty
      closed.join()
      reader.cancel().join()
      fixture.receive("late")
      fixture.port.peek() shouldBe null
      reader.read(null).join() shouldBe Optional.empty
      fixture.attached().read(null).join() shouldBe Optional.empty
      reader.release()
      refusal(reader.cancel()) shouldBe Refusal.NOT_THE_READER
    }

    "cancel once the session is there, and not what somebody else reads" in {
      val fixture = new Fixture
      val early = fixture.unattached()
      val cancelled = early.cancel()
      cancelled.isDone shouldBe false
      fixture.receive("a")
      early.attach(fixture.reader, fixture.loop)
      cancelled.join()
      early.read(null).join() shouldBe Optional.empty
      val other = new Fixture
      val holder = other.attached()
      refusal(other.attached().cancel()) shouldBe Refusal.NOT_THE_READER
      other.receive("still read")
      text(holder.read(null)) shouldBe "still read"
      val never = other.unattached()
      val given = never.cancel()
      never.fail(new RuntimeException("refused"))
      failure(given).getMessage shouldBe "refused"
      val cut = new Fixture
      cut.port.close("cut")
      failure(cut.attached().cancel()).getMessage shouldBe "cut"
    }

    "not hold what it was given after it was released" in {
      val fixture = new Fixture
      val left = fixture.unattached()
      left.release()
      left.attach(fixture.reader, fixture.loop)
      fixture.receive("a")
      text(fixture.attached().read(null)) shouldBe "a"
    }
  }
}
