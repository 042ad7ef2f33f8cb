import { filler, joined, lasted, moment, score, setting, skewDelay, sometimes } from '../columns.ts';
import { recordJobs } from '../job.ts';
import type { Job } from '../job.ts';
import { burstsOf, byStart, courseOf, officeTimes, splitJobs, stateOf } from '../labour.ts';
import { at, DAY_MS, HOUR, NAIVE, NAIVE_MINUTE, zoneOf } from '../times.ts';
import type { LabRecipe } from '../world.ts';
import { calendarDay, figure, fixed, launch, NEVER, told } from '../second/parts.ts';
import { faceOf, spoilt, two } from './parts.ts';

/** A British list opened in American Excel: up to the twelfth, day and month are swapped, later days stayed text. */
export const swapped: LabRecipe = (dice) => {
  const times = officeTimes(dice, { from: at('2025-02-01T00:00:00Z'), days: 130, count: 160 });
  const launches = times.map((launchedAt) =>
    launch({
      settings: {
        cell: dice.pick(['HeLa', 'U2OS', 'RPE1']),
        model: dice.pick(['cellpose', 'stardist', 'micro-sam']),
        diam: dice.pick([15, 30, 45]),
      },
      launchedAt,
      wait: dice.between(5, 60),
      seconds: dice.logBetween(300, 9000),
      scores: { ap: courseOf(dice, dice.normal(0.75, 0.07), 0.004) },
    }),
  );
  const jobs = recordJobs(
    launches,
    { paths: { cell: 'data.cell_line', diam: 'diameter' }, metricPaths: { ap: 'val/AP50' } },
    dice,
  );
  const spell = (date: Date): string => {
    const [day, month, year] = [date.getUTCDate(), date.getUTCMonth() + 1, date.getUTCFullYear()];
    return day <= 12 ? `${year}-${two(day)}-${two(month)} 00:00:00` : `${two(day)}/${two(month)}/${year}`;
  };
  return {
    table: 'Sheet1',
    columns: [
      filler('No', 'INTEGER', (_job, _dice, no) => no + 1),
      calendarDay('Date', { zone: zoneOf('Europe/London'), spell }),
      setting('Cell line', 'cell'),
      setting('Method', 'model'),
      score('AP@50', 'ap', { digits: 2 }),
      sometimes(0.5, lasted('mins', { scale: 1 / 60, digits: 0 })),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.1, noRun: 0.15 }),
  };
};

function weekOf(date: Date): string {
  const thursday = new Date(date.getTime() + (4 - (date.getUTCDay() || 7)) * DAY_MS);
  const first = Date.UTC(thursday.getUTCFullYear(), 0, 1);
  return `KW ${Math.ceil(((thursday.getTime() - first) / DAY_MS + 1) / 7)}`;
}

/** An industrial lab plans by calendar weeks: the week, the line, the variant and two rounded figures. */
export const weeks: LabRecipe = (dice) => {
  const times = officeTimes(dice, { from: at('2025-01-06T00:00:00Z'), days: 180, count: 190 });
  const launches = times.map((launchedAt) =>
    launch({
      settings: {
        line: dice.pick(['L1', 'L2', 'L4']),
        net: dice.pick(['yolox-s', 'yolox-m', 'rtdetr-r18']),
        aug: dice.pick(['v1', 'v2', 'v3']),
        img: dice.pick([640, 960]),
      },
      launchedAt,
      wait: dice.between(5, 90),
      seconds: dice.logBetween(2000, 40_000),
      scores: {
        map: courseOf(dice, dice.normal(0.81, 0.05), 0.004),
        escape: courseOf(dice, dice.logBetween(0.002, 0.05), -0.0005),
      },
    }),
  );
  const jobs = recordJobs(
    launches,
    {
      paths: { line: 'dataset.line', net: 'model', aug: 'dataset.aug_version', img: 'img_size' },
      metricPaths: { map: 'val/mAP50', escape: 'val/escape_rate' },
    },
    dice,
  );
  return {
    table: 'Trainings',
    columns: [
      filler('lfd_nr', 'INTEGER', (_job, _dice, no) => no + 1),
      calendarDay('KW', { zone: zoneOf('Europe/Berlin'), spell: weekOf }),
      setting('Linie', 'line', { spell: (value) => String(value).replace('L', 'Linie ') }),
      setting('Netz', 'net'),
      sometimes(0.4, setting('Aug', 'aug')),
      figure('mAP', 'map', {
        type: 'TEXT',
        of: (value) => value * 100,
        spell: (value) => value.toFixed(1).replace('.', ','),
      }),
      figure('Schlupf', 'escape', {
        type: 'TEXT',
        of: (value) => value * 100,
        spell: (value) => `${value.toFixed(2).replace('.', ',')} %`,
      }),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.1, noRun: 0.2 }),
  };
};

