package dev.ahti.engine.actor

import java.util.Optional
import java.util.concurrent.CompletableFuture

import dev.ahti.engine.dialect.HttpVersion
import dev.ahti.engine.spi.ConnectionFacts
import dev.ahti.engine.spi.KeyingMaterial
import org.apache.pekko.util.ByteString

/** What a session derives from its connection's TLS exporter; the exporter here only echoes. */
class SessionExporterSpec extends SessionSpec {
  private val echo: KeyingMaterial =
    (label, context, length) => (ByteString(label) ++ context).take(length)

  private def open(material: Optional[KeyingMaterial]): (Fixture, SessionHandle) = {
    val handle = new CompletableFuture[SessionHandle]
    val facts = new ConnectionFacts(
      java.util.List.of(),
      Optional.empty(),
      material,
      HttpVersion.HTTP_3,
      true,
      true
    )
    val session = new Fixture(opening = accepting(handle.complete(_)), facts = facts)
    session.attached()
    eventually(handle.isDone shouldBe true)
    (session, handle.join())
  }

  "Exporting keying material" should {
    "bind label and context to the session" in {
      val (_, session) = open(Optional.of(echo))
      val exported = session.exportKeyingMaterial(ByteString("test"), ByteString(1, 2), 100).join()
      exported shouldBe
        ByteString("EXPORTER-WebTransport") ++
        ByteString(0, 0, 0, 0, 0, 0, 0, 0, 4) ++ ByteString("test") ++ ByteString(2, 1, 2)
    }

    "fail when it was not asked for" in {
      val (_, session) = open(Optional.empty())
      failure(session.exportKeyingMaterial(ByteString.empty, ByteString.empty, 1)).getMessage should
        include("not asked for")
    }

    "fail when the session has ended" in {
      val (_, session) = open(Optional.of(echo))
      session.close(0, "")
      eventually(session.closed().isDone shouldBe true)
      failure(session.exportKeyingMaterial(ByteString.empty, ByteString.empty, 1)).getMessage should
        include("ended")
    }

    "fail when the connection has wiped its secret" in {
      val wiped: KeyingMaterial = (_, _, _) => throw new IllegalStateException("wiped")
      val (_, session) = open(Optional.of(wiped))
      failure(
        session.exportKeyingMaterial(ByteString.empty, ByteString.empty, 1)
      ).getMessage shouldBe "wiped"
    }

    "refuse a length that TLS cannot give" in {
      val (_, session) = open(Optional.of(echo))
      for (length <- Seq(-1, 0, KeyingMaterial.MAX_LENGTH + 1)) {
        val refused = intercept[IllegalArgumentException](
          session.exportKeyingMaterial(ByteString.empty, ByteString.empty, length)
        )
        refused.getMessage should startWith(s"length: $length")
      }
    }
  }
}
