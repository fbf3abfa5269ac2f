package io.netty.handler.ssl;

import io.netty.internal.tcnative.KeyLogCallback;
import io.netty.internal.tcnative.SSLContext;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.NullMarked;

/**
 * What BoringSSL can do and Netty's contexts cannot say. It lives in Netty's package because the
 * address that the binding wants is no public one: that of its own object around the {@code
 * SSL_CTX}. Class path only, like {@link io.netty.handler.codec.quic.QuicAccess}.
 */
@NullMarked
public final class SslAccess {
  private SslAccess() {}

  /**
   * Has a context tell the secrets of all its connections that begin later, on their threads.
   *
   * @return whether it will
   */
  public static boolean keyLog(ReferenceCountedOpenSslContext context, KeyLogCallback to) {
    Lock lock = context.ctxLock.writeLock();
    lock.lock();
    try {
      return SSLContext.setKeyLogCallback(context.ctx, to);
    } finally {
      lock.unlock();
    }
  }
}
