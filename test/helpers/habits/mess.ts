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
  wallClock,
  writeTime,
} from './lab.ts';

/**
 * The run's id stands in the log path of some rows or its address in the note of others, a checkpoint's name on both
 * sides of a third; the rest has a naive time and a common configuration.
 */
export const insideLab: Habit = (random) => {
  const rows: RowRecord[] = [];
  const runs: RunRecord[] = [];
  for (const start of startTimes(random, { from: '2024-03-20', days: 50, count: 320, burst: 4, gap: 20 })) {
    const [track, loss] = [random.pick(['vocals', 'drums', 'bass']), random.pick(['l1', 'mrstft'])];
    const length = lengthOf(random, 30, 8000);
    const created = start + random.between(3, 15);
    const run = makeRun(random, {
      created,
      ended: created + length,
      displayName: 'separation',
      config: { target: track, loss, segment: 6, batch: 4 },
      summary: random.chance(0.6) ? { ...ownSummary(created, created + length), sdr: 6 + random.normal() } : {},
    });
    const checkpoint = `${track}-${random.text(6, HEX)}.pt`;
    const job = random.text(10, HEX);
    const named = random.next();
    const hasFile = random.chance(0.35);
    const noted = Math.floor(start);
    const fact = named < 0.4 || hasFile ? job : undefined;
    if (random.chance(0.9)) {
      const keptLoss = maybe(random, 0.1, loss);
      rows.push({
        job,
        tells: { start: [noted, noted + 1], id: fact, track, loss: keptLoss ?? undefined },
        cells: {
          uuid: job,
          track,
          loss: keptLoss,
          launched: writeTime(noted + wallClock(noted, 1), 'DD.MM.YYYY HH:mm:ss'),
          log:
            named < 0.3
              ? `wandb/run-${writeTime(created + wallClock(created, 1), 'YYYYMMDD_HHmmss')}-${run.runId}/logs`
              : null,
          note: named >= 0.3 && named < 0.4 ? `see https://wandb.ai/audio/sep/runs/${run.runId}?nw=1` : null,
          weights: hasFile ? `/mnt/ckpt/${checkpoint}` : null,
        },
      });
    }
    if (random.chance(0.12)) continue;
    runs.push({
      job,
      shows: { start: before(Math.floor(created), [3, 15]), id: job, track, loss },
      run: hasFile ? { ...run, config: { ...run.config, save: { to: `ckpt/${checkpoint}` } } } : run,
    });
  }
  return {
    table: 'separations',
    columns: 'uuid TEXT PRIMARY KEY, track TEXT, loss TEXT, launched TEXT, log TEXT, note TEXT, weights TEXT',
    rows,
    runs,
  };
};

/** Integer keys, milliseconds, truth values as 0/1 against true/false, numbers as text, lists, `None` and `nan`. */
export const untypedLab: Habit = (random) => {
  const rows: RowRecord[] = [];
  const runs: RunRecord[] = [];
  let no = 5000;
  for (const start of startTimes(random, { from: '2024-05-15', days: 45, count: 380, burst: 3, gap: 100 })) {
    const amp = random.chance(0.5);
    const augment = random.chance(0.3);
    const layers = random.pick([[64, 64], [128, 128], [256, 128, 64], [512]]);
    const clip = random.chance(0.4) ? null : random.pick([0.5, 1, 5]);
    const rate = random.pick(['0.001', '1e-4', '3e-04', '.01']);
    const length = lengthOf(random, 20, 3000);
    const diverged = random.chance(0.1);
    const score = round(random.next(), 6);
    const settings = JSON.stringify([amp, augment, layers, clip, rate]);
    const job = `x${++no}`;
    const noted = Math.floor(start * 1000);
    if (random.chance(0.87)) {
      const kept = diverged ? 'nan' : random.chance(0.15) ? '' : String(round(score, 3));
      rows.push({
        job,
        tells: {
          start: [noted / 1000, noted / 1000 + 0.01],
          settings,
          score: diverged ? 'nan' : kept === '' ? undefined : about(Number(kept), 3),
        },
        cells: {
          id: no,
          started_ms: noted,
          use_amp: amp ? 1 : 0,
          augment: augment ? 'True' : 'False',
          lr: rate,
          layers: JSON.stringify(layers),
          grad_clip: clip === null ? 'None' : String(clip),
          score: kept,
          dev: 'cuda',
          status: diverged ? 'FAILED' : 'OK',
        },
      });
    }
    if (random.chance(0.14)) continue;
    const created = start + 0.5 + spread(random, 2);
    runs.push({
      job,
      shows: { start: before(Math.floor(created), [0.5, 15]), settings, score: diverged ? 'nan' : exactly(score) },
      run: makeRun(random, {
        created,
        ended: created + length,
        displayName: 'mlp',
        state: diverged ? 'failed' : 'finished',
        config: {
          trainer: { amp, clip: clip ?? 'None' },
          aug: augment,
          layers: random.chance(0.5) ? layers : JSON.stringify(layers),
          lr: Number(rate),
          device: 'cuda',
        },
        summary: { ...ownSummary(created, created + length), score: diverged ? Number.NaN : score },
      }),
    });
  }
  return {
    table: 'exp',
    columns:
      'id INTEGER PRIMARY KEY, started_ms INTEGER, use_amp INTEGER, augment TEXT, lr TEXT, layers TEXT, grad_clip TEXT, score TEXT, dev TEXT, status TEXT',
    rows,
    runs,
  };
};

