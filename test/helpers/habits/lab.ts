import type { Run } from '../../../src/model/run.ts';
import type { Random } from '../worlds/random.ts';
import type { Range } from './records.ts';

export const DAY = 86_400;
const BASE36 = '0123456789abcdefghijklmnopqrstuvwxyz';
export const HEX = '0123456789abcdef';

export interface Launching {
  /** First day, UTC. */
  readonly from: string;
  readonly days: number;
  readonly count: number;
  /** Mean starts in a row, and mean seconds between them. */
  readonly burst: number;
  readonly gap: number;
}

/** Starts in epoch seconds with fractions: people work in bursts. */
export function startTimes(random: Random, { from, days, count, burst, gap }: Launching): number[] {
  const starts: number[] = [];
  while (starts.length < count) {
    let at = Date.parse(from) / 1000 + random.between(0, days * DAY);
    const size = 1 + Math.floor(spread(random, burst - 1));
    for (let no = 0; no < size && starts.length < count; no++) {
      starts.push(at);
      at += spread(random, gap) + 0.1;
    }
  }
  return starts.toSorted((a, b) => a - b);
}

/** Exponential with the given mean. */
export function spread(random: Random, mean: number): number {
  return -Math.log(1 - random.next()) * mean;
}

/** Lengths over orders of magnitude, in seconds. */
export function lengthOf(random: Random, from: number, to: number): number {
  return Math.exp(random.between(Math.log(from), Math.log(to)));
}

/** The value, or nothing in that share of the cases. */
export function maybe<T>(random: Random, missing: number, value: T): T | null {
  return random.chance(missing) ? null : value;
}

export function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

/** `YYYY MM DD HH mm ss SSS` in the pattern are replaced. @param seconds epoch of the writer's own clock */
export function writeTime(seconds: number, pattern: string): string {
  const iso = new Date(Math.floor(seconds * 1000)).toISOString();
  const parts: Readonly<Record<string, string>> = {
    YYYY: iso.slice(0, 4),
    MM: iso.slice(5, 7),
    DD: iso.slice(8, 10),
    HH: iso.slice(11, 13),
    mm: iso.slice(14, 16),
    ss: iso.slice(17, 19),
    SSS: iso.slice(20, 23),
  };
  return pattern.replaceAll(/YYYY|SSS|MM|DD|HH|mm|ss/g, (token) => parts[token] ?? token);
}

/** Seconds that a European or American wall clock is ahead of UTC in 2024. */
export function wallClock(seconds: number, winterHours: number): number {
  const isEurope = winterHours >= 0;
  const summer = isEurope ? [1_711_846_800, 1_729_990_800] : [1_710_064_800, 1_730_624_400];
  const isSummer = seconds >= (summer[0] ?? 0) && seconds < (summer[1] ?? 0);
  return (winterHours + (isSummer ? 1 : 0)) * 3600;
}

/** Where a moment lies that was written `delay` seconds later, cut to `quantum` seconds. */
export function before(shown: number, delay: Range, quantum = 1): Range {
  return [shown - delay[1] - 0.01, shown + quantum - delay[0] + 0.01];
}

/** Where a value lies that was rounded to so many digits, or is off by `noise` of itself at most. */
export function about(shown: number, digits: number, noise = 0): Range {
  const slack = 0.5001 * 10 ** -digits + Math.abs(shown) * noise;
  return [shown - slack, shown + slack];
}

export const exactly = (value: number): Range => [value - 1e-9, value + 1e-9];

export type RunParts = Partial<Run> & { readonly created: number; readonly ended: number };

/** A run of W&B: whole-second creation, a generated id and, where no name is given, a generated name. */
export function makeRun(random: Random, { created, ended, ...parts }: RunParts): Run {
  const runId = random.text(8, BASE36);
  return {
    storageId: `UnVuOnYxOj${runId}`,
    runId,
    displayName: generatedName(random),
    state: 'finished',
    createdAt: Math.floor(created) * 1000,
    heartbeatAt: Math.floor(ended) * 1000,
    group: null,
    jobType: null,
    sweepName: null,
    tags: [],
    notes: null,
    host: null,
    user: null,
    commit: null,
    program: 'train.py',
    args: [],
    config: {},
    summary: {},
    ...parts,
  };
}

function generatedName(random: Random): string {
  const first = random.pick(['glad', 'vivid', 'dry', 'jumping', 'royal', 'noble', 'fiery', 'lunar', 'solar', 'amber']);
  const second = random.pick(['firefly', 'sponge', 'river', 'dew', 'wave', 'pond', 'totem', 'plasma', 'moon', 'paper']);
  return `${first}-${second}-${random.integer(1, 2000)}`;
}

/** W&B's own keys of a summary. */
export function ownSummary(start: number, end: number): { _runtime: number; _timestamp: number; _step: number } {
  return { _runtime: end - start, _timestamp: end, _step: Math.max(1, Math.floor((end - start) * 1.7)) };
}
