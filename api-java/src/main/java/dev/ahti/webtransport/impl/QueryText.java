package dev.ahti.webtransport.impl;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.pekko.annotation.InternalApi;

/** Takes a query apart as forms and {@code URLSearchParams} write it. */
@InternalApi
public final class QueryText {
  private QueryText() {}

  /**
   * The parameters in their order, each with its values in theirs. One without an equals sign has
   * an empty value; one that is no percent-encoded UTF-8 is left out.
   *
   * @param query without its question mark
   */
  public static Map<String, List<String>> parameters(String query) {
    Map<String, List<String>> parameters = new LinkedHashMap<>();
    for (String pair : query.split("&", -1)) {
      int equals = pair.indexOf('=');
      Optional<String> name =
          PathPattern.decode(equals < 0 ? pair : pair.substring(0, equals), true);
      Optional<String> value =
          PathPattern.decode(equals < 0 ? "" : pair.substring(equals + 1), true);
      if (!pair.isEmpty() && name.isPresent() && value.isPresent()) {
        parameters.computeIfAbsent(name.get(), first -> new ArrayList<>()).add(value.get());
      }
    }
    parameters.replaceAll((name, values) -> List.copyOf(values));
    return parameters;
  }
}
