import type { Cell } from '../../../../src/model/cell.ts';
import type { Column, Written } from '../columns.ts';
import type { Dice } from '../dice.ts';
import type { Course, Job, Launch } from '../job.ts';
import { byStart, splitJobs } from '../labour.ts';
import type { Settings, Split } from '../labour.ts';
import { HOUR, DAY_MS } from '../times.ts';

export interface Start {
  readonly at: number;
  readonly user: string;
}

export interface WorkStyle {
  readonly from: string;
  readonly days: number;
  readonly count: number;
  /** The busiest first. */
  readonly users?: readonly string[];
  /** Seconds between two starts of one sitting. */
  readonly step?: readonly [number, number];
}

/** Long-tailed work: few do most of it, in sittings of one to thirty starts, with silent days between. */
export function workOf(dice: Dice, { from, days, count, users = ['me'], step = [20, 6000] }: WorkStyle): Start[] {
  const starts: Start[] = [];
  while (starts.length < count) {
    const user = users[Math.floor(users.length * dice.unit() ** 2.2)]!;
    const day = Date.parse(from) + Math.floor(days * dice.unit() ** 0.7) * DAY_MS;
    let now = day + dice.between(7, 20) * HOUR;
    for (let left = Math.ceil(1 / (dice.unit() ** 0.8 + 0.03)); left > 0 && starts.length < count; left -= 1) {
      starts.push({ at: Math.round(now), user });
      now += dice.logBetween(...step) * 1000;
    }
  }
  return starts.sort((a, b) => a.at - b.at);
}

export interface History {
  readonly settings: (start: Start) => Settings;
  readonly make: (settings: Settings, start: Start) => Launch;
  /** Shares of starts that repeat a recent one of the same person in everything, or in all but the seed. */
  readonly again?: number;
  readonly reseed?: number;
}

/** Launches as people make them: something new, the last thing once more, the last thing with another seed. */
export function historyOf(
  dice: Dice,
  starts: readonly Start[],
  { settings, make, again = 0.07, reseed = 0.1 }: History,
): Launch[] {
  const recent = new Map<string, Settings[]>();
  return starts.map((start) => {
    const known = (recent.get(start.user) ?? []).slice(-4);
    const roll = dice.unit();
    const old = known.length > 0 && roll < again + reseed ? dice.pick(known) : null;
    const fresh = old === null ? { ...settings(start), user: start.user } : old;
    const own = old !== null && roll >= again && 'seed' in old ? { ...old, seed: dice.whole(0, 9) } : fresh;
    recent.set(start.user, [...known, own]);
    return make(own, start);
  });
}

/** In [0, 1), the same for the same settings whatever the seed: how good a configuration is. */
export function levelOf({ seed: _seed, user: _user, ...rest }: Settings): number {
  const text = Object.values(rest).join('|');
  let hash = 2_166_136_261;
  for (const letter of text) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 16_777_619) >>> 0;
  return (((hash ^ (hash >>> 15)) * 2_246_822_519) >>> 0) / 4_294_967_296;
}

export interface Fate {
  readonly seconds: number;
  readonly state: string;
  /** Whether it lived to measure anything. */
  readonly measured: boolean;
}

/** Most end as planned; the others die early, and some of these have measured something. */
export function fateOf(dice: Dice, planned: number, failed: number): Fate {
  if (!dice.chance(failed)) return { seconds: planned, state: 'finished', measured: true };
  const seconds = Math.max(3, planned * dice.unit() ** 2);
  return { seconds, state: dice.pick(['failed', 'crashed', 'crashed', 'killed']), measured: dice.chance(0.3) };
}

/** Only what the fate allows. */
export function scoresOf(fate: Fate, scores: Readonly<Record<string, Course>>): Readonly<Record<string, Course>> {
  return fate.measured ? scores : {};
}

/** Who registered what, and whose run is gone. */
export function splitOf(dice: Dice, jobs: readonly Job[], [noRow, noRun]: readonly [number, number]): Split {
  return splitJobs(dice, byStart(jobs), { noRow, noRun });
}

/** Several columns' evidence in one cell; empty where the first of them is empty. */
export function phrase(
  name: string,
  parts: readonly Column[],
  render: (cells: readonly Cell[], names: readonly string[]) => Cell,
): Column {
  const names = parts.map((part) => part.name);
  return {
    name,
    type: 'TEXT',
    write: (job, dice, no): Written => {
      const written = parts.map((part) => part.write(job, dice, no));
      if (written[0]!.cell === null) return { cell: null, fit: () => 0 };
      return {
        cell: render(
          written.map(({ cell }) => cell),
          names,
        ),
        fit: (other) => written.reduce((sum, { fit }) => sum + fit(other), 0),
      };
    },
  };
}

/** One JSON object of the parts that have a value. */
export function asJson(cells: readonly Cell[], names: readonly string[]): string {
  const entries = cells.map((cell, at) => [names[at]!, typeof cell === 'bigint' ? Number(cell) : cell] as const);
  return JSON.stringify(Object.fromEntries(entries.filter(([, cell]) => cell !== null)));
}

/** The same evidence in another spelling; the spelling must lose nothing. */
export function spelt(column: Column, spell: (cell: Cell, dice: Dice) => Cell, type = 'TEXT'): Column {
  return {
    ...column,
    type,
    write: (job, dice, no) => {
      const written = column.write(job, dice, no);
      return written.cell === null ? written : { ...written, cell: spell(written.cell, dice) };
    },
  };
}

export const comma = (cell: Cell): Cell => String(cell).replace('.', ',');
