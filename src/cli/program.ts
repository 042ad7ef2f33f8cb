import { Command } from 'commander';
import { TOOL_VERSION } from '../model/version.ts';
import type { Io } from './io.ts';
import { reportError } from './report-error.ts';
import { createVerbHost } from './verb.ts';
import type { VerbHost } from './verb.ts';
import { VERBS } from './verbs/all.ts';

/** Runs one command line. @returns the exit code, see `EXIT_CODES` */
export async function runCli(argv: readonly string[], io: Io): Promise<number> {
  let exitCode = 0;
  try {
    const program = await buildProgram(io, (code) => (exitCode = code), argv[0]);
    await program.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    return reportError(error, io, argv);
  }
}

/** @param named the verb that is called, where all that is needed is that one; what is no verb's name needs them all */
export async function buildProgram(io: Io, setExitCode: (code: number) => void, named = ''): Promise<Command> {
  const program = new Command('runlink');
  program
    .description('Links the rows of a local SQLite training-run registry to the W&B runs they came from.')
    .version(TOOL_VERSION, '--version', 'print the version')
    .helpCommand(false)
    .configureOutput({
      writeOut: io.out,
      writeErr: io.err,
      // `reportError` prints all errors, so that they look alike and are JSON where that was asked for.
      outputError: () => {},
      getOutHelpWidth: () => Math.min(io.terminal.columns, 110),
    })
    .exitOverride();
  const host = createVerbHost(program, io, setExitCode);
  for (const addVerb of await loadVerbs(named)) addVerb(host);
  for (const command of program.commands) command.exitOverride().copyInheritedSettings(program);
  return program;
}

/** `help` describes the others. */
async function loadVerbs(named: string): Promise<readonly ((host: VerbHost) => void)[]> {
  const isOneEnough = named !== 'help' && Object.hasOwn(VERBS, named);
  const wanted = Object.entries(VERBS).filter(([name]) => !isOneEnough || name === named);
  return await Promise.all(wanted.map(([, load]) => load()));
}
