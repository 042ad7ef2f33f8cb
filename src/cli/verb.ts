import { type Command, InvalidArgumentError, Option } from 'commander';
import { type CommonOptions, type Invocation, openInvocation } from './invocation.ts';
import type { Io } from './io.ts';

/** Where the verbs hang: the program they add themselves to, and how their action is run. */
export interface VerbHost {
  readonly program: Command;
  readonly io: Io;
  readonly run: (options: CommonOptions, action: VerbAction) => Promise<void>;
}

/** One verb at work. @returns the exit code */
export type VerbAction = (invocation: Invocation) => Promise<number>;

export function createVerbHost(program: Command, io: Io, setExitCode: (code: number) => void): VerbHost {
  return {
    program,
    io,
    run: async (options, action) => {
      const invocation = await openInvocation(io, options);
      try {
        setExitCode(await action(invocation));
      } catch (error) {
        invocation.noteFailure(error);
        throw error;
      } finally {
        await invocation.end();
      }
    },
  };
}

/** A verb's command with the options that all verbs share. */
export function addVerb(host: VerbHost, usage: string, summary: string): Command {
  return host.program
    .command(usage)
    .summary(summary)
    .description(summary)
    .allowExcessArguments(false)
    .option('--json', 'print the result as one JSON object with a version')
    .addOption(new Option('--color <when>', 'colour the output').choices(['auto', 'always', 'never']).default('auto'))
    .option('--quiet', 'no progress and no talk on stderr')
    .option('--log <file>', 'append what happens to FILE as JSON lines');
}

export function withRegistry(command: Command): Command {
  return command
    .option('--registry <file>', 'the SQLite registry (or RUNLINK_REGISTRY)')
    .option('--config <file>', 'runlink.json; default: the one beside the registry');
}

export function withProject(command: Command): Command {
  return command
    .option('--project <entity/project>', 'the W&B project (or WANDB_ENTITY and WANDB_PROJECT)')
    .option('--base-url <url>', 'the W&B server (or WANDB_BASE_URL)');
}

export function parseProbability(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 1))
    throw new InvalidArgumentError('expected a number from 0 to 1');
  return value;
}

export function parseBits(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0)) throw new InvalidArgumentError('expected a number of bits, 0 or more');
  return value;
}

export function parseCount(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) throw new InvalidArgumentError('expected a whole number');
  return value;
}

export function parsePositiveCount(text: string): number {
  const value = parseCount(text);
  if (value === 0) throw new InvalidArgumentError('expected a whole number of 1 or more');
  return value;
}

/** Gathers an option that may be given several times. */
export function collect(text: string, earlier: readonly string[] | undefined): readonly string[] {
  return [...(earlier ?? []), text];
}

export function parseSeconds(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0)) throw new InvalidArgumentError('expected seconds, 0 or more');
  return value;
}