/** A list of the files on the disk: of most the time is the last write's, a third were copied in one go and bear the copy's. */
export const fileTimes: LabRecipe = (dice) => {
  const zone = zoneOf('Asia/Shanghai');
  const copied = at('2025-08-30T03:20:00Z');
  const times = burstsOf(dice, {
    from: at('2025-06-02T02:00:00Z'),
    count: 220,
    size: [2, 8],
    step: [60, 2000],
    pause: [2, 24],
  });
  const launches = times.map((launchedAt) =>
    launch({
      settings: {
        task: dice.pick(['dock', 'affinity', 'pose']),
        layers: dice.pick([4, 6, 8]),
        cut: dice.pick([5, 8, 10]),
      },
      launchedAt,
      wait: dice.logBetween(4, 40),
      seconds: dice.logBetween(1000, 30_000),
      scores: { rmsd: courseOf(dice, dice.logBetween(1, 8), -0.05) },
      state: stateOf(dice, 0.1),
    }),
  );
  const jobs = recordJobs(
    launches,
    {
      paths: { layers: 'model.n_layers', cut: 'graph.cutoff' },
      metricPaths: { rmsd: 'val_rmsd' },
      nameOf: ({ settings: own }) => `${own['task']}_l${own['layers']}_c${own['cut']}`,
    },
    dice,
  );
  const stamp = (ms: number): string => NAIVE.render(ms + zone(ms) * 60_000).toString();
  return {
    table: 'files',
    columns: [
      filler('inode', 'INTEGER', (_job, own, no) => 9_437_184 + no * 17 + own.whole(0, 16)),
      joined(
        'path',
        [
          setting('', 'task'),
          setting('', 'layers'),
          setting('', 'cut'),
          filler('', 'TEXT', (_job, own) => own.pick(['last', 'last-v1', 'final'])),
        ],
        ([task, layers, cut, file]) => `/data/ckpt/${task}/L${layers}_cut${cut}/${file}.pt`,
      ),
      spoilt(0.33, moment('mtime', { style: NAIVE, zone, of: 'end', delay: skewDelay(2.5, 0.6) }), (own) =>
        stamp(copied + own.between(0, 900_000)),
      ),
      filler('bytes', 'INTEGER', ({ settings }, own) => Number(settings['layers']) * 4_120_331 + own.whole(0, 90)),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.15, noRun: 0.15 }),
  };
};

