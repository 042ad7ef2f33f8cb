import type { Cell } from '../../../../src/model/cell.ts';
import { evenDelay, filler, joined, lasted, moment, score, setting, sometimes } from '../columns.ts';
import type { Column } from '../columns.ts';
import type { Dice } from '../dice.ts';
import { recordJobs } from '../job.ts';
import type { Job } from '../job.ts';
import { powerOf } from '../labour.ts';
import { NEVER, hands, open, same, told } from '../second/parts.ts';
import { spoilt } from '../third/parts.ts';
import { GERMAN, NAIVE, NAIVE_MINUTE, SPREADSHEET, UTC, zoneOf } from '../times.ts';
import type { TimeStyle } from '../times.ts';
import type { LabRecipe } from '../world.ts';
import { DETECTION, PROTEINS, TRANSLATION, detectors, proteins, translators } from './domains.ts';
import { comma, levelOf, spelt, splitOf } from './kit.ts';

const counter = (name: string): Column => filler(name, 'INTEGER', (_job, _dice, no) => no + 1);

/** One column, many types: numbers, texts of numbers, words for the usual value. */
export const mixedTypes: LabRecipe = (dice) => {
  const jobs = recordJobs(proteins(dice, { count: 320 }), { ...PROTEINS, nameOf: () => null }, dice);
  const loose = (column: Column): Column => spelt(column, (cell, own) => (own.chance(0.4) ? String(cell) : cell), '');
  return {
    table: 'Sheet1',
    columns: [
      counter('Nr'),
      setting('model', 'trunk', { spell: (value) => (value === 'esm2' ? 'ESM-2' : String(value)) }),
      setting('task', 'target'),
      spelt(
        setting('lr', 'lr', { type: '' }),
        (cell, own) => (own.chance(0.3) ? powerOf(Number(cell)) : own.chance(0.3) ? String(cell) : cell),
        '',
      ),
      loose(setting('drop', 'drop')),
      spelt(setting('layers', 'layers'), (cell, own) => (own.chance(0.2) ? `${cell}L` : cell), ''),
      sometimes(0.3, loose(score('rho', 'rho', { digits: 3 }))),
      spelt(
        moment('date', { style: NAIVE_MINUTE, zone: zoneOf('Europe/Prague'), delay: evenDelay(2, 14) }),
        (cell, own) => (own.chance(0.3) ? String(cell).replace(' ', 'T') : cell),
      ),
    ],
    ...splitOf(dice, jobs, [0.35, 0.15]),
  };
};

const US_DAY: TimeStyle = {
  type: 'TEXT',
  quantum: 86_400,
  render: (ms) => `${new Date(ms).getUTCMonth() + 1}/${new Date(ms).getUTCDate()}/${new Date(ms).getUTCFullYear()}`,
};

/** Pasted into a spreadsheet and out again: moments became numbers, for some they stayed words, names lost leading zeros. */
export const spreadsheetDates: LabRecipe = (dice) => {
  const jobs = recordJobs(detectors(dice, { count: 330 }), DETECTION, dice);
  const zone = zoneOf('America/Denver');
  const when = hands(
    'Start',
    [
      moment('Start', { style: SPREADSHEET, zone, delay: evenDelay(4, 20) }),
      moment('Start', { style: US_DAY, zone, delay: evenDelay(4, 20) }),
    ],
    ({ settings }) => (settings['user'] === 'tobi' ? 1 : 0),
  );
  return {
    table: 'export',
    columns: [
      counter('ID'),
      { ...when, type: '' },
      setting('Model', 'model'),
      setting('Image size', 'imgsz', { type: 'INTEGER' }),
      setting('Dataset', 'data'),
      score('mAP50', 'map', { digits: 4 }),
      filler('Comment', 'TEXT', (_job, own) =>
        own.chance(0.15) ? own.pick(['#REF!', 'ok', 'see mail', '???']) : null,
      ),
    ],
    ...splitOf(dice, jobs, [0.4, 0.15]),
  };
};

/** German numbers as text: decimal commas, percent signs, hours with minutes. */
export const germanCommas: LabRecipe = (dice) => {
  const jobs = recordJobs(translators(dice, { count: 300 }), TRANSLATION, dice);
  return {
    table: 'Versuche',
    columns: [
      counter('Versuch'),
      joined('Sprachpaar', [setting('s', 'src'), setting('t', 'tgt')], ([s, t]) => `${s}-${t}`.toUpperCase()),
      setting('Architektur', 'arch'),
      spelt(setting('Glaettung', 'label_smoothing'), comma),
      spelt(score('BLEU', 'bleu', { digits: 2 }), comma),
      spelt(score('chrF', 'chrf', { digits: 1 }), comma),
      spelt(lasted('Dauer_h', { digits: 2, scale: 1 / 3600, noise: 30 }), (cell) => `${String(comma(cell))} h`),
      sometimes(0.5, moment('Beginn', { style: GERMAN, zone: zoneOf('Europe/Berlin'), delay: evenDelay(1, 6) })),
    ],
    ...splitOf(dice, jobs, [0.3, 0.15]),
  };
};