/** A table kept by hand: dates by day, names typed with slips and in any order, lengths in hours, percent with one digit. */
export const handKept: Habit = (random) => {
  const rows: RowRecord[] = [];
  const runs: RunRecord[] = [];
  let no = 0;
  const slip = (text: string): string => {
    if (!random.chance(0.12)) return text;
    const at = random.integer(1, text.length - 2);
    return text.slice(0, at) + text[at + 1]! + text[at]! + text.slice(at + 2);
  };
  for (const start of startTimes(random, { from: '2024-01-10', days: 150, count: 190, burst: 2, gap: 4000 })) {
    const backbone = random.pick(['efficientnet', 'densenet', 'inception', 'mobilenet']);
    const task = random.pick(['pneumonia', 'effusion', 'fracture']);
    const size = random.pick([224, 320, 448]);
    const auc = 0.75 + 0.2 * random.next();
    const sensitivity = 0.5 + 0.45 * random.next();
    const hours = lengthOf(random, 0.3, 20);
    const day = writeTime(start + 3600, 'YYYY/MM/DD');
    const midnight = Date.parse(day.replaceAll('/', '-')) / 1000 - 3600;
    const job = `xr${++no}`;
    if (random.chance(0.9)) {
      const kept = {
        hours: maybe(random, 0.2, round(hours, 1)),
        auc: maybe(random, 0.15, round(100 * auc, 1)),
        sensitivity: maybe(random, 0.25, round(100 * sensitivity, 1)),
      };
      rows.push({
        job,
        tells: {
          start: [midnight, midnight + 86_400],
          settings: JSON.stringify([backbone, task, size]),
          auc: kept.auc === null ? undefined : about(kept.auc / 100, 3),
          sensitivity: kept.sensitivity === null ? undefined : about(kept.sensitivity / 100, 3),
          hours: kept.hours === null ? undefined : about(kept.hours, 1),
        },
        cells: {
          no,
          title: random.shuffle([slip(backbone), slip(task), String(size)]).join(random.pick([' ', '_', ' / '])),
          date: day,
          hours: kept.hours,
          'AUC %': kept.auc,
          'Sens. %': kept.sensitivity,
          who: random.pick(['MK', 'TS', null]),
        },
      });
    }
    if (random.chance(0.2)) continue;
    const created = start + random.between(5, 50);
    runs.push({
      job,
      shows: {
        start: [created - 50, created],
        settings: JSON.stringify([backbone, task, size]),
        auc: exactly(auc),
        sensitivity: exactly(sensitivity),
        hours: exactly(hours),
      },
      run: makeRun(random, {
        created,
        ended: created + hours * 3600,
        displayName: `${task}-${backbone}`,
        config: { backbone: `${backbone}_b0`.replace('densenet_b0', 'densenet121'), finding: task, image_size: size },
        summary: {
          ...ownSummary(created, created + hours * 3600),
          'test/auc': auc,
          'test/sensitivity': sensitivity,
          'test/specificity': random.next(),
        },
      }),
    });
  }
  return {
    table: 'xray',
    columns: 'no INTEGER PRIMARY KEY, title TEXT, date TEXT, hours REAL, "AUC %" REAL, "Sens. %" REAL, who TEXT',
    rows,
    runs,
  };
};

/** The same twelve benchmarks every night at two, local time: names, settings and hour are alike each day. */
export const nightlyLab: Habit = (random) => {
  const rows: RowRecord[] = [];
  const runs: RunRecord[] = [];
  for (let day = 0; day < 40; day++) {
    const night = Date.parse('2024-03-12T02:00:00Z') / 1000 + day * 86_400;
    let start = night - wallClock(night, 1);
    for (let suite = 0; suite < 12; suite++) {
      const length = 200 + 20 * suite + 15 * random.normal();
      const throughput = 900 + 30 * suite + 12 * random.normal();
      const job = `${day}.${suite}`;
      const noted = Math.floor(start);
      if (random.chance(0.95)) {
        const kept = maybe(random, 0.05, round(throughput, 1));
        rows.push({
          job,
          tells: {
            start: [noted, noted + 1],
            suite: String(suite),
            throughput: kept === null ? undefined : about(kept, 1),
          },
          cells: {
            rowid_: day * 12 + suite + 1,
            suite: `suite${String(suite).padStart(2, '0')}`,
            begun: writeTime(noted + wallClock(noted, 1), 'YYYY-MM-DD HH:mm:ss'),
            seconds: maybe(random, 0.05, Math.round(length)),
            imgs_per_s: kept,
            build: `2024.${day}`,
          },
        });
      }
      if (random.chance(0.93)) {
        const created = start + random.between(1, 4);
        runs.push({
          job,
          shows: { start: before(Math.floor(created), [1, 4]), suite: String(suite), throughput: exactly(throughput) },
          run: makeRun(random, {
            created,
            ended: created + length,
            displayName: `nightly-${suite}`,
            jobType: 'benchmark',
            config: { suite: `bench/suite${String(suite).padStart(2, '0')}.yaml`, warmup: 10 },
            summary: { ...ownSummary(created, created + length), throughput, 'gpu util': random.next() },
          }),
        });
      }
      start += length + random.between(1, 8);
    }
  }
  return {
    table: 'nightly',
    columns: 'rowid_ INTEGER PRIMARY KEY, suite TEXT, begun TEXT, seconds INTEGER, imgs_per_s REAL, build TEXT',
    rows,
    runs,
  };
};
