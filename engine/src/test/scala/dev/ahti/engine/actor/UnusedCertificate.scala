package dev.ahti.engine.actor

import java.math.BigInteger
import java.security.Principal
import java.security.PublicKey
import java.security.cert.X509Certificate
import java.util.Date

/** A certificate that has no contents; a test that looks into it fails. */
final class UnusedCertificate extends X509Certificate {
  private def unused = throw new UnsupportedOperationException("nobody looks into it")

  override def checkValidity(): Unit = unused
  override def checkValidity(date: Date): Unit = unused
  override def getVersion: Int = unused
  override def getSerialNumber: BigInteger = unused
  override def getIssuerDN: Principal = unused
  override def getSubjectDN: Principal = unused
  override def getNotBefore: Date = unused
  override def getNotAfter: Date = unused
  override def getTBSCertificate: Array[Byte] = unused
  override def getSignature: Array[Byte] = unused
  override def getSigAlgName: String = unused
  override def getSigAlgOID: String = unused
  override def getSigAlgParams: Array[Byte] = unused
  override def getIssuerUniqueID: Array[Boolean] = unused
  override def getSubjectUniqueID: Array[Boolean] = unused
  override def getKeyUsage: Array[Boolean] = unused
  override def getBasicConstraints: Int = unused
  override def getEncoded: Array[Byte] = unused
  override def verify(key: PublicKey): Unit = unused
  override def verify(key: PublicKey, provider: String): Unit = unused
  override def toString: String = "UnusedCertificate"
  override def getPublicKey: PublicKey = unused
  override def getCriticalExtensionOIDs: java.util.Set[String] = unused
  override def getNonCriticalExtensionOIDs: java.util.Set[String] = unused
  override def getExtensionValue(oid: String): Array[Byte] = unused
  override def hasUnsupportedCriticalExtension: Boolean = unused
}