/** Each evening somebody writes down what ended that day, one after the other: the time is the entry's, hours after the end. */
export const evenings: LabRecipe = (dice) => {
  const zone = zoneOf('America/Sao_Paulo');
  const times = officeTimes(dice, { from: at('2025-03-10T00:00:00Z'), days: 40, count: 150 });
  const launches = times.map((launchedAt) =>
    launch({
      settings: {
        prompt: dice.pick(['zero', 'few', 'cot']),
        lm: dice.pick(['mistral', 'qwen2', 'phi3']),
        rank: dice.pick([8, 16, 32]),
      },
      launchedAt,
      wait: dice.between(3, 30),
      seconds: dice.logBetween(600, 15_000),
      scores: { em: courseOf(dice, dice.normal(0.5, 0.1), 0.01) },
    }),
  );
  const jobs = recordJobs(
    launches,
    { paths: { lm: 'base_model', rank: 'lora.r' }, metricPaths: { em: 'eval/em' } },
    dice,
  );
  const endOf = ({ launchedAt, wait, seconds }: Job): number => launchedAt + (wait + seconds) * 1000;
  const byEnd = jobs.toSorted((a, b) => endOf(a) - endOf(b));
  const entries = new Map<string, number>();
  let last = 0;
  for (const job of byEnd) {
    // 21:00 UTC is six in the evening.
    const evening = Math.ceil((endOf(job) - 21 * HOUR) / DAY_MS) * DAY_MS + 21 * HOUR;
    last = Math.max(last, evening) + dice.between(40, 150) * 1000;
    entries.set(job.runId, last);
  }
  const written = (ms: number): string => NAIVE_MINUTE.render(ms + zone(ms) * 60_000).toString();
  return {
    table: 'caderno',
    columns: [
      filler('linha', 'INTEGER', (_job, _dice, no) => no + 1),
      told('registrado_em', {
        say: ({ runId }) => written(entries.get(runId)!),
        fit: (cell, { seenStart, seenSeconds }) => {
          const gap = Date.parse(`${String(cell)}Z`) - (seenStart! + seenSeconds! * 1000 + zone(seenStart!) * 60_000);
          return gap > -60_000 && gap < 25.5 * HOUR ? 0 : NEVER;
        },
      }),
      setting('modelo', 'lm'),
      sometimes(0.3, setting('rank', 'rank', { type: 'INTEGER' })),
      figure('EM', 'em', { type: 'TEXT', spell: (value) => value.toFixed(2).replace('.', ',') }),
    ],
    ...splitJobs(dice, byEnd, { noRow: 0.1, noRun: 0.15 }),
  };
};

/** A diary with the hour as people say it: "~14h", "15:30", "evening", and the month in the heading's column only. */
export const spokenHours: LabRecipe = (dice) => {
  const zone = zoneOf('Europe/Rome');
  const times = officeTimes(dice, { from: at('2025-10-01T00:00:00Z'), days: 28, count: 60 });
  const launches = times.map((launchedAt) =>
    launch({
      settings: { mic: dice.pick(['near', 'far', 'array']), beam: dice.pick([1, 4, 8]), room: dice.pick(['A', 'B']) },
      launchedAt,
      wait: dice.between(3, 60),
      seconds: dice.logBetween(400, 9000),
      scores: { sdr: courseOf(dice, dice.normal(11, 3), 0.1) },
    }),
  );
  const jobs = recordJobs(
    launches,
    { metricPaths: { sdr: 'eval/si_sdr' }, paths: { mic: 'mic_setup', beam: 'beam_size' }, noConfig: 0.1 },
    dice,
  );
  const styles = [
    (date: Date) => `~${date.getUTCHours()}h`,
    (date: Date) => `${date.getUTCHours()}:${two(Math.floor(date.getUTCMinutes() / 30) * 30)}`,
    (date: Date) => (date.getUTCHours() < 12 ? 'mattina' : date.getUTCHours() < 18 ? 'pomeriggio' : 'sera'),
  ];
  const styleOf = new Map(jobs.map(({ runId }) => [runId, dice.whole(0, 2)]));
  return {
    table: 'diario',
    columns: [
      filler('voce', 'INTEGER', (_job, _dice, no) => no + 1),
      calendarDay('giorno', { zone, spell: (date) => `${date.getUTCDate()} ott` }),
      {
        name: 'ora',
        type: 'TEXT',
        write: (job) => {
          const style = styles[styleOf.get(job.runId)!]!;
          const cell = style(faceOf(zone, job.launchedAt));
          return {
            cell,
            fit: ({ seenStart }) =>
              seenStart !== null &&
              (style(faceOf(zone, seenStart)) === cell || style(faceOf(zone, seenStart - 60_000)) === cell)
                ? 0
                : NEVER,
          };
        },
      },
      sometimes(
        0.3,
        setting('mic', 'mic', { spell: (value) => ({ near: 'vicino', far: 'lontano' })[String(value)] ?? 'array' }),
      ),
      sometimes(0.3, figure('SI-SDR', 'sdr', { type: 'TEXT', spell: (value) => `${fixed(1)(value)} dB` })),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.08, noRun: 0.12 }),
  };
};
