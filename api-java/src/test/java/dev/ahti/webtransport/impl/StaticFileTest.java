package dev.ahti.webtransport.impl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.ahti.webtransport.impl.StaticFile.Choice;
import dev.ahti.webtransport.impl.StaticFile.Conditions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("RFC 9110: validators, conditions and ranges")
class StaticFileTest {
  private static final Instant LATER = Instant.parse("2026-11-01T09:00:00Z");
  private static final StaticFile FILE =
      new StaticFile(1000, Instant.parse("2026-11-01T08:49:37.500Z"), LATER);
  private static final String TAG = FILE.etag().orElseThrow();
  private static final String SAME = "Sun, 01 Nov 2026 08:49:37 GMT";
  private static final String BEFORE = "Sun, 01 Nov 2026 08:49:36 GMT";

  private static Conditions asked(
      String match, String noneMatch, String since, String unmodified, String range, String if_) {
    return new Conditions(
        given(match), given(noneMatch), given(since), given(unmodified), given(range), given(if_));
  }

  private static Optional<String> given(String value) {
    return Optional.ofNullable(value).map(text -> text.replace("TAG", TAG));
  }

  private static String choice(Conditions asked) {
    Choice choice = FILE.choose(asked);
    return choice instanceof Choice.Part part
        ? part.from() + "+" + part.length()
        : choice.getClass().getSimpleName();
  }

  @ParameterizedTest
  @CsvSource({
    "bytes=0-0, 0+1",
    "bytes=0-999, 0+1000",
    "bytes=0-1000, 0+1000",
    "bytes=999-, 999+1",
    "Bytes=999-, 999+1",
    "BYTES=-1, 999+1",
    "bytes=1000-, NoPart",
    "bytes=1000-2000, NoPart",
    "bytes=-1, 999+1",
    "bytes=-1000, 0+1000",
    "bytes=-9999, 0+1000",
    "bytes=-0, NoPart",
    "bytes=5-4, Whole",
    "bytes=-, Whole",
    "bytes=, Whole",
    "bytes=a-b, Whole",
    "bytes=1-2-3, Whole",
    "bytes=--1, Whole",
    "bytes=0x1-2, Whole",
    "'bytes=0-1,4-5', Whole",
    "'bytes= 0-1', Whole",
    "items=0-1, Whole",
    "bytes=0-999999999999999999, 0+1000",
    "bytes=0-9999999999999999999999, Whole",
    "0-1, Whole",
  })
  void aRangeIsOneOfBytesOrNone(String range, String expected) {
    assertEquals(expected, choice(asked(null, null, null, null, range, null)));
  }

  @ParameterizedTest
  @CsvSource({
    "TAG, 0+2",
    "W/TAG, Whole",
    "'\"other\"', Whole",
    "'" + SAME + "', 0+2",
    "'" + BEFORE + "', Whole",
    "'yesterday', Whole",
  })
  void aRangeMayDependOnTheFileBeingTheSame(String validator, String expected) {
    assertEquals(expected, choice(asked(null, null, null, null, "bytes=0-1", validator)));
  }

  @ParameterizedTest
  @CsvSource({
    "TAG, NotModified",
    "W/TAG, NotModified",
    "*, NotModified",
    "'\"a\", TAG', NotModified",
    "'\"a\"', Whole",
    "'', Whole",
  })
  void aTagThatTheClientHasIsNotSent(String tags, String expected) {
    assertEquals(expected, choice(asked(null, tags, null, null, "", null)));
    // It goes before the date.
    assertEquals(
        expected, choice(asked(null, tags, tags.equals("TAG") ? BEFORE : SAME, null, "", null)));
  }

  @ParameterizedTest
  @CsvSource({
    "'" + SAME + "', NotModified",
    "'Sun, 01 Nov 2026 08:49:38 GMT', NotModified",
    "'" + BEFORE + "', Whole",
    "'Sunday, 01-Nov-26 08:49:37 GMT', Whole",
    "nonsense, Whole",
  })
  void aFileThatHasNotChangedSinceIsNotSent(String date, String expected) {
    assertEquals(expected, choice(asked(null, null, date, null, null, null)));
  }

  @ParameterizedTest
  @CsvSource({
    "TAG, , Whole",
    "*, , Whole",
    "W/TAG, , Failed",
    "'\"a\"', , Failed",
    ", '" + SAME + "', Whole",
    ", '" + BEFORE + "', Failed",
    "TAG, '" + BEFORE + "', Whole",
  })
  void whatTheClientDoesNotWantIsNotSent(String match, String unmodified, String expected) {
    assertEquals(expected, choice(asked(match, null, null, unmodified, null, null)));
  }

  @Test
  void aFailedConditionGoesBeforeAllOthers() {
    assertEquals("Failed", choice(asked("\"a\"", "TAG", SAME, null, "bytes=0-1", "TAG")));
    assertEquals("NotModified", choice(asked("TAG", "TAG", null, null, "bytes=0-1", "TAG")));
  }

  @Test
  void aTagChangesWithTheSizeAndTheTime() {
    Instant modified = FILE.modified();
    assertNotEquals(TAG, new StaticFile(1001, modified, LATER).etag().orElseThrow());
    assertNotEquals(TAG, new StaticFile(1000, modified.plusNanos(1), LATER).etag().orElseThrow());
    assertEquals(Optional.of(SAME), FILE.lastModified());
  }

  /** A change in the same tick of the file system's clock, to the same size, leaves no trace. */
  @ParameterizedTest
  @CsvSource({"2026-11-01T08:49:37.500Z", "2026-11-01T08:49:39.499Z", "2026-11-01T08:49:30Z"})
  void aFileThatMayStillChangeUnseenHasNoValidators(Instant now) {
    StaticFile fresh = new StaticFile(1000, FILE.modified(), now);
    assertEquals(Optional.empty(), fresh.etag());
    assertEquals(Optional.empty(), fresh.lastModified());
    for (Conditions asked :
        List.of(
            asked(null, TAG, null, null, null, null),
            asked(null, null, SAME, null, null, null),
            asked(null, null, null, null, "bytes=0-1", TAG),
            asked(null, null, null, null, "bytes=0-1", SAME))) {
      assertEquals(Choice.Whole.INSTANCE, fresh.choose(asked), asked::toString);
    }
    assertEquals(Choice.Failed.INSTANCE, fresh.choose(asked(TAG, null, null, null, null, null)));
    assertEquals(
        Choice.NotModified.INSTANCE, fresh.choose(asked(null, "*", null, null, null, null)));
    StaticFile settled = new StaticFile(1000, FILE.modified(), FILE.modified().plusSeconds(2));
    assertEquals(Optional.of(TAG), settled.etag());
  }

  @Test
  void anEmptyFileHasNoPart() {
    StaticFile empty = new StaticFile(0, FILE.modified(), LATER);
    assertEquals(
        Choice.NoPart.INSTANCE, empty.choose(asked(null, null, null, null, "bytes=0-", null)));
    assertEquals(Choice.Whole.INSTANCE, empty.choose(asked(null, null, null, null, null, null)));
  }

  @Test
  void aTypeIsThatOfTheLastExtension() {
    assertEquals("text/html; charset=utf-8", StaticFile.contentType("a.css.HTML", Map.of()));
    assertEquals("application/octet-stream", StaticFile.contentType("html", Map.of("x", "y")));
    assertEquals("y", StaticFile.contentType("a.x", Map.of("x", "y")));
    assertEquals("y", StaticFile.contentType("a.html", Map.of("html", "y")));
  }
}
