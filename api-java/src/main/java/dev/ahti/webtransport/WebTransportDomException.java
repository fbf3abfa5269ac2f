package dev.ahti.webtransport;

/**
 * What a call fails with where the W3C text names an error: the name as that text spells it.
 *
 * <p>Each of those names is a class of its own, so that it can be caught; the name is for logs and
 * for code that passes errors on. Failures of a stage arrive as the cause of a {@code
 * CompletionException} where stages are chained, as always.
 *
 * @see <a href="https://webidl.spec.whatwg.org/#idl-DOMException-error-names">Web IDL, names of
 *     DOMException</a>
 */
public sealed interface WebTransportDomException
    permits WebTransportAbortException,
        WebTransportError,
        WebTransportInvalidStateException,
        WebTransportNetworkException,
        WebTransportNotSupportedException,
        WebTransportQuotaExceededException,
        WebTransportRangeException,
        WebTransportSyntaxException,
        WebTransportTypeException {

  /** The W3C text's name of the error, such as {@code InvalidStateError}. */
  String name();
}
