package dev.ahti.engine.dialect;

import dev.ahti.engine.dialect.Dialect.ProtocolSyntax;
import dev.ahti.engine.error.Violation;
import dev.ahti.engine.error.WebTransportErrorCode;
import dev.ahti.engine.wire.Fields;
import dev.ahti.engine.wire.sf.BareItem;
import dev.ahti.engine.wire.sf.Member;
import dev.ahti.engine.wire.sf.StructuredField;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Which protocol the application speaks in a session: the client offers some, the server chooses
 * one or none (draft-ietf-webtrans-http3-16 3.3).
 *
 * <p>A field that is not of its syntax counts as absent; parameters are ignored. Draft 09 had other
 * names for the fields, drafts 10 to 12 had Tokens for Strings, and those before had nothing.
 */
public final class ApplicationProtocols {
  static final String AVAILABLE = "wt-available-protocols";
  static final String CHOSEN = "wt-protocol";
  static final String AVAILABLE_DRAFT_09 = "webtransport-subprotocols-available";
  static final String CHOSEN_DRAFT_09 = "webtransport-subprotocol";

  private static final String SECTION = "draft-ietf-webtrans-http3-16 3.3";

  /** What a client makes of the server's choice. */
  public sealed interface Outcome {}

  /**
   * The session can be used.
   *
   * @param protocol one that was offered; empty if there is none
   */
  public record Agreed(Optional<String> protocol) implements Outcome {}

  /**
   * The session is of no use, or the server broke a rule.
   *
   * @param violation with the code for the CONNECT stream
   */
  public record Failed(Violation violation) implements Outcome {}

  /** A list as a client sent it. */
  private record Received(List<String> names, boolean tokens, boolean draft09) {
    static final Received NOTHING = new Received(List.of(), false, false);
  }

  private ApplicationProtocols() {}

  /**
   * The request's field: none without protocols, and none where the draft cannot name them. Drafts
   * with Tokens leave away what is no Token.
   */
  static Fields offer(Dialect dialect, ProtocolOffer offer) {
    List<Member> members = new ArrayList<>();
    for (String name : expressible(dialect, offer)) {
      members.add(Member.Item.of(bare(name, sendsTokens(dialect))));
    }
    return members.isEmpty()
        ? Fields.empty()
        : Fields.empty().with(AVAILABLE, StructuredField.write(members));
  }

  private static boolean sendsTokens(Dialect dialect) {
    return dialect.protocolSyntax() == ProtocolSyntax.TOKENS
        || dialect.protocolSyntax() == ProtocolSyntax.TOKENS_OR_STRINGS;
  }

  private static List<String> expressible(Dialect dialect, ProtocolOffer offer) {
    return switch (dialect.protocolSyntax()) {
      case NONE -> List.of();
      case TOKENS, TOKENS_OR_STRINGS ->
          offer.names().stream().filter(StructuredField::isToken).toList();
      case STRINGS -> offer.names();
    };
  }

  private static BareItem bare(String name, boolean token) {
    return token ? new BareItem.Token(name) : new BareItem.Text(name);
  }

  /** What a request offers, in the client's order of preference; empty if it offers nothing. */
  public static List<String> offered(Dialect dialect, Fields request) {
    return received(dialect, request).names();
  }

  private static Received received(Dialect dialect, Fields request) {
    return switch (dialect.protocolSyntax()) {
      case NONE -> Received.NOTHING;
      case TOKENS -> tokens(request);
      case TOKENS_OR_STRINGS -> {
        Received strings = strings(request);
        yield strings.names().isEmpty() ? tokens(request) : strings;
      }
      case STRINGS -> strings(request);
    };
  }

  private static Received strings(Fields request) {
    return new Received(names(request.all(AVAILABLE), ApplicationProtocols::text), false, false);
  }

  private static Received tokens(Fields request) {
    boolean draft09 = !request.has(AVAILABLE);
    List<String> lines = request.all(draft09 ? AVAILABLE_DRAFT_09 : AVAILABLE);
    return new Received(names(lines, ApplicationProtocols::token), true, draft09);
  }

  /** All members, or none if one of them is something else. */
  private static List<String> names(List<String> lines, Function<Member, Optional<String>> name) {
    List<String> names = new ArrayList<>();
    for (Member member : StructuredField.list(lines).orElse(List.of())) {
      Optional<String> one = name.apply(member);
      if (one.isEmpty()) {
        return List.of();
      }
      names.add(one.get());
    }
    return List.copyOf(names);
  }

  private static Optional<String> text(Member member) {
    return member instanceof Member.Item item && item.value() instanceof BareItem.Text text
        ? Optional.of(text.value())
        : Optional.empty();
  }

  private static Optional<String> token(Member member) {
    return member instanceof Member.Item item && item.value() instanceof BareItem.Token token
        ? Optional.of(token.value())
        : Optional.empty();
  }

  /**
   * The answer's field, in the form of the request.
   *
   * @throws IllegalArgumentException if the protocol was not offered
   */
  static Fields choose(Dialect dialect, Fields request, String protocol) {
    Received received = received(dialect, request);
    if (!received.names().contains(protocol)) {
      throw new IllegalArgumentException(
          "protocol: '" + protocol + "' (expected: of " + received.names() + ", as offered)");
    }
    return Fields.empty()
        .with(
            received.draft09() ? CHOSEN_DRAFT_09 : CHOSEN,
            StructuredField.write(Member.Item.of(bare(protocol, received.tokens()))));
  }

  /** The client's judgement of an answer that accepts the session. */
  public static Outcome outcome(Dialect dialect, ProtocolOffer offer, Fields response) {
    Optional<String> chosen = chosen(dialect, response);
    if (chosen.filter(expressible(dialect, offer)::contains).isPresent()) {
      return new Agreed(chosen);
    }
    if (chosen.isPresent() && dialect.failsOnUnofferedProtocol()) {
      return new Failed(
          Violation.session(
              WebTransportErrorCode.WT_ALPN_ERROR,
              "the server chose a protocol that was not offered",
              SECTION));
    }
    return offer.required()
        ? new Failed(
            Violation.session(
                dialect.missingProtocolCode(),
                "the server chose none of the protocols, and one is required",
                SECTION))
        : new Agreed(Optional.empty());
  }

  private static Optional<String> chosen(Dialect dialect, Fields response) {
    Optional<Member.Item> item = StructuredField.item(response.all(CHOSEN));
    return switch (dialect.protocolSyntax()) {
      case NONE -> Optional.empty();
      case TOKENS -> item.flatMap(ApplicationProtocols::token);
      case TOKENS_OR_STRINGS -> item.flatMap(one -> token(one).or(() -> text(one)));
      case STRINGS -> item.flatMap(ApplicationProtocols::text);
    };
  }
}
