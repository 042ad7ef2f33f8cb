import type { Command } from 'commander';
import { collect } from './verb.ts';

/** Options of verbs that work on the rows that a query selects. */
export interface SelectionOptions {
  readonly where?: readonly string[];
  readonly status?: string;
  readonly since?: string;
  readonly until?: string;
}

export function withSelection(command: Command): Command {
  return command
    .option('--where <column=value>', 'a condition (also != < <= > >=); may be given several times', collect)
    .option('--status <status>', "running, not_running, or one of the registry's own words")
    .option('--since <time>', 'rows that started, or were created, then or later: 2024-02, 2024-02-29, a time')
    .option('--until <time>', 'rows that started, or were created, before that')
    .addHelpText(
      'after',
      '\nA year, a month or a day stands for its beginning: --since 2024-02 --until 2024-03 is February.',
    );
}

/** What was given of them, for a use case. */
export function readSelection({ where, status, since, until }: SelectionOptions): SelectionOptions {
  return {
    ...(where === undefined ? {} : { where }),
    ...(status === undefined ? {} : { status }),
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
  };
}

export function splitNames(text: string): readonly string[] {
  return text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}
