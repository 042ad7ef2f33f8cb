import { EXIT_CODES, UsageError } from '../errors.ts';
import type { InvocationContext } from '../model/context.ts';
import type { Io } from './io.ts';

/**
 * Asks before a verb writes, where `--yes` was not given.
 *
 * @returns whether to go on
 * @throws UsageError without a terminal, where nobody can answer
 */
export async function confirm(io: Io, question: string): Promise<boolean> {
  if (!io.terminal.in || !io.terminal.err) {
    throw new UsageError('nobody can be asked for a confirmation: stdin or stderr is no terminal', {
      hint: 'Add --yes to do it without being asked.',
    });
  }
  const answer = await io.ask(`${question} [y/N] `);
  return /^y(es)?$/i.test(answer.trim());
}

export function sayUntouched(context: InvocationContext): number {
  context.say('nothing was written');
  return EXIT_CODES.done;
}
