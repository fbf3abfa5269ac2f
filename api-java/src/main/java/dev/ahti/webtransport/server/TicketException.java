package dev.ahti.webtransport.server;

/**
 * A ticket is not accepted. Its message is the reason's and nothing more: neither the ticket nor
 * what it should have been.
 */
public final class TicketException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Why a ticket is not accepted. */
  public enum Reason {
    /** There is none, or more than one. */
    MISSING("no ticket"),
    /** It is longer than tickets may be. */
    TOO_LONG("a ticket that is too long"),
    /** It is no ticket. */
    MALFORMED("a ticket that cannot be read"),
    /** Nobody who has one of the keys has signed it, or not this. */
    NOT_SIGNED("a ticket with a wrong signature"),
    /** Its time is over. */
    EXPIRED("a ticket whose time is over");

    private final String text;

    Reason(String text) {
      this.text = text;
    }
  }

  private final Reason reason;

  TicketException(Reason reason) {
    super(reason.text, null, false, false);
    this.reason = reason;
  }

  /** Which one. For logs and counts: a client need not know more than that it is refused. */
  public Reason reason() {
    return reason;
  }
}
