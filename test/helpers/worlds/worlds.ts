import { PLAIN_WORLD } from './world.ts';
import type { WorldKnobs } from './world.ts';

const loguniform =
  (from: number, to: number): WorldKnobs['delay'] =>
  (random) =>
    Math.exp(random.between(Math.log(from), Math.log(to)));

/** Zones as an author travels: four periods in the span of a registry. */
const travels: WorldKnobs['zone'] = (seconds) => {
  const weeks = Math.floor(seconds / (7 * 86_400));
  return [-240, -300, 120, 60][weeks % 4] ?? 0;
};

/** Labelled worlds, each hard in its own way. */
export const WORLDS: Readonly<Record<string, WorldKnobs>> = {
  plain: PLAIN_WORLD,
  'six rows': { ...PLAIN_WORLD, rows: 6 },
  'thirty rows': { ...PLAIN_WORLD, rows: 30 },
  'relaunch loops': { ...PLAIN_WORLD, retries: 0.6, seeds: false, sweeps: 10 },
  batches: { ...PLAIN_WORLD, batch: 16, seeds: false, sweeps: 60, delay: loguniform(3, 300) },
  'day only, noisy metrics': {
    ...PLAIN_WORLD,
    timeText: 'day',
    durations: 'minutes',
    metricDigits: 2,
    metricNoise: 0.02,
  },
  'a third missing': { ...PLAIN_WORLD, missing: 0.33 },
  'machine clocks': { ...PLAIN_WORLD, machineClocks: true, metrics: false, seeds: false },
  'private clocks': { ...PLAIN_WORLD, machineClocks: 'private', metrics: false, seeds: false },
  'private clocks alone': {
    ...PLAIN_WORLD,
    machineClocks: 'private',
    metrics: false,
    seeds: false,
    durations: 'none',
  },
  'other names': { ...PLAIN_WORLD, keys: 'renamed' },
  'other names, no metrics': { ...PLAIN_WORLD, keys: 'renamed', metrics: false },
  ranks: { ...PLAIN_WORLD, ranks: 3 },
  'ends only': { ...PLAIN_WORLD, endsOnly: true, metrics: false },
  'job numbers': { ...PLAIN_WORLD, jobIds: true, metrics: false, timeText: 'none', durations: 'none', seeds: false },
  'night syncs': { ...PLAIN_WORLD, nightSyncs: 0.4, metrics: false },
  copies: { ...PLAIN_WORLD, copies: 0.12 },
  'half without a run': { ...PLAIN_WORLD, orphanRows: 0.5, orphanRuns: 1 },
  'no metrics': { ...PLAIN_WORLD, metrics: false },
  'no times': { ...PLAIN_WORLD, timeText: 'none' },
  'neither metrics nor times': { ...PLAIN_WORLD, metrics: false, timeText: 'none', sweeps: 200, rows: 300 },
  'names only': {
    ...PLAIN_WORLD,
    metrics: false,
    timeText: 'none',
    durations: 'none',
    settings: false,
    runNaming: 'same',
    sweeps: 400,
  },
  'reordered names': { ...PLAIN_WORLD, runNaming: 'reordered', settings: false, metrics: false },
  'typos in names': { ...PLAIN_WORLD, naming: 'typos', runNaming: 'same', settings: false, metrics: false },
  'settings only': { ...PLAIN_WORLD, metrics: false, timeText: 'none', durations: 'none', sweeps: 400, naming: 'none' },
  'rounded metrics': { ...PLAIN_WORLD, metricDigits: 2 },
  'time only': { ...PLAIN_WORLD, metrics: false, settings: false, naming: 'none', durations: 'none', gap: 4000 },
  travels: { ...PLAIN_WORLD, zone: travels, gap: 6000 },
  'busy day': { ...PLAIN_WORLD, gap: 40, metrics: false, seeds: false },
  'epoch times': { ...PLAIN_WORLD, timeText: 'epoch', zone: () => 0 },
  'some linked': { ...PLAIN_WORLD, linked: 0.3, metrics: false },
  'ninety in a hundred gone': { ...PLAIN_WORLD, orphanRows: 0.9, orphanRuns: 2 },
  strangers: { ...PLAIN_WORLD, strangers: true },
  'strangers in batches': { ...PLAIN_WORLD, strangers: true, batch: 16, seeds: false },
  'six strangers': { ...PLAIN_WORLD, strangers: true, rows: 6 },
};

/** The plain world with its evidence taken away, one kind at a time. */
export const TAKEN_AWAY: Readonly<Record<string, WorldKnobs>> = {
  'without metrics': { ...PLAIN_WORLD, metrics: false },
  'without times and durations': { ...PLAIN_WORLD, timeText: 'none', durations: 'none' },
  'without all three': { ...PLAIN_WORLD, metrics: false, timeText: 'none', durations: 'none' },
  'with names only': {
    ...PLAIN_WORLD,
    metrics: false,
    timeText: 'none',
    durations: 'none',
    settings: false,
    runNaming: 'same',
  },
  'with settings only': { ...PLAIN_WORLD, metrics: false, timeText: 'none', durations: 'none', naming: 'none' },
  'without 30 % of the cells': { ...PLAIN_WORLD, missing: 0.3 },
  'with metrics of two digits': { ...PLAIN_WORLD, metricDigits: 2 },
  'with a clock per machine': { ...PLAIN_WORLD, machineClocks: 'private' },
};
