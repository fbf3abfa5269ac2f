package dev.ahti.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/**
 * The version that the build wrote into this jar, with the versions that matter in a bug report.
 */
final class Version implements IVersionProvider {

  private static final String RESOURCE = "version.properties";

  /** The version alone. */
  static String number() throws IOException {
    Properties properties = new Properties();
    try (InputStream in =
        Objects.requireNonNull(Version.class.getResourceAsStream(RESOURCE), RESOURCE)) {
      properties.load(in);
    }
    return properties.getProperty("version", "unknown");
  }

  @Override
  public String[] getVersion() throws IOException {
    return new String[] {
      "ahti " + number(),
      "Java "
          + Runtime.version()
          + " on "
          + System.getProperty("os.name")
          + " "
          + System.getProperty("os.arch")
    };
  }
}
