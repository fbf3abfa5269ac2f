package dev.ahti.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.actor.Ahti;
import dev.ahti.engine.testkit.Closing;
import dev.ahti.engine.testkit.Leftovers;
import dev.ahti.webtransport.server.WebTransportServer;
import dev.ahti.webtransport.server.WebTransportServerBinding;
import io.netty.util.LeakPresenceDetector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The code in the README is code that the build compiled. */
class ReadmeTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Pattern JAVA_BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

  @ParameterizedTest
  @CsvSource({"EchoServer, server", "EchoClient, client"})
  void theReadmeShowsTheCompiledExample(String type, String tag) throws IOException {
    String source = Files.readString(Path.of("src/test/java/dev/ahti/docs/" + type + ".java"));
    Matcher tagged =
        Pattern.compile("// #" + tag + "\n(.*?)// #" + tag, Pattern.DOTALL).matcher(source);
    assertTrue(tagged.find(), "no tag " + tag + " in " + type);
    String expected = tagged.group(1);
    assertTrue(blocks().contains(expected), () -> "README.md must show:\n" + expected);
    long lines = expected.lines().filter(l -> !l.startsWith("import") && !l.isBlank()).count();
    assertTrue(lines <= 20, "20 lines besides imports, not " + lines);
  }

  @Test
  void theExamplesWorkTogether() throws Exception {
    ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "readme");
    Ahti ahti = Ahti.get(system);
    try {
      WebTransportServerBinding server =
          await(WebTransportServer.create(system).withRoute("/echo", EchoServer::echo).bind());
      ByteString answer =
          await(EchoClient.hello(system, server.url() + "/echo", server.certificateHash()));
      assertEquals("hello", answer.utf8String());
      await(server.stop());
      Leftovers.awaitNone(system, PATIENCE);
    } finally {
      Closing.all(system::terminate, () -> await(ahti.terminated()), LeakPresenceDetector::check);
    }
  }

  private static <T> T await(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  private static List<String> blocks() throws IOException {
    Matcher blocks = JAVA_BLOCK.matcher(Files.readString(Path.of("../README.md")));
    List<String> found = new ArrayList<>();
    while (blocks.find()) {
      found.add(blocks.group(1));
    }
    assertEquals(2, found.size(), "Java blocks in README.md");
    return found;
  }
}