/** What wasn't measured or noted is nan, inf, None, a dash, or nothing, as it came. */
export const wordsForNothing: LabRecipe = (dice) => {
  const nothing = (own: Dice): Cell => own.pick(['nan', 'NaN', 'None', '-', 'n/a', 'inf', '', 'TBD']);
  const jobs = recordJobs(detectors(dice, { count: 300 }, 0.3), { ...DETECTION, noSummary: 0.1 }, dice);
  return {
    table: 'runs_csv',
    columns: [
      counter('idx'),
      setting('weights', 'model'),
      spoilt(0.15, setting('lr0', 'lr0'), nothing),
      spoilt(0.1, setting('imgsz', 'imgsz'), nothing),
      spoilt(0.25, spelt(score('mAP50', 'map', { digits: 4 }), String), nothing),
      spoilt(0.25, spelt(score('mAP50-95', 'map95', { digits: 4 }), String), nothing),
      spoilt(0.2, moment('time', { style: NAIVE, zone: UTC, delay: evenDelay(4, 20) }), nothing),
      filler('f1', 'TEXT', (_job, own) => nothing(own)),
    ],
    ...splitOf(dice, jobs, [0.3, 0.12]),
  };
};

/** Units and signs stand in the cells. */
export const unitsInCells: LabRecipe = (dice) => {
  const jobs = recordJobs(detectors(dice, { count: 340 }), DETECTION, dice);
  return {
    table: 'wiki_table',
    columns: [
      filler('run', 'TEXT', (_job, _dice, no) => `#${no + 1}`),
      setting('detector', 'model', { spell: (value) => String(value).replace('yolo', 'YOLO-') }),
      setting('input', 'imgsz', { spell: (value) => `${value} px` }),
      setting('lr', 'lr0', { spell: (value) => `lr=${value}` }),
      setting('bs', 'batch', { spell: (value) => `${value} imgs/gpu` }),
      setting('dataset', 'data'),
      spelt(score('mAP50', 'map', { digits: 1, scale: 100 }), (cell) => `${Number(cell).toFixed(1)}%`),
      spelt(lasted('time', { digits: 1, scale: 1 / 60, noise: 6 }), (cell) => `${cell} min`),
      filler('memory', 'TEXT', (_job, own) => `${own.between(4, 22).toFixed(1)} GB`),
    ],
    ...splitOf(dice, jobs, [0.65, 0.15]),
  };
};

/** Names are cut at 22 characters by the tool that listed them, and the hour is all that says more. */
export const cutNames: LabRecipe = (dice) => {
  const jobs = open(
    recordJobs(
      proteins(dice, { count: 330 }),
      {
        ...PROTEINS,
        nameOf: ({ settings: own }) =>
          `${own['target']}-${own['trunk']}-${own['head']}-d${own['drop']}-l${own['layers']}-lr${own['lr']}`,
      },
      dice,
    ),
  );
  return {
    table: 'listing',
    columns: [
      counter('line'),
      same('name', ({ run }) => (run.displayName!.length > 22 ? `${run.displayName!.slice(0, 22)}…` : run.displayName)),
      moment('modified', {
        style: NAIVE_MINUTE,
        zone: zoneOf('Asia/Seoul'),
        of: 'end',
        delay: (seconds) => (seconds < 75 ? -Math.log(75) : NEVER),
      }),
      filler('size', 'TEXT', (_job, own) => `${own.whole(90, 900)}M`),
    ],
    ...splitOf(dice, jobs, [0.55, 0.25]),
  };
};

/** A number typed off the screen: now and then two digits are swapped or one is another. */
function typed(name: string, metric: string, { digits, slip }: { digits: number; slip: number }): Column {
  const textOf = (value: number | undefined): string | null => (value === undefined ? null : value.toFixed(digits));
  return told(name, {
    say: ({ scores }, dice) => {
      const text = textOf(scores[metric]?.last);
      if (text === null || !dice.chance(slip)) return text;
      const spot = text.length - dice.whole(2, 3);
      return dice.chance(0.5)
        ? text.slice(0, spot) + text[spot + 1] + text[spot] + text.slice(spot + 2)
        : text.slice(0, spot) + dice.whole(0, 9) + text.slice(spot + 1);
    },
    fit: (cell, { seenScores }) => {
      const shown = textOf(seenScores[metric]);
      if (shown === null) return Math.log(0.01);
      if (shown === cell) return Math.log(1 - slip);
      const differing = [...shown].filter((letter, at) => letter !== String(cell)[at]).length;
      return differing <= 2 && shown.length === String(cell).length ? Math.log(slip / 30) : NEVER;
    },
  });
}

