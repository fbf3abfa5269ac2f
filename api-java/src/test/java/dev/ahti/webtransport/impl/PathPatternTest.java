package dev.ahti.webtransport.impl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PathPatternTest {

  /** The values in their order; {@code -} for no match. */
  private static String match(String pattern, String path) {
    return PathPattern.parse(pattern)
        .match(path)
        .map(values -> values.isEmpty() ? "yes" : String.join("|", values.values()))
        .orElse("-");
  }

  @ParameterizedTest
  @CsvSource({
    "/, /, yes",
    "/, //, -",
    "/, '', -",
    "/, x, -",
    "/echo, /echo, yes",
    "/echo, /echo/, -",
    "/echo, /Echo, -",
    "/echo, /%65cho, -",
    "/echo/, /echo/, yes",
    "/echo/, /echo, -",
    "/a//b, /a//b, yes",
    "/a//b, /a/b, -",
  })
  void textMatchesTheSameTextAsItCame(String pattern, String path, String expected) {
    assertEquals(expected, match(pattern, path));
  }

  @ParameterizedTest
  @CsvSource({
    "/{id}, /7, 7",
    "/{id}, /, -",
    "/{id}, //, -",
    "/{id}, /7/, -",
    "/{id}, /7/8, -",
    "/rooms/{id}, /rooms/7, 7",
    "/rooms/{id}, /rooms/, -",
    "/rooms/{id}, /rooms, -",
    "/rooms/{id}, /room/7, -",
    "/rooms/{id}/, /rooms/7/, 7",
    "/rooms/{id}/, /rooms/7, -",
    "/{a}/{b}, /x/y, x|y",
    "/{a}/{b}, //y, -",
    "/{a}/x/{b}, /1/x/2, 1|2",
    "/{a}/x/{b}, /1/y/2, -",
    "/{_9}, /7, 7",
  })
  void aParameterMatchesOneSegmentThatIsNotEmpty(String pattern, String path, String expected) {
    assertEquals(expected, match(pattern, path));
  }

  @ParameterizedTest
  @CsvSource({
    "/a%20b, a b",
    "/a+b, a+b",
    "/caf%C3%A9, café",
    "/caf%c3%a9, café",
    "/%E2%82%AC, €",
    "/%F0%9F%99%82, 🙂",
    "/a%2Fb, a/b",
    "/a%2fb, a/b",
    "/%25, %",
    "/%2525, %25",
    "/%3F%23, ?#",
    "/..., ...",
    "/.x, .x",
    "/%7Bid%7D, {id}",
    "/{id}, {id}",
    "/a;b=c, a;b=c",
  })
  void aValueIsPercentDecodedOnce(String path, String expected) {
    assertEquals(expected, match("/{id}", path));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/%",
        "/%2",
        "/a%",
        "/a%4",
        "/%zz",
        "/%4g",
        "/%g4",
        "/%-1",
        "/%+1",
        "/%u0041",
        "/% 1",
        "/%C3",
        "/%C3%28",
        "/%FF",
        "/%C0%AF",
        "/%E0%80%AF",
        "/%ED%A0%80",
        "/%F4%90%80%80",
        "/é",
        "/\u0663%41",
        "/%\u0664\u0661"
      })
  void whatIsNoPercentEncodedUtf8MatchesNothing(String path) {
    assertEquals("-", match("/{id}", path));
    assertEquals("-", match("/{rest*}", path));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/.", "/..", "/%2e", "/%2E%2E", "/.%2e", "/%2e."})
  void dotsInPlaceOfASegmentMatchNoParameter(String path) {
    assertEquals("-", match("/{id}", path));
    assertEquals("-", match("/{rest*}", path));
    assertEquals("-", match("/{rest*}", path + "/x"));
    assertEquals("-", match("/{rest*}", "/x" + path));
  }

  @ParameterizedTest
  @CsvSource({
    "/, ''",
    "/a, a",
    "/a/, a/",
    "/a/b, a/b",
    "/a//b, a//b",
    "/a%20b/c, a b/c",
    "/a%2Fb, -",
    "/a/b%2Fc, -",
    "/a/%2F, -",
  })
  void theRestMatchesWhatIsLeftAndNothingThatCouldBeTakenForASlash(String path, String expected) {
    assertEquals(expected, match("/{rest*}", path).replace("yes", ""));
    assertEquals(expected.equals("-") ? "-" : expected, rest("/files" + path));
  }

  private static String rest(String path) {
    return match("/files/{rest*}", path);
  }

  @Test
  void theRestIsBehindItsSlash() {
    assertEquals("-", rest("/files"));
    assertEquals("-", rest("/filesx"));
    assertEquals("1|x/y", match("/{a}/{rest*}", "/1/x/y"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "x",
        "x/",
        "?",
        "/?",
        "/a?b",
        "/#",
        "/{",
        "/}",
        "/{}",
        "/{*}",
        "/{a",
        "/a}",
        "/x{a}",
        "/{a}x",
        "/{a}{b}",
        "/{a-b}",
        "/{9}",
        "/{a b}",
        "/{a**}",
        "/{*a}",
        "/{a}/{a}",
        "/{a}/{a*}",
        "/{a*}/",
        "/{a*}/x",
        "/{a*}/{b*}",
        "/{{a}}",
        "/{é}"
      })
  void whatIsNoPatternIsRefusedWithOneLine(String text) {
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> PathPattern.parse(text));
    assertEquals(
        "path: "
            + text
            + " (expected: a slash first, no query, and parameters such as {id} or, last, {path*},"
            + " each name once)",
        refused.getMessage());
  }

  @ParameterizedTest
  @CsvSource({
    "/{a}, /{b}, true",
    "/{a*}, /{b*}, true",
    "/{a}/x, /{b}/x, true",
    "/{a}, /{a*}, false",
    "/{a}/x, /{a}/y, false",
    "/{a}/x, /x/{a}, false",
    "/{a}, /{a}/{b}, false",
    "/x, /y, false",
    "/a, /A, false",
  })
  void twoThatDifferInNamesAloneAreLikeEachOther(String one, String other, boolean like) {
    assertEquals(like, PathPattern.parse(one).isLike(PathPattern.parse(other)));
    assertEquals(like, PathPattern.parse(other).isLike(PathPattern.parse(one)));
    if (like) {
      IllegalArgumentException refused =
          assertThrows(
              IllegalArgumentException.class, () -> PathTable.require(other, List.of("/", one)));
      assertEquals(
          "path: " + other + " (expected: other than " + one + ", which matches the same paths)",
          refused.getMessage());
    } else {
      PathTable.require(other, List.of("/", one));
    }
    PathTable.require(one, List.of(one));
  }

  @ParameterizedTest
  @CsvSource({
    "/a/b/c, /a/b/c",
    "/a/b/d, /a/b/{x}",
    "/a/x/c, /a/{x}/c",
    "/a/x/d, /a/{x*}",
    "/a/b/c/d, /a/{x*}",
    "/a/, /a/{x*}",
    "/x/b/c, /{x}/b/c",
    "/x/y, /{x*}",
    "/, /",
  })
  void textGoesBeforeAParameterAndThatBeforeTheRestFromTheLeft(String path, String expected) {
    List<String> patterns =
        new ArrayList<>(
            List.of("/", "/a/b/c", "/a/b/{x}", "/a/{x}/c", "/a/{x*}", "/{x}/b/c", "/{x*}"));
    for (int seed = 0; seed < 20; seed++) {
      Collections.shuffle(patterns, new Random(seed));
      Map<String, String> routes = new LinkedHashMap<>();
      patterns.forEach(pattern -> routes.put(pattern, "at " + pattern));
      Optional<PathTable.Found<String>> found = PathTable.of(routes).find(path);
      assertEquals(expected, found.map(PathTable.Found::pattern).orElse("-"));
      assertEquals("at " + expected, found.map(PathTable.Found::value).orElse("-"));
    }
  }

  @Test
  void anExactPatternSaysSo() {
    assertTrue(PathPattern.parse("/a/b").isExact());
    assertFalse(PathPattern.parse("/a/{b}").isExact());
    assertFalse(PathPattern.parse("/{b*}").isExact());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      value = {
        "'' {}",
        "& {}",
        "a {a=[]}",
        "a= {a=[]}",
        "a=1 {a=[1]}",
        "a=1&a=2 {a=[1,2]}",
        "a=1;b {a=[1;b]}",
        "a==1 {a=[=1]}",
        "=1 {=[1]}",
        "a+b=c+d {a_b=[c_d]}",
        "%61=%26%3D {a=[&=]}",
        "a=%zz&b=1 {b=[1]}",
        "%ff=1&b=1 {b=[1]}",
        "b=1&a=2 {b=[1],a=[2]}",
        "&&a=1&& {a=[1]}",
      })
  void aQueryIsTakenApartAsThatOfAForm(String query, String expected) {
    String found = QueryText.parameters(query).toString();
    assertEquals(expected.replace('_', ' '), found.replace(", ", ",").replace("[]", "[]"));
  }
}
