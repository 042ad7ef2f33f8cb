import type { Habit, RowRecord, RunRecord } from './records.ts';
import {
  about,
  before,
  exactly,
  HEX,
  lengthOf,
  makeRun,
  maybe,
  ownSummary,
  round,
  spread,
  startTimes,
  writeTime,
} from './lab.ts';

const SWEPT = ['lr', 'dropout', 'weight_decay', 'width'] as const;
const GRID: Readonly<Record<(typeof SWEPT)[number], readonly number[]>> = {
  lr: [1e-4, 3e-4, 1e-3, 3e-3, 1e-2],
  dropout: [0, 0.1, 0.25, 0.5],
  weight_decay: [0, 1e-5, 1e-4, 1e-2],
  width: [64, 128, 256, 512],
};
const DEFAULTS = { lr: 1e-3, dropout: 0.1, weight_decay: 1e-4, width: 128 };

/**
 * Sweeps over one parameter at a time. In half of them the swept value stands under `value` while `param` names it and the
 * key itself keeps its default. The registry keeps log10 of the rate, percent for fractions and milliseconds for seconds.
 */
export const sweepLab: Habit = (random) => {
  const rows: RowRecord[] = [];
  const runs: RunRecord[] = [];
  let no = 0;
  for (const begun of startTimes(random, { from: '2024-06-03', days: 50, count: 45, burst: 1, gap: 60 })) {
    const swept = random.pick(SWEPT);
    const sweep = random.text(8, 'abcdefghijklmnopqrstuvwxyz0123456789');
    const isIndirect = random.chance(0.5);
    let start = begun;
    for (let repeat = 0; repeat < random.integer(5, 16); repeat++) {
      const value = random.pick(GRID[swept]);
      const settings = { ...DEFAULTS, [swept]: value };
      const seed = random.integer(0, 4);
      const length = lengthOf(random, 40, 900);
      const accuracy = 0.55 + 0.4 * random.next();
      const latency = 0.002 + 0.03 * random.next();
      const job = `t${++no}`;
      const noted = Math.floor(start + random.between(0, 1));
      const isKilled = random.chance(0.2);
      if (random.chance(0.88)) {
        const kept = {
          lr: maybe(random, 0.05, round(Math.log10(settings.lr), 3)),
          dropout: maybe(random, 0.05, 100 * settings.dropout),
          width: maybe(random, 0.05, settings.width),
        };
        rows.push({
          job,
          tells: {
            start: before(noted, [0, 1]),
            lr: kept.lr === null ? undefined : String(settings.lr),
            dropout: kept.dropout === null ? undefined : String(settings.dropout),
            width: kept.width === null ? undefined : String(settings.width),
            others: JSON.stringify([settings.weight_decay, seed]),
            accuracy: isKilled ? undefined : about(round(100 * accuracy, 1) / 100, 3),
            latency: isKilled ? undefined : about(round(1000 * latency, 2) / 1000, 5),
            killed: String(isKilled),
          },
          cells: {
            trial: no,
            log10_lr: kept.lr,
            dropout_pct: kept.dropout,
            wd: settings.weight_decay,
            width: kept.width,
            seed,
            val_acc_pct: isKilled ? null : round(100 * accuracy, 1),
            latency_ms: isKilled ? null : round(1000 * latency, 2),
            created: writeTime(noted, 'YYYY-MM-DDTHH:mm:ssZ'),
          },
        });
      }
      if (random.chance(0.9)) {
        const created = start + 1 + spread(random, 3);
        runs.push({
          job,
          shows: {
            start: before(Math.floor(created), [1, 20]),
            lr: String(settings.lr),
            dropout: String(settings.dropout),
            width: String(settings.width),
            others: JSON.stringify([settings.weight_decay, seed]),
            accuracy: isKilled ? undefined : exactly(accuracy),
            latency: isKilled ? undefined : exactly(latency),
            killed: String(isKilled),
          },
          run: makeRun(random, {
            created,
            ended: created + length,
            displayName: `${random.pick(['hopeful', 'wild', 'smart', 'deep'])}-sweep-${repeat + 1}`,
            sweepName: sweep,
            group: random.chance(0.5) ? `sweep-${swept}` : null,
            state: isKilled ? 'killed' : 'finished',
            config: {
              learning_rate: isIndirect ? DEFAULTS.lr : settings.lr,
              dropout: isIndirect ? DEFAULTS.dropout : settings.dropout,
              'weight decay': isIndirect ? DEFAULTS.weight_decay : settings.weight_decay,
              hidden: String(isIndirect ? DEFAULTS.width : settings.width),
              seed,
              ...(isIndirect ? { param: swept, value } : {}),
            },
            summary: {
              ...ownSummary(created, created + length),
              ...(isKilled ? {} : { 'val/accuracy': accuracy, 'infer/latency_s': latency }),
            },
          }),
        });
      }
      start += length + random.between(2, 9);
    }
  }
  return {
    table: 'trials',
    columns:
      'trial INTEGER PRIMARY KEY, log10_lr REAL, dropout_pct REAL, wd REAL, width INTEGER, seed INTEGER, val_acc_pct REAL, latency_ms REAL, created TEXT',
    rows,
    runs,
  };
};

/**
 * A study in parallel workers: rows with the parameters as JSON and start and end to the microsecond in local time; a
 * third of the trials is pruned. Runs are grouped by study and named by trial, whose numbers begin anew in each study.
 */
