import type { Column } from '../columns.ts';
import { evenDelay, filler } from '../columns.ts';
import type { Dice } from '../dice.ts';
import { workOf } from '../fourth/kit.ts';
import type { WorkStyle } from '../fourth/kit.ts';
import { recordJobs } from '../job.ts';
import type { Job, Launch, Project } from '../job.ts';
import type { Settings } from '../labour.ts';
import { around, launchOf } from './kit.ts';

interface Work extends WorkStyle {
  readonly settings: () => Settings;
  readonly seconds?: readonly [number, number];
  readonly hosts?: readonly string[];
  readonly metrics?: Readonly<Record<string, readonly [number, number, number]>>;
}

/** Launches of common work: what differs between the labs below is what is kept of them. */
export function workJobs(dice: Dice, work: Work, project: Project): Job[] {
  const launches = workOf(dice, work).map((start): Launch => {
    const settings = work.settings();
    return launchOf(dice, {
      settings,
      at: start.at,
      wait: dice.logBetween(3, 40),
      seconds: dice.logBetween(...(work.seconds ?? [200, 20_000])),
      failed: 0.12,
      host: dice.pick(work.hosts ?? ['n1', 'n2', 'n3']),
      scores: Object.fromEntries(
        Object.entries(work.metrics ?? {}).map(([name, [from, to, spread]]) => [
          name,
          around(dice, { ...settings, name }, { from, to, spread, slack: spread / 16 }),
        ]),
      ),
    });
  });
  return recordJobs(launches, project, dice);
}

export const counted = (name: string): Column => filler(name, 'INTEGER', (_job, _dice, no) => no + 1);
export const launched = ({ launchedAt }: Job): number => launchedAt;
export const behind =
  (from: number, to: number) =>
  (seconds: number): number =>
    evenDelay(from, to)(-seconds);
