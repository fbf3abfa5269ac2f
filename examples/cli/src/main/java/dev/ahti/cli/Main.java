package dev.ahti.cli;

import dev.ahti.bench.BenchCommand;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The entry point of the {@code ahti} command.
 *
 * <p>Each subcommand is a class of its own, registered in {@link #commandLine()}. Exit codes: 0 for
 * success and for an end by signal, {@value #FAILURE} when a command fails (one line on standard
 * error says why), {@value #USAGE} for a command line that cannot be understood.
 */
@Command(
    name = "ahti",
    description = "WebTransport for Apache Pekko, from the command line.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    synopsisSubcommandLabel = "COMMAND")
public final class Main implements Runnable {

  /** Exit code of a command that was understood but failed. */
  static final int FAILURE = CommandLine.ExitCode.SOFTWARE;

  /** Exit code of a command line that was not understood. */
  static final int USAGE = CommandLine.ExitCode.USAGE;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli before run() is called
  private CommandSpec spec;

  private Main() {}

  /**
   * Runs the command line and ends the JVM with its exit code.
   *
   * @param args the arguments as typed, the subcommand first
   */
  public static void main(String[] args) {
    // First of all, so that a signal while the command is still starting is one to it, too.
    System.exit(commandLine(EndSignal.install()).execute(args));
  }

  /**
   * The whole command line, ready to execute; a test may redirect its writers first.
   *
   * @param end ends the command that runs
   */
  static CommandLine commandLine(EndSignal end) {
    return new CommandLine(new Main())
        .addSubcommand(new ServeCommand(end))
        .addSubcommand(new ConnectCommand(end))
        .addSubcommand(new BenchCommand(end::hasCome))
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler(Main::misunderstood)
        .setExecutionExceptionHandler(Main::failed);
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a command is missing");
  }

  private static int misunderstood(ParameterException e, String[] args) {
    CommandLine command = e.getCommandLine();
    PrintWriter err = command.getErr();
    err.printf(
        "%s: %s (try '%s --help')%n",
        command.getCommandSpec().qualifiedName(),
        oneLine(e),
        command.getCommandSpec().qualifiedName());
    err.flush();
    return USAGE;
  }

  private static int failed(Exception e, CommandLine command, CommandLine.ParseResult parsed) {
    PrintWriter err = command.getErr();
    err.printf("%s: %s%n", command.getCommandSpec().qualifiedName(), oneLine(e));
    err.flush();
    return FAILURE;
  }

  private static String oneLine(Exception e) {
    String message = e.getMessage();
    return (message == null || message.isBlank() ? e.toString() : message)
        .strip()
        .replaceAll("\\s*\\R\\s*", "; ");
  }
}
