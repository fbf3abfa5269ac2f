/**
 * The demo page and the small HTTP server that hands it to a browser.
 *
 * <p>{@link dev.ahti.cli.page.PageServer} is the entry. The page itself is the resource {@code
 * index.html} beside these classes: one self-contained file that needs no build step and loads
 * nothing from elsewhere, which the server's content security policy makes the browser enforce.
 */
@NullMarked
package dev.ahti.cli.page;

import org.jspecify.annotations.NullMarked;
