package dev.ahti.webtransport.handler;

/** What the code of a program may throw, and whose fault that is. */
final class Faults {
  private Faults() {}

  /**
   * An error, as actors can fail with: Pekko takes overflown stacks and classes that do not load
   * for the machine's end, and ends the JVM; what throws them here is one session's code.
   */
  private static final class Thrown extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Thrown(Throwable cause) {
      super(cause.toString(), cause, false, false);
    }
  }

  /**
   * Throws on what must not be swallowed: the machine is out of order. Not so an overflown stack.
   */
  static void throwFatal(Throwable failure) {
    if (failure instanceof VirtualMachineError fatal && !(failure instanceof StackOverflowError)) {
      throw fatal;
    }
  }

  /** What an actor is to fail with for what its code threw. */
  static RuntimeException ofActor(Throwable failure) {
    throwFatal(failure);
    if (failure instanceof InterruptedException) {
      Thread.currentThread().interrupt();
    }
    return failure instanceof RuntimeException itself ? itself : new Thrown(failure);
  }

  /** What the code of an actor threw that failed with this. */
  static Throwable thrown(Throwable failure) {
    Throwable cause = failure.getCause();
    return failure instanceof Thrown && cause != null ? cause : failure;
  }
}
