import type { Habit, RowRecord, RunRecord } from './records.ts';
import { about, before, exactly, lengthOf, makeRun, maybe, ownSummary, round, startTimes, writeTime } from './lab.ts';

/**
 * No times at all. The registry kept the best score and the last loss with four digits; W&B has the last value as such
 * and, where a metric was defined with a summary, an object of min, max, mean, last and best. Some are NaN or exactly 0, 1, 0.5.
 */
export const variantsLab: Habit = (random) => {
  const rows: RowRecord[] = [];
  const runs: RunRecord[] = [];
  for (let no = 1; no <= 350; no++) {
    const model = random.pick(['lstm', 'tcn', 'informer', 'patchtst', 'dlinear']);
    const horizon = random.pick([96, 192, 336, 720]);
    const isDegenerate = random.chance(0.15);
    const best = isDegenerate ? random.pick([0, 0.5, 1]) : 0.4 + 0.5 * random.next();
    const last = isDegenerate ? best : best - 0.05 * random.next();
    const loss = random.chance(0.06) ? Number.NaN : 0.2 + random.next();
    const job = `f${no}`;
    if (random.chance(0.88)) {
      const kept = {
        model: maybe(random, 0.1, model),
        horizon: maybe(random, 0.1, horizon),
        best: maybe(random, 0.1, round(best, 4)),
        loss: Number.isNaN(loss) ? 'nan' : maybe(random, 0.1, round(loss, 4)),
      };
      rows.push({
        job,
        tells: {
          model: kept.model ?? undefined,
          horizon: kept.horizon === null ? undefined : String(horizon),
          best: kept.best === null ? undefined : about(kept.best, 4),
          loss: typeof kept.loss === 'number' ? about(kept.loss, 4) : (kept.loss ?? undefined),
        },
        cells: {
          forecast: job,
          model: kept.model,
          horizon: kept.horizon,
          best_r2: kept.best,
          last_loss: kept.loss,
        },
      });
    }
    if (random.chance(0.12)) continue;
    const created = Date.parse('2024-02-01') / 1000 + no * 3000 + 2000 * random.next();
    const isDefined = random.chance(0.6);
    runs.push({
      job,
      shows: {
        model,
        horizon: String(horizon),
        // Without a defined summary only the last score is known, from which the best cannot be told.
        best: isDefined || isDegenerate ? exactly(best) : [last, last + 0.05],
        loss: Number.isNaN(loss) ? 'nan' : exactly(loss),
      },
      run: makeRun(random, {
        created,
        ended: created + 600,
        displayName: `${model}_${horizon}`,
        config: { model, data: { horizon, lookback: 336 } },
        summary: {
          ...ownSummary(created, created + 600),
          'val/r2': isDefined ? { min: best - 0.3, max: best, mean: best - 0.1, last, best } : last,
          'train/loss': isDefined && !Number.isNaN(loss) ? { min: loss, last: loss, mean: 1.3 * loss } : loss,
        },
      }),
    });
  }
  return {
    table: 'forecasts',
    columns: 'forecast TEXT PRIMARY KEY, model TEXT, horizon INTEGER, best_r2 REAL, last_loss REAL',
    rows,
    runs,
  };
};

