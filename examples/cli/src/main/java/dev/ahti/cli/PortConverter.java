package dev.ahti.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a port number. */
final class PortConverter implements ITypeConverter<Integer> {
  private static final int MAX = 0xffff;

  @Override
  public Integer convert(String value) {
    try {
      int port = Integer.parseInt(value);
      if (port >= 0 && port <= MAX) {
        return port;
      }
    } catch (NumberFormatException e) {
      // Told below, like a number out of range.
    }
    throw new TypeConversionException("'" + value + "' is no port (expected: 0 to 65535)");
  }
}
