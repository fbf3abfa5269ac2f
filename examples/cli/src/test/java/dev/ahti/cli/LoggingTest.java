package dev.ahti.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.joran.spi.JoranException;
import ch.qos.logback.core.status.Status;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LoggingTest {

  private final LoggerContext context = new LoggerContext();

  @AfterEach
  void stop() {
    context.stop();
  }

  private Logger configuredRoot() throws JoranException {
    JoranConfigurator configurator = new JoranConfigurator();
    configurator.setContext(context);
    configurator.doConfigure(Objects.requireNonNull(Main.class.getResource("/logback.xml")));
    return context.getLogger(Logger.ROOT_LOGGER_NAME);
  }

  @Test
  void configurationIsReadWithoutWarning() throws JoranException {
    configuredRoot();
    List<Status> complaints =
        context.getStatusManager().getCopyOfStatusList().stream()
            .filter(status -> status.getEffectiveLevel() >= Status.WARN)
            .toList();
    assertEquals(List.of(), complaints);
  }

  @Test
  void logsGoToStandardErrorFromWarnOn() throws JoranException {
    Logger root = configuredRoot();
    assertEquals(Level.WARN, root.getLevel());
    ConsoleAppender<?> appender =
        assertInstanceOf(ConsoleAppender.class, root.getAppender("STDERR"));
    assertEquals("System.err", appender.getTarget());
  }
}
