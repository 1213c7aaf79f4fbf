package io.iambridge.common.cli;

import java.io.PrintWriter;
import java.lang.reflect.AnnotatedElement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Runs a picocli command the way all our programs do: a wrong flag is one line with a suggestion
 * and exit status 2; a {@link StartException} is one line and exit status 1; anything else is a bug
 * and shows its stack trace.
 */
public final class Program {
  private final CommandLine line;
  private final String kiamCommand;

  /**
   * @param command the annotated picocli command
   * @param kiamCommand kiam's word for this program ({@code kiam agent …}), skipped when it comes
   *     first so that kiam's manifests start us after a change of the image; empty for none
   */
  public Program(Object command, String kiamCommand) {
    this.kiamCommand = kiamCommand;
    this.line =
        new CommandLine(command)
            .setUsageHelpAutoWidth(true)
            .setAbbreviatedOptionsAllowed(false)
            .setParameterExceptionHandler((e, args) -> wrongFlags(e))
            .setExecutionExceptionHandler((e, commandLine, parsed) -> failed(e, commandLine));
  }

  /** Where to print, instead of the standard streams. */
  public Program output(PrintWriter out, PrintWriter err) {
    line.setOut(out).setErr(err);
    return this;
  }

  /** Parses, runs, and returns the exit status. */
  public int run(String... args) {
    boolean kiam = args.length > 0 && !kiamCommand.isEmpty() && args[0].equals(kiamCommand);
    return line.execute(kiam ? Arrays.copyOfRange(args, 1, args.length) : args);
  }

  /** One line for each option given that is marked {@link NoEffect}, for the log. */
  public static List<String> noEffectWarnings(ParseResult parsed) {
    List<String> warnings = new ArrayList<>();
    for (OptionSpec option : parsed.matchedOptions()) {
      if (option.userObject() instanceof AnnotatedElement field) {
        NoEffect mark = field.getAnnotation(NoEffect.class);
        if (mark != null) {
          warnings.add(option.longestName() + " has no effect: " + mark.value());
        }
      }
    }
    return warnings;
  }

  private static int wrongFlags(ParameterException e) {
    CommandLine line = e.getCommandLine();
    PrintWriter err = line.getErr();
    err.println(line.getCommandName() + ": " + e.getMessage());
    UnmatchedArgumentException.printSuggestions(e, err);
    err.println("Try '" + line.getCommandSpec().qualifiedName() + " --help'.");
    err.flush();
    return ExitCode.USAGE;
  }

  private static int failed(Exception e, CommandLine line) {
    PrintWriter err = line.getErr();
    if (e instanceof StartException) {
      err.println(line.getCommandName() + ": " + e.getMessage());
    } else {
      e.printStackTrace(err);
    }
    err.flush();
    return ExitCode.SOFTWARE;
  }
}