const MISSPELT = new Map([
  ['stability', 'stabilty'],
  ['meltome', 'meltom'],
  ['fluor', 'flour'],
  ['subloc', 'sub-loc'],
  ['gb1', 'gb-1'],
]);

/** Copied by hand: task names with typos, scores with wrong digits, days. */
export const typedByHand: LabRecipe = (dice) => {
  const jobs = recordJobs(proteins(dice, { count: 260 }), PROTEINS, dice);
  return {
    table: 'notebook',
    columns: [
      counter('entry'),
      told('task', {
        say: ({ settings }, own) => {
          const task = String(settings['target']);
          return own.chance(0.12) ? MISSPELT.get(task)! : task;
        },
        fit: (cell, { seen }) =>
          cell === seen['target']
            ? Math.log(0.88)
            : cell === MISSPELT.get(String(seen['target']))
              ? Math.log(0.12)
              : NEVER,
      }),
      setting('trunk', 'trunk', { slip: 0.02, slipTo: (_value, own) => own.pick(['esm2', 'prot5', 'ankh']) }),
      setting('head', 'head'),
      typed('spearman', 'rho', { digits: 4, slip: 0.06 }),
      typed('mse', 'mse', { digits: 3, slip: 0.06 }),
      filler('by', 'TEXT', ({ settings }) => settings['user'] as string),
    ],
    ...splitOf(dice, jobs, [0.35, 0.15]),
  };
};

/** In 3 % of the rows somebody pasted the scores of the row above. */
export const pastedScores: LabRecipe = (dice) => {
  const jobs = recordJobs(translators(dice, { count: 360 }), TRANSLATION, dice);
  const split = splitOf(dice, jobs, [0.3, 0.15]);
  const share = 0.03;
  const above = new Map(split.registered.map(({ runId }, no) => [runId, split.registered[no - 1]]));
  const sourceOf = (job: Job): Job => (levelOf({ id: job.runId }) < share ? (above.get(job.runId) ?? job) : job);
  const cellOf = (job: Job, metric: string): string | null => job.scores[metric]?.last.toFixed(3) ?? null;
  const shown = ({ seenScores }: Job): string => `${seenScores['bleu']?.toFixed(3)}`;
  return {
    table: 'mt_results',
    columns: [
      counter('row_no'),
      setting('src', 'src'),
      setting('tgt', 'tgt'),
      setting('arch', 'arch'),
      setting('seed', 'seed', { type: 'INTEGER' }),
      moment('day_time', { style: NAIVE_MINUTE, zone: zoneOf('Europe/Dublin'), delay: evenDelay(1, 6) }),
      told('bleu', {
        say: (job) => cellOf(sourceOf(job), 'bleu'),
        fit: (cell, other) => (shown(other) === cell ? Math.log(1 - share) : Math.log(share / 300)),
      }),
      filler('chrf', 'TEXT', (job) => cellOf(sourceOf(job), 'chrf')),
    ],
    ...split,
  };
};

/** Half of the rows are linked already, one link in thirty to the run that started next. */
export const partlyLinked: LabRecipe = (dice) => {
  const jobs = recordJobs(
    detectors(dice, { count: 420, step: [5, 900] }),
    { ...DETECTION, nameOf: () => 'train' },
    dice,
  );
  const split = splitOf(dice, jobs, [0.35, 0.12]);
  const presentIds = new Set(split.present.map(({ runId }) => runId));
  const taken = new Set<string>();
  const links = new Map<number, string>();
  split.registered.forEach(({ runId }, no) => {
    if (!dice.chance(0.5)) return;
    const at = split.present.findIndex((job) => job.runId === runId);
    const chosen = at >= 0 && dice.chance(1 / 30) ? split.present[at + 1]?.runId : runId;
    if (chosen === undefined || !presentIds.has(chosen) || taken.has(chosen)) return;
    taken.add(chosen);
    links.set(no, chosen);
  });
  return {
    table: 'training_runs',
    columns: [
      counter('run_id'),
      setting('model', 'model'),
      setting('image_size', 'imgsz', { type: 'INTEGER' }),
      setting('data', 'data'),
      moment('created_at', { style: NAIVE_MINUTE, zone: UTC, delay: evenDelay(4, 20) }),
      sometimes(0.25, score('map', 'map', { digits: 3 })),
    ],
    ...split,
    links,
  };
};
