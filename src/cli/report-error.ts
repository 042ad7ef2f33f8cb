import { CommanderError } from 'commander';
import { EXIT_CODES, RunlinkError } from '../errors.ts';
import { escapeForTerminal } from '../text/escape.ts';
import type { Io } from './io.ts';

/** Tells the person on stderr what went wrong and what to do next. @returns the exit code */
export function reportError(error: unknown, io: Io, json: boolean): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_CODES.done : EXIT_CODES.usage;
  if (!(error instanceof RunlinkError)) return reportBug(error, io);
  if (json) {
    io.err(`${JSON.stringify({ error: { code: error.code, message: error.message, hint: error.hint ?? null } })}\n`);
    return error.code;
  }
  io.err(`error: ${escapeLines(error.message)}\n`);
  if (error.hint !== undefined) io.err(`hint: ${escapeLines(error.hint)}\n`);
  return error.code;
}

/** Whatever is not a RunlinkError was not foreseen: the stack is what a report needs. */
function reportBug(error: unknown, io: Io): number {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  io.err(`error: unexpected failure, nothing is half done\n${escapeLines(text)}\n`);
  io.err('hint: this is a bug in runlink; please report the lines above\n');
  return EXIT_CODES.failure;
}

function escapeLines(text: string): string {
  return text.split('\n').map(escapeForTerminal).join('\n');
}
