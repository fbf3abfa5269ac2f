package dev.ahti.engine.testkit

import java.security.KeyPairGenerator
import java.security.MessageDigest
import java.security.cert.CertificateFactory
import java.security.cert.X509Certificate

import dev.ahti.engine.spi.Credentials
import org.apache.pekko.util.ByteString

/** A certificate to name; the memory transport does no handshake, so the key is just any. */
object TestCredentials {
  private val leaf: X509Certificate = {
    val pem = getClass.getResourceAsStream("/testkit/leaf.pem")
    try
      CertificateFactory.getInstance("X.509").generateCertificate(pem).asInstanceOf[X509Certificate]
    finally pem.close()
  }

  val credentials: Credentials =
    new Credentials(
      KeyPairGenerator.getInstance("EC").generateKeyPair().getPrivate,
      java.util.List.of(leaf)
    )

  val sha256: ByteString =
    ByteString(MessageDigest.getInstance("SHA-256").digest(leaf.getEncoded))
}
