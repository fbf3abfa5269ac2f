package dev.ahti.webtransport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The errors, as values. */
class ErrorsTest {

  static Stream<Arguments> named() {
    return Stream.of(
        Arguments.of(
            new WebTransportSyntaxException("m"), "SyntaxError", IllegalArgumentException.class),
        Arguments.of(
            new WebTransportInvalidStateException("m"),
            "InvalidStateError",
            IllegalStateException.class),
        Arguments.of(
            new WebTransportNotSupportedException("m"),
            "NotSupportedError",
            UnsupportedOperationException.class),
        Arguments.of(
            new WebTransportQuotaExceededException("m"),
            "QuotaExceededError",
            RuntimeException.class),
        Arguments.of(new WebTransportNetworkException("m"), "NetworkError", RuntimeException.class),
        Arguments.of(new WebTransportAbortException("m"), "AbortError", RuntimeException.class),
        Arguments.of(
            new WebTransportTypeException("m"), "TypeError", IllegalArgumentException.class),
        Arguments.of(
            new WebTransportRangeException("m"), "RangeError", IllegalArgumentException.class),
        Arguments.of(new WebTransportError("m"), "WebTransportError", RuntimeException.class));
  }

  @ParameterizedTest(name = "{1}")
  @MethodSource("named")
  void eachErrorHasTheNameOfTheTextAndWhatJavaHasForIt(
      Exception error, String name, Class<? extends Exception> usual) throws Exception {
    assertEquals(name, assertInstanceOf(WebTransportDomException.class, error).name());
    assertInstanceOf(usual, error);
    Exception copy = (Exception) read(written(error));
    assertSame(error.getClass(), copy.getClass());
    assertEquals("m", copy.getMessage());
  }

  @Test
  void everyErrorThatIsPermittedIsInTheTable() {
    assertEquals(
        named().map(row -> row.get()[0].getClass().getName()).sorted().toList(),
        Stream.of(WebTransportDomException.class.getPermittedSubclasses())
            .map(Class::getName)
            .sorted()
            .toList());
  }

  @Test
  @DisplayName("section 12.2: the constructor's defaults, and its options")
  void anErrorIsAboutAStreamAndHasNoCodeUnlessTold() {
    assertEquals("", new WebTransportError().getMessage());
    assertEquals(WebTransportErrorSource.STREAM, new WebTransportError().source());
    assertEquals(OptionalLong.empty(), new WebTransportError("m").streamErrorCode());
    WebTransportError told =
        new WebTransportError(
            "m",
            WebTransportErrorOptions.create()
                .withStreamErrorCode(7)
                .withSource(WebTransportErrorSource.SESSION));
    assertEquals(OptionalLong.of(7), told.streamErrorCode());
    assertEquals(WebTransportErrorSource.SESSION, told.source());
    assertThrows(NullPointerException.class, () -> new WebTransportError(null));
  }

  @Test
  void aCodeOutOfItsBoundsIsClamped() {
    assertEquals(OptionalLong.of(0), code(-1));
    assertEquals(OptionalLong.of(0xffff_ffffL), code(0xffff_ffffL));
    assertEquals(OptionalLong.of(0xffff_ffffL), code(0x1_0000_0000L));
    assertEquals(OptionalLong.of(0xffff_ffffL), code(Long.MAX_VALUE));
    assertEquals(
        OptionalLong.of(0), WebTransportError.stream("m", Long.MIN_VALUE).streamErrorCode());
  }

  private static OptionalLong code(long asked) {
    return new WebTransportError("m", WebTransportErrorOptions.create().withStreamErrorCode(asked))
        .streamErrorCode();
  }

  static Stream<WebTransportError> errors() {
    return Stream.of(
        WebTransportError.stream("reset", 0),
        WebTransportError.stream("reset", 0xffff_ffffL),
        WebTransportError.stream("stopped"),
        WebTransportError.session("lost"),
        WebTransportError.refused("refused", 405));
  }

