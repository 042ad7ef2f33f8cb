import { CommanderError } from 'commander';
import { EXIT_CODES, RunlinkError, StoppedError, UsageError } from '../errors.ts';
import { escapeForTerminal, escapeJson } from '../text/escape.ts';
import { quoteForShell } from '../text/shell.ts';
import type { Io } from './io.ts';

/** Tells the person on stderr what went wrong and what to do next. @returns the exit code */
export function reportError(error: unknown, io: Io, argv: readonly string[]): number {
  if (error instanceof CommanderError) return reportParserError(error, io, argv);
  if (!(error instanceof RunlinkError)) return reportError(explainBug(error), io, argv);
  const hint = buildHintOrNull(error, argv);
  if (argv.includes('--json')) {
    io.err(`${escapeJson(JSON.stringify({ error: { code: error.code, message: error.message, hint } }))}\n`);
    return error.code;
  }
  io.err(`error: ${escapeLines(error.message)}\n`);
  if (hint !== null) io.err(`hint: ${escapeLines(hint)}\n`);
  return error.code;
}

/** The parser throws also where it has shown the help: because it was asked for, or because no verb was named. */
function reportParserError(error: CommanderError, io: Io, argv: readonly string[]): number {
  if (error.exitCode === 0) return EXIT_CODES.done;
  if (error.code === 'commander.help') return EXIT_CODES.usage;
  const hint = 'Run "runlink help" for the verbs, or "runlink VERB --help" for the options of one.';
  return reportError(new UsageError(error.message.replace(/^error: /, ''), { hint }), io, argv);
}

/** Who was stopped gets the command line that goes on; a use case that knows a better one has named it itself. */
function buildHintOrNull(error: RunlinkError, argv: readonly string[]): string | null {
  const hint = error.hint ?? null;
  if (!(error instanceof StoppedError) || hint?.includes('runlink ') === true) return hint;
  return `Go on with: runlink ${argv.map(quoteForShell).join(' ')}`;
}

/** Whatever is not a RunlinkError was not foreseen: the stack is what a report needs. */
function explainBug(cause: unknown): RunlinkError {
  const text = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
  return new RunlinkError(`unexpected failure, nothing is half done\n${text}`, {
    hint: 'This is a bug in runlink; please report the lines above.',
    cause,
  });
}

function escapeLines(text: string): string {
  return text.split('\n').map(escapeForTerminal).join('\n');
}
