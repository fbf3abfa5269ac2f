package dev.ahti.engine.actor

import java.net.InetSocketAddress
import java.security.KeyPairGenerator
import java.time.Duration
import java.util.Optional

import dev.ahti.engine.dialect.ConnectRequest
import dev.ahti.engine.dialect.Dialect
import dev.ahti.engine.dialect.DialectPolicy
import dev.ahti.engine.dialect.Draft
import dev.ahti.engine.dialect.OriginPolicy
import dev.ahti.engine.dialect.ProtocolOffer
import dev.ahti.engine.dialect.SettingsOffer
import dev.ahti.engine.spi.Credentials
import dev.ahti.engine.spi.ServerTrust
import dev.ahti.engine.wire.Fields

/** Requests and settings as a peer of some draft sends them. */
object Requests {

  def dialect(draft: Draft): Dialect = Dialect.of(draft)

  def clientSettings(draft: Draft): java.util.Map[java.lang.Long, java.lang.Long] =
    SettingsOffer.client(DialectPolicy.only(draft), SettingsOffer.Limits.sessions(16))

  def serverSettings(draft: Draft): java.util.Map[java.lang.Long, java.lang.Long] =
    SettingsOffer.server(DialectPolicy.only(draft), SettingsOffer.Limits.sessions(16))

  def connect(draft: Draft, path: String, origin: Option[String] = None): Fields =
    ConnectRequest.request(
      dialect(draft),
      "localhost",
      path,
      origin.fold(Optional.empty[String])(Optional.of[String]),
      ProtocolOffer.NONE,
      Fields.empty
    )

  def get(path: String): Fields =
    Fields.empty
      .`with`(":method", "GET")
      .`with`(":scheme", "https")
      .`with`(":authority", "localhost")
      .`with`(":path", path)

  def status(code: Int): Fields = Fields.empty.`with`(":status", code.toString)

  /** Nothing looks at the certificate before a real transport does. */
  val credentials: Credentials = {
    val certificate = new UnusedCertificate
    new Credentials(
      KeyPairGenerator.getInstance("EC").generateKeyPair().getPrivate,
      java.util.List.of[java.security.cert.X509Certificate](certificate)
    )
  }

  def listen(
      router: SessionRouter,
      name: String = "test",
      origins: OriginPolicy = OriginPolicy.of(java.util.List.of("https://good.example"))
  ): ListenRequest =
    new ListenRequest(
      name,
      new InetSocketAddress("127.0.0.1", 0),
      credentials,
      DialectPolicy.all,
      origins,
      router
    )

  def dial(
      path: String = "/echo",
      timeout: Duration = Duration.ofSeconds(30),
      pool: Option[String] = None,
      trust: ServerTrust = ServerTrust.Insecure.INSTANCE
  ): DialRequest = {
    val request = new DialRequest(
      "localhost",
      4433,
      "localhost:4433",
      path,
      Optional.empty[String],
      Fields.empty,
      trust,
      DialectPolicy.all,
      timeout
    )
    pool.fold(request)(request.withPool)
  }
}
