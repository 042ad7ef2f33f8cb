import { filler, joined, setting, sometimes } from '../columns.ts';
import type { Column } from '../columns.ts';
import { recordJobs } from '../job.ts';
import { byStart, courseOf, officeTimes, splitJobs, stateOf } from '../labour.ts';
import { at, zoneOf } from '../times.ts';
import type { LabRecipe } from '../world.ts';
import { calendarDay, figure, launch } from '../second/parts.ts';
import { two } from './parts.ts';

const WORDS: Readonly<Record<string, string>> = {
  faces: 'лица',
  plates: 'номера',
  documents: 'документы',
  fast: 'быстрая',
  accurate: 'точная',
};

/** A Russian table beside English runs: translated words, 12.03.25, decimal commas, a tick for what ended well. */
export const translated: LabRecipe = (dice) => {
  const times = officeTimes(dice, { from: at('2025-02-03T00:00:00Z'), days: 60, count: 140 });
  const launches = times.map((launchedAt) =>
    launch({
      settings: {
        data: dice.pick(['faces', 'plates', 'documents']),
        kind: dice.pick(['fast', 'accurate']),
        input: dice.pick([112, 224, 448]),
      },
      launchedAt,
      wait: dice.between(4, 40),
      seconds: dice.logBetween(1500, 30_000),
      scores: {
        f1: courseOf(dice, dice.normal(0.91, 0.03), 0.002),
        far: courseOf(dice, dice.logBetween(1e-5, 1e-2), -1e-6),
      },
      state: stateOf(dice, 0.2),
    }),
  );
  const jobs = recordJobs(
    launches,
    {
      paths: { data: 'dataset', kind: 'variant', input: 'input_size' },
      metricPaths: { f1: 'test/f1', far: 'test/far' },
      nameOf: ({ settings: own }) => `${own['data']}-${own['kind']}`,
    },
    dice,
  );
  const word = (name: string, key: string): Column =>
    setting(name, key, { spell: (value) => WORDS[String(value)] ?? null });
  return {
    table: 'обучения',
    columns: [
      filler('№', 'INTEGER', (_job, _dice, no) => no + 1),
      joined('модель', [word('', 'data'), word('', 'kind')], ([data, kind]) => `${data} (${kind})`),
      calendarDay('дата', {
        zone: zoneOf('Europe/Moscow'),
        spell: (date) =>
          `${two(date.getUTCDate())}.${two(date.getUTCMonth() + 1)}.${String(date.getUTCFullYear()).slice(2)}`,
      }),
      sometimes(0.3, setting('вход', 'input', { spell: (value) => `${value}×${value}` })),
      figure('F1', 'f1', { type: 'TEXT', spell: (value) => value.toFixed(3).replace('.', ',') }),
      filler('итог', 'TEXT', ({ state }) => (state === 'finished' ? '✅' : '❌')),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.1, noRun: 0.2 }),
  };
};
