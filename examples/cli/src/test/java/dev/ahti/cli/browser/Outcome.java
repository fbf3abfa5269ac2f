package dev.ahti.cli.browser;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;

/**
 * What the page reports of one case.
 *
 * @param detail the line that a passed case returned, or the failure and its stack
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record Outcome(String name, boolean passed, String detail, long millis) {}
