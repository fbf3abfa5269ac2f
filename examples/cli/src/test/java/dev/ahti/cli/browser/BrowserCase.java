package dev.ahti.cli.browser;

import dev.ahti.webtransport.WebTransport;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The cases that each browser runs. {@code cases.js} holds the page's side of each under its {@link
 * #id()}, {@link CaseHandlers} the server's.
 *
 * <p>Both sides tell in one line what they saw: the page when its case passes, the server when its
 * handler completes the promise that it was given.
 */
enum BrowserCase {
  CONNECT("connects with serverCertificateHashes", "ready", "accepted", CaseHandlers::accept),
  BIDIRECTIONAL_ECHO(
      "gets back what it sends on a bidirectional stream",
      "Hello, Ahti",
      "Hello, Ahti",
      CaseHandlers::echoText),
  UNIDIRECTIONAL_PAIR(
      "is answered on a unidirectional stream for its own",
      "answer to: one way",
      "one way",
      CaseHandlers::answerOneWay),
  SERVER_OPENED(
      "answers a bidirectional stream that the server opens",
      "opened by the server",
      "the page read: opened by the server",
      CaseHandlers::openStream),
  DATAGRAMS(
      "sends datagrams, and receives answers and unasked ones",
      "both ways",
      "datagrams of the page",
      CaseHandlers::datagrams),
  BULK(
      "moves %,d bytes both ways through one stream, with one SHA-256 on both sides",
      null, null, CaseHandlers::echoWithHash),
  PAGE_ABORTS("aborts with code 42, seen as 42", "reset 42", "reset 42", CaseHandlers::tellReset),
  SERVER_RESETS(
      "sees the server's reset with code 43 as 43", "reset 43", "reset me", CaseHandlers::reset),
  PAGE_CANCELS(
      "cancels what it reads, which ends the server's sending",
      "cancelled",
      "stopped",
      CaseHandlers::sendUntilStopped),
  PAGE_CLOSES(
      "closes with a code and a reason, which arrive",
      "4321 näkemiin",
      "4321 näkemiin",
      CaseHandlers::tellClose),
  SERVER_CLOSES(
      "sees the code and the reason with which the server closes",
      "4000 hyvästi",
      "close, please",
      CaseHandlers::close),
  WRONG_HASH(
      "does not connect to a certificate of another hash", "session", null, CaseHandlers::accept),
  TWO_STREAMS("is answered on two streams at once", "first", "accepted", CaseHandlers::echo),
  PROTOCOL(
      "agrees with the server on a protocol, where it offers any",
      null,
      "ahti.v1",
      CaseHandlers::tellProtocol),
  HANDLER(
      "is answered by a handler on streams of both kinds and by datagram",
      "hello, one way, small",
      "hello, one way, small",
      CaseHandlers::handler),
  ACTOR(
      "is answered by an actor on streams of both kinds and by datagram",
      "hello, one way, small",
      "hello, one way, small",
      CaseHandlers::actor),
  DEMO_PAGE(
      "shows the demo page, which connects at once and whose buttons work",
      "the demo page works",
      "7 seen enough",
      CaseHandlers::echoAndTellClose);

  /** What the server does with a session; it completes the promise with what it saw. */
  @FunctionalInterface
  interface Handler {
    void run(WebTransport session, CompletableFuture<String> seen);
  }

  private final String sentence;
  private final String pageSays;
  private final String serverSays;
  private final Handler handler;

  /**
   * Without {@code serverSays} the server's side is never reached; without both lines they only
   * have to be the same.
   */
  BrowserCase(String sentence, String pageSays, String serverSays, Handler handler) {
    this.sentence = sentence;
    this.pageSays = pageSays;
    this.serverSays = serverSays;
    this.handler = handler;
  }

  /** The case's name in the page. */
  String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The path that the case connects to; the demo page connects to where every demo page does. */
  String path() {
    return this == DEMO_PAGE ? "/echo" : "/" + id();
  }

  /** What a browser does over this network. */
  String sentence(Network network) {
    return String.format(Locale.ROOT, sentence, network.bulkBytes());
  }

  /** The server's side. */
  Handler handler() {
    return handler;
  }

  /** Whether the server gets to see the page's session. */
  boolean reachesServer() {
    return this != WRONG_HASH;
  }

  /** Whether the server waits for the page's CLOSE. */
  boolean pageCloses() {
    return this == PAGE_CLOSES || this == DEMO_PAGE;
  }

  /** What the page has to say; empty where that is what the server says. */
  Optional<String> pageSays() {
    return Optional.ofNullable(pageSays);
  }

  /** What the server has to say; empty where any line will do. */
  Optional<String> serverSays(Browser browser) {
    if (this == PAGE_CANCELS && !browser.cancelSendsStop()) {
      return Optional.empty(); // that the sending ends at all, at the latest with the session
    }
    if (this == PROTOCOL && !browser.offersProtocols()) {
      return Optional.empty(); // that both sides know of none
    }
    return Optional.ofNullable(serverSays);
  }
}
