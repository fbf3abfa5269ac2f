package dev.ahti.cli.browser;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.List;

/**
 * What the page reports at its end.
 *
 * @param strays errors and unhandled rejections that no case caught
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record Report(String userAgent, List<String> strays) {}
