package dev.ahti.webtransport.server;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.bouncycastle.util.IPAddress;

/** Whom certificates are for (RFC 9525): the host names and addresses in them. */
final class CertificateNames {
  private static final int DNS_NAME = 2;
  private static final int IP_ADDRESS = 7;
  private static final String WILDCARD = "*.";

  private CertificateNames() {}

  /** Whether the host of an authority is a name in one of what a server shows. */
  static boolean cover(ServedCertificates.Shown shown, String authority) {
    String host = host(authority);
    return covers(shown.fallback(), host)
        || shown.byHostName().values().stream().anyMatch(one -> covers(one, host));
  }

  private static boolean covers(ServerCertificate certificate, String host) {
    X509Certificate leaf = certificate.chain().get(0);
    Collection<List<?>> names;
    try {
      names = leaf.getSubjectAlternativeNames();
    } catch (CertificateParsingException e) {
      return false;
    }
    return names != null && names.stream().anyMatch(name -> is(name, host));
  }

  /** One name, as Java has it: a kind and a text. */
  private static boolean is(List<?> name, String host) {
    int kind = (Integer) name.get(0);
    if ((kind != DNS_NAME && kind != IP_ADDRESS) || !(name.get(1) instanceof String text)) {
      return false;
    }
    String own = canonical(text);
    if (kind == DNS_NAME && own.startsWith(WILDCARD)) {
      int dot = host.indexOf('.');
      return dot > 0 && !isAddress(host) && host.substring(dot + 1).equals(own.substring(2));
    }
    return own.equals(host);
  }

  /** The host of an authority, in the form that {@link #canonical} gives. */
  static String host(String authority) {
    int end = authority.startsWith("[") ? authority.indexOf(']') + 1 : authority.indexOf(':');
    return canonical(end <= 0 ? authority : authority.substring(0, end));
  }

  /** Names in lower case, addresses in one of their many forms, without brackets. */
  static String canonical(String host) {
    String bare =
        host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    if (!isAddress(bare)) {
      return bare.toLowerCase(Locale.ROOT);
    }
    try {
      return InetAddress.getByName(bare).getHostAddress();
    } catch (UnknownHostException e) {
      return bare;
    }
  }

  private static boolean isAddress(String host) {
    return IPAddress.isValid(host);
  }
}
