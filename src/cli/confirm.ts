import { UsageError } from '../errors.ts';
import type { Io } from './io.ts';

/**
 * Asks before a verb writes. Without a terminal nobody can answer, so `--yes` has to be there.
 *
 * @returns whether to go on
 * @throws UsageError where there is neither a terminal nor `--yes`
 */
export async function confirm(io: Io, yes: boolean | undefined, question: string): Promise<boolean> {
  if (yes === true) return true;
  if (!io.terminal.in || !io.terminal.err) {
    throw new UsageError('nobody can be asked for a confirmation: stdin or stderr is no terminal', {
      hint: 'Add --yes to do it without being asked.',
    });
  }
  const answer = await io.ask(`${question} [y/N] `);
  return /^y(es)?$/i.test(answer.trim());
}
