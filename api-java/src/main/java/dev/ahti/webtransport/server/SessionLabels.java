package dev.ahti.webtransport.server;

import dev.ahti.webtransport.WebTransportDraft;
import dev.ahti.webtransport.WebTransportHttpVersion;

/**
 * What sessions are counted by. There are as many as listeners, routes and drafts allow, whatever
 * clients ask for.
 *
 * @param listener the listener's name
 * @param route the path of the route, as the server was given it
 * @param httpVersion the version of HTTP
 * @param draft the draft that is spoken
 */
public record SessionLabels(
    String listener, String route, WebTransportHttpVersion httpVersion, WebTransportDraft draft) {}