/** Scores on a test set of a thousand: accuracies stand on a grid and repeat; dates without a time of day; no seeds. */
export const gridLab: Habit = (random) => {
  const rows: RowRecord[] = [];
  const runs: RunRecord[] = [];
  let no = 0;
  for (const start of startTimes(random, { from: '2024-04-20', days: 80, count: 420, burst: 6, gap: 300 })) {
    const [task, shots] = [random.pick(['mmlu', 'arc', 'boolq', 'piqa']), random.pick([0, 1, 5])];
    const accuracy = Math.min(1000, Math.round(720 + 60 * random.normal())) / 1000;
    const f1 = accuracy - 0.05 * random.next();
    const length = lengthOf(random, 60, 1200);
    const day = writeTime(start, 'YYYY-MM-DD');
    const midnight = Date.parse(day) / 1000;
    const job = `e${++no}`;
    if (random.chance(0.9)) {
      const kept = {
        shots: maybe(random, 0.08, shots),
        accuracy: maybe(random, 0.05, accuracy),
        f1: maybe(random, 0.05, round(f1, 2)),
      };
      rows.push({
        job,
        tells: {
          start: [midnight, midnight + 86_400],
          task,
          shots: kept.shots === null ? undefined : String(shots),
          accuracy: kept.accuracy === null ? undefined : exactly(accuracy),
          f1: kept.f1 === null ? undefined : about(kept.f1, 2),
          length: [60 * Math.round(length / 60) - 31, 60 * Math.round(length / 60) + 31],
        },
        cells: {
          eval_id: no,
          task,
          shots: kept.shots,
          day,
          acc: kept.accuracy,
          f1: kept.f1,
          minutes: Math.round(length / 60),
        },
      });
    }
    if (random.chance(0.12)) continue;
    const created = start + random.between(1, 30);
    runs.push({
      job,
      shows: {
        start: [created - 30, created],
        task,
        shots: String(shots),
        accuracy: exactly(accuracy),
        f1: exactly(f1),
        length: [length, length],
      },
      run: makeRun(random, {
        created,
        ended: created + length,
        displayName: 'lm-eval',
        args: ['--task', task, '--num_fewshot', String(shots)],
        summary: { ...ownSummary(created, created + length), [`${task}/acc`]: accuracy, [`${task}/f1`]: f1 },
      }),
    });
  }
  return {
    table: 'evals',
    columns: 'eval_id INTEGER PRIMARY KEY, task TEXT, shots INTEGER, day TEXT, acc REAL, f1 REAL, minutes INTEGER',
    rows,
    runs,
  };
};

/** Means over the last epochs in the registry, last values at W&B: a percent or two apart; times to the minute at the end. */
export const smoothedLab: Habit = (random) => {
  const rows: RowRecord[] = [];
  const runs: RunRecord[] = [];
  let no = 0;
  for (const start of startTimes(random, { from: '2024-11-04', days: 50, count: 330, burst: 3, gap: 500 })) {
    const [grid, order] = [random.pick([32, 64, 128]), random.pick(['fno', 'deeponet', 'unet', 'mgn'])];
    const length = lengthOf(random, 300, 9000);
    const [mse, energy] = [10 ** random.between(-5, -2), 1 + random.next()];
    const [keptMse, keptEnergy] = [mse * (1 + 0.015 * random.normal()), energy * (1 + 0.01 * random.normal())];
    const job = `pde-${++no}`;
    const finished = Math.floor((start + length + random.between(1, 50)) / 60) * 60;
    if (random.chance(0.86)) {
      const kept = {
        solver: maybe(random, 0.07, order),
        grid: maybe(random, 0.07, `${grid}^2`),
        energy: maybe(random, 0.15, round(keptEnergy, 2)),
      };
      rows.push({
        job,
        tells: {
          end: before(finished, [1, 50], 60),
          solver: kept.solver ?? undefined,
          grid: kept.grid ?? undefined,
          mse: [keptMse * 0.94, keptMse * 1.06],
          energy: kept.energy === null ? undefined : [keptEnergy * 0.96, keptEnergy * 1.04],
        },
        cells: {
          id: job,
          solver: kept.solver,
          resolution: kept.grid,
          finished_at: writeTime(finished - 6 * 3600, 'YYYY-MM-DD HH:mm'),
          mse: Number(keptMse.toPrecision(3)),
          energy_err: kept.energy,
        },
      });
    }
    if (random.chance(0.14)) continue;
    const created = start + random.between(1, 8);
    runs.push({
      job,
      shows: {
        end: [start + length - 1, start + length + 10],
        solver: order,
        grid: `${grid}^2`,
        mse: exactly(mse),
        energy: exactly(energy),
      },
      run: makeRun(random, {
        created,
        ended: start + length + random.between(0, 9),
        displayName: random.pick(['burgers', 'ns', 'darcy']),
        config: { model: order, grid: [grid, grid], lr: 1e-3 },
        summary: { ...ownSummary(created, start + length), test: { mse, energy }, epoch: 500 },
      }),
    });
  }
  return {
    table: 'solvers',
    columns: 'id TEXT PRIMARY KEY, solver TEXT, resolution TEXT, finished_at TEXT, mse REAL, energy_err REAL',
    rows,
    runs,
  };
};
