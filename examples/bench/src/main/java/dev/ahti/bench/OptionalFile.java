package dev.ahti.bench;

import java.util.Stack;
import picocli.CommandLine.IParameterConsumer;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Takes the next word as a file name unless it is an option or a workload, so that {@code --json
 * bulk-up} means JSON on stdout and not a file called bulk-up.
 */
final class OptionalFile implements IParameterConsumer {
  @Override
  @SuppressWarnings("JdkObsolete") // picocli's signature
  public void consumeParameters(Stack<String> words, ArgSpec option, CommandSpec command) {
    boolean file =
        !words.isEmpty() && !words.peek().startsWith("-") && Workload.named(words.peek()).isEmpty();
    option.setValue(file ? words.pop() : BenchCommand.STDOUT);
  }
}