  @ParameterizedTest
  @MethodSource("errors")
  @DisplayName("section 12.4: Java serialization")
  void javaSerializationKeepsEverything(WebTransportError error) throws Exception {
    same(error, (WebTransportError) read(written(error)));
  }

  @ParameterizedTest
  @MethodSource("errors")
  @DisplayName("section 12.4: JSON")
  void jacksonKeepsEverything(WebTransportError error) throws Exception {
    ObjectMapper mapper = new ObjectMapper();
    String json = mapper.writeValueAsString(error);
    same(error, mapper.readValue(json, WebTransportError.class));
    assertEquals(
        error.streamErrorCode().isPresent(), mapper.readTree(json).has("streamErrorCode"), json);
  }

  @Test
  void jsonHasItsBoundsAndWhatIsNeeded() throws Exception {
    ObjectMapper mapper = new ObjectMapper();
    String beyond = "{\"message\":\"m\",\"source\":\"STREAM\",\"streamErrorCode\":4294967296}";
    assertEquals(
        OptionalLong.of(0xffff_ffffL),
        mapper.readValue(beyond, WebTransportError.class).streamErrorCode());
    for (String wrong : new String[] {"{}", "{\"message\":\"m\"}", "{\"source\":\"STREAM\"}"}) {
      assertThrows(
          JsonMappingException.class, () -> mapper.readValue(wrong, WebTransportError.class));
    }
  }

  @Test
  void noJacksonIsNeeded() throws Exception {
    URL classes = WebTransportError.class.getProtectionDomain().getCodeSource().getLocation();
    URL jspecify = NullMarked.class.getProtectionDomain().getCodeSource().getLocation();
    try (URLClassLoader alone =
        new URLClassLoader(new URL[] {classes, jspecify}, ClassLoader.getPlatformClassLoader())) {
      assertThrows(
          ClassNotFoundException.class, () -> alone.loadClass(ObjectMapper.class.getName()));
      Class<?> error = alone.loadClass(WebTransportError.class.getName());
      Exception made = (Exception) error.getConstructor(String.class).newInstance("m");
      assertEquals("m", made.getMessage());
      assertEquals(0, error.getAnnotations().length);
    }
  }

  @Test
  void whoUsesItWithoutJacksonIsNotWarned(@TempDir Path to) throws Exception {
    String classes =
        WebTransportError.class.getProtectionDomain().getCodeSource().getLocation().getPath();
    String jspecify =
        NullMarked.class.getProtectionDomain().getCodeSource().getLocation().getPath();
    Path source =
        Files.writeString(
            to.resolve("Uses.java"),
            """
            class Uses {
              RuntimeException use() {
                return new dev.ahti.webtransport.WebTransportError("m");
              }
            }
            """);
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    int failed =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                said,
                said,
                "-Xlint:all",
                "-Werror",
                "-proc:none",
                "-d",
                to.toString(),
                "-cp",
                classes + File.pathSeparator + jspecify,
                source.toString());
    assertEquals("", said.toString(StandardCharsets.UTF_8));
    assertEquals(0, failed);
  }

  private static void same(WebTransportError expected, WebTransportError copy) {
    assertEquals(expected.getMessage(), copy.getMessage());
    assertEquals(expected.source(), copy.source());
    assertEquals(expected.streamErrorCode(), copy.streamErrorCode());
    assertEquals(expected.httpStatus(), copy.httpStatus());
    assertEquals(
        expected.getMessage().equals("refused") ? OptionalInt.of(405) : OptionalInt.empty(),
        copy.httpStatus());
    assertEquals(0, copy.getStackTrace().length);
  }

  private static byte[] written(Object value) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(value);
    }
    return bytes.toByteArray();
  }

  private static Object read(byte[] bytes) throws Exception {
    try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
      return in.readObject();
    }
  }
}