export const studyLab: Habit = (random) => {
  const rows: RowRecord[] = [];
  const runs: RunRecord[] = [];
  let no = 0;
  for (let study = 0; study < 5; study++) {
    const begun = Date.parse('2024-09-02T08:00:00Z') / 1000 + study * 5 * 86_400 + random.between(0, 40_000);
    const clocks = Array.from({ length: 6 }, () => begun + random.between(0, 3));
    for (let trial = 0; trial < random.integer(50, 90); trial++) {
      const worker = clocks.indexOf(Math.min(...clocks));
      const start = clocks[worker]!;
      const isPruned = random.chance(0.35);
      const length = isPruned ? random.between(8, 60) : lengthOf(random, 90, 1500);
      clocks[worker] = start + length + random.between(0.3, 2);
      const params = {
        lr: 10 ** random.between(-5, -1),
        depth: random.integer(2, 9),
        subsample: random.between(0.4, 1),
        booster: random.pick(['gbtree', 'dart']),
      };
      const value = 0.7 + 0.25 * random.next();
      const job = `s${study}-${trial}`;
      const local = (seconds: number): string =>
        `${writeTime(seconds + 9 * 3600, 'YYYY-MM-DD HH:mm:ss.SSS')}${random.text(3, '0123456789')}`;
      no++;
      if (random.chance(0.9)) {
        const kept = random.chance(0.85);
        rows.push({
          job,
          tells: {
            start: [start, start],
            params: kept ? String(params.lr) : undefined,
            trial: String(trial),
            length: [length, length],
          },
          cells: {
            trial_id: no,
            study: `study_${study}`,
            number: trial,
            state: isPruned ? 'PRUNED' : 'COMPLETE',
            value: isPruned ? null : value,
            params: kept ? JSON.stringify(params) : null,
            datetime_start: local(start),
            datetime_complete: local(start + length),
          },
        });
      }
      if (random.chance(0.3)) continue;
      const created = start + random.between(0.8, 5);
      runs.push({
        job,
        shows: {
          start: before(Math.floor(created), [0.8, 5]),
          params: String(params.lr),
          trial: String(trial),
          length: [length - 6, length + 6],
        },
        run: makeRun(random, {
          created,
          ended: created + length - 1,
          displayName: `trial_${trial}`,
          group: `study_${study}`,
          state: 'finished',
          config: params,
          summary: { ...ownSummary(created, created + length - 1), ...(isPruned ? {} : { objective: value }) },
        }),
      });
    }
  }
  return {
    table: 'trials',
    columns:
      'trial_id INTEGER PRIMARY KEY, study TEXT, number INTEGER, state TEXT, value REAL, params TEXT, datetime_start TEXT, datetime_complete TEXT',
    rows,
    runs,
  };
};

/** Cross-validation: the row counts folds from 1 and the config from 0; five runs share name, group and settings. */
export const foldLab: Habit = (random) => {
  const rows: RowRecord[] = [];
  const runs: RunRecord[] = [];
  for (const begun of startTimes(random, { from: '2024-04-02', days: 60, count: 70, burst: 2, gap: 5000 })) {
    const model = random.pick(['unet', 'nnunet', 'swin', 'segresnet']);
    const loss = random.pick(['dice', 'dice_ce', 'focal']);
    const patch = random.pick([96, 128, 160]);
    const exp = `${model}_${loss}_${random.text(4, HEX)}`;
    let start = begun;
    for (let fold = 0; fold < 5; fold++) {
      const length = lengthOf(random, 1500, 3500);
      const dice = 0.8 + 0.08 * random.normal();
      const hd = 4 + 2 * random.next();
      const job = `${exp}#${fold}`;
      const day = writeTime(start + 7200, 'YYYY-MM-DD');
      const dayStart = Date.parse(`${day}T00:00:00Z`) / 1000 - 7200;
      if (random.chance(0.92)) {
        const keptLoss = maybe(random, 0.1, loss);
        const keptFold = maybe(random, 0.05, fold + 1);
        rows.push({
          job,
          tells: {
            start: [dayStart, dayStart + 86_400],
            model,
            loss: keptLoss ?? undefined,
            fold: String(fold), // also in the key
            dice: about(round(dice, 3), 3),
          },
          cells: {
            id: job.replace('#', '/fold'),
            arch: model,
            loss_fn: keptLoss,
            patch: maybe(random, 0.1, `${patch}x${patch}x${patch}`),
            fold: keptFold,
            date: day,
            dice: round(dice, 3),
            hd95: maybe(random, 0.2, round(hd, 1)),
          },
        });
      }
      if (random.chance(0.9)) {
        const created = start + random.between(2, 20);
        runs.push({
          job,
          shows: { start: [created - 20, created], model, loss, fold: String(fold), dice: exactly(dice) },
          run: makeRun(random, {
            created,
            ended: created + length,
            displayName: `${model}_${loss}`,
            group: random.chance(0.6) ? exp.slice(0, -5) : null,
            jobType: 'train',
            config: { network: model, loss: { name: loss }, patch_size: [patch, patch, patch], cv: { folds: 5, fold } },
            summary: { ...ownSummary(created, created + length), 'val/mean dice': dice, 'val/HD95': hd, epoch: 299 },
          }),
        });
      }
      start += length + random.between(3, 60);
    }
  }
  return {
    table: 'segmentation',
    columns: 'id TEXT PRIMARY KEY, arch TEXT, loss_fn TEXT, patch TEXT, fold INTEGER, date TEXT, dice REAL, hd95 REAL',
    rows,
    runs,
  };
};
