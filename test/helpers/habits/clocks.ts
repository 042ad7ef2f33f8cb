import type { Habit, RowRecord, RunRecord } from './records.ts';
import {
  about,
  before,
  DAY,
  exactly,
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

/** Hours ahead of UTC on a journey: home with its summer time, two conferences. */
function travelledHours(seconds: number): number {
  const day = (seconds - Date.parse('2024-02-26') / 1000) / DAY;
  if (day >= 18 && day < 25) return 9;
  if (day >= 34 && day < 41) return 2;
  return wallClock(seconds, -5) / 3600;
}

/** A travelling author's log: naive local time of wherever the laptop was; only three in ten rows have a run. */
export const travellingLab: Habit = (random) => {
  const rows: RowRecord[] = [];
  const runs: RunRecord[] = [];
  let no = 0;
  for (const start of startTimes(random, { from: '2024-02-26', days: 56, count: 620, burst: 5, gap: 400 })) {
    const model = random.pick(['gcn', 'gat', 'sage', 'gin']);
    const data = random.pick(['cora', 'citeseer', 'pubmed', 'ogbn-arxiv']);
    const lr = random.pick([0.01, 0.005, 0.001]);
    const seed = random.integer(0, 9);
    const hidden = random.pick([16, 64, 128, 256]);
    const length = lengthOf(random, 20, 900);
    const job = `r${++no}`;
    const noted = Math.floor(start);
    const isRow = random.chance(0.9);
    if (isRow) {
      const keptHidden = maybe(random, 0.05, hidden);
      rows.push({
        job,
        // Model and data stand in the name as well.
        tells: {
          start: [noted, noted + 1],
          settings: JSON.stringify([model, data, lr, seed]),
          hidden: keptHidden === null ? undefined : String(hidden),
        },
        cells: {
          name: `${model}-${data}-${no}`,
          model,
          data: maybe(random, 0.05, data),
          lr,
          seed,
          hid: keptHidden,
          ran: writeTime(noted + travelledHours(noted) * 3600, 'YYYY-MM-DD HH:mm:ss'),
          note: random.chance(0.05) ? random.pick(['on the train', 'hotel wifi', 'again']) : null,
        },
      });
    }
    if (random.chance(isRow ? 0.7 : 0.4)) continue;
    const created = start + random.between(2, 9);
    runs.push({
      job,
      shows: {
        start: before(Math.floor(created), [2, 9]),
        settings: JSON.stringify([model, data, lr, seed]),
        hidden: String(hidden),
      },
      run: makeRun(random, {
        created,
        ended: created + length,
        displayName: random.chance(0.7) ? model : 'quick test',
        host: 'MacBook-Pro.local',
        config: { model, dataset: data, optimizer: { lr }, seed, hidden_channels: hidden, epochs: 200 },
        summary: random.chance(0.5) ? ownSummary(created, created + length) : {},
      }),
    });
  }
  return {
    table: 'log',
    columns: 'name TEXT PRIMARY KEY, model TEXT, data TEXT, lr REAL, seed INTEGER, hid INTEGER, ran TEXT, note TEXT',
    rows,
    runs,
  };
};

const BOXES = ['gpu01', 'gpu02', 'gpu03', 'gpu04', 'gpu05', 'gpu06', 'gpu07', 'gpu08'];

/**
 * Workstations of which five have clocks of their own (minutes to hours off), one of them drifting two seconds a day; the
 * registry writes each box's time and short name, runs their full name. Metrics were not registered.
 */
export const driftingLab: Habit = (random) => {
  const rows: RowRecord[] = [];
  const runs: RunRecord[] = [];
  const errors = [0, 0, 0, 310, -1840, 3600, -7260, 95];
  const first = Date.parse('2024-07-01') / 1000;
  for (const start of startTimes(random, { from: '2024-07-01', days: 60, count: 430, burst: 3, gap: 900 })) {
    const box = random.integer(0, BOXES.length - 1);
    const drift = box === 7 ? (2 * (start - first)) / DAY : 0;
    const task = random.pick(['asr', 'tts', 'kws', 'diar']);
    const batch = random.pick([8, 16, 32, 64]);
    const lr = random.pick(['1e-3', '5e-4', '1e-4', '5e-5']);
    const length = lengthOf(random, 60, 20_000);
    const noted = Math.floor(start + (errors[box] ?? 0) + drift);
    const job = `${task}-${noted}-${box}`;
    const seconds = round(length + random.between(0, 4), 1);
    if (random.chance(0.88)) {
      const settings = JSON.stringify([task, batch, lr]);
      const keptBox = maybe(random, 0.04, BOXES[box]!);
      const kept = maybe(random, 0.1, seconds);
      rows.push({
        job,
        tells: {
          start: keptBox === null ? [start - 7300, start + 7300] : [start - 1, start + 1],
          length: kept === null ? undefined : [seconds - 4.1, seconds + 0.1],
          box: keptBox ?? undefined,
          settings,
        },
        cells: {
          exp_id: job,
          task,
          box: keptBox,
          bs: batch,
          lr,
          start: writeTime(noted + 7200, 'YYYY/MM/DD HH:mm:ss'),
          took_s: kept,
        },
      });
    }
    if (random.chance(0.15)) continue;
    const created = start + 3 + Math.min(60, spread(random, 5));
    runs.push({
      job,
      shows: {
        start: before(Math.floor(created), [3, 40]),
        length: [length - 1, length + 1],
        box: BOXES[box]!,
        settings: JSON.stringify([task, batch, lr]),
      },
      run: makeRun(random, {
        created,
        ended: created + length,
        displayName: task,
        host: `${BOXES[box]}.speech.uni.example`,
        config: { task, batch_size: batch, lr: Number(lr), fp16: true },
        summary: { ...ownSummary(created, created + length), 'valid/loss': random.next() },
      }),
    });
  }
  return {
    table: 'experiments',
    columns: 'exp_id TEXT PRIMARY KEY, task TEXT, box TEXT, bs INTEGER, lr TEXT, start TEXT, took_s REAL',
    rows,
    runs,
  };
};

/** A robot without a network: rows at the start, runs synced at night; three quarters keep when they began. */
export const nightSyncLab: Habit = (random) => {
  const rows: RowRecord[] = [];
  const runs: RunRecord[] = [];
  let no = 0;
  for (const start of startTimes(random, { from: '2024-08-01', days: 40, count: 300, burst: 3, gap: 1500 })) {
    const skill = random.pick(['pick', 'place', 'push', 'stack', 'pour']);
    const episodes = random.pick([50, 100, 200]);
    const length = lengthOf(random, 120, 4000);
    const success = random.integer(0, 40) / 40;
    const job = `ep${String(++no).padStart(5, '0')}`;
    const noted = Math.floor(start) + random.integer(0, 2);
    const kept = maybe(random, 0.1, round(success, 3));
    if (random.chance(0.85)) {
      rows.push({
        job,
        tells: {
          start: before(noted, [-1, 2]),
          settings: JSON.stringify([skill, episodes]),
          success: kept === null ? undefined : about(kept, 3),
          length: [length - 3, length + 3],
        },
        cells: {
          id: job,
          skill,
          episodes,
          t0: Math.round(noted * 1000),
          t1: Math.round((noted + length + random.between(-2, 2)) * 1000),
          success_rate: kept,
        },
      });
    }
    if (random.chance(0.15)) continue;
    const isLate = random.chance(0.6);
    const end = start + length;
    const created = isLate
      ? Math.ceil(end / DAY) * DAY + 4 * 3600 + random.between(0, 1800)
      : start + random.between(1, 4);
    const keepsTimes = random.chance(0.75);
    runs.push({
      job,
      shows: {
        start: keepsTimes || !isLate ? [start - 1, start + 4] : [created - 2.2 * DAY, created],
        settings: JSON.stringify([skill, episodes]),
        success: exactly(success),
        length: keepsTimes ? [length - 1, length + 1] : undefined,
      },
      run: makeRun(random, {
        created,
        ended: isLate ? created + random.between(5, 40) : end,
        displayName: random.chance(0.5) ? skill : null,
        host: 'franka-02',
        args: ['--skill', skill, `--episodes=${episodes}`],
        summary: { ...(keepsTimes ? ownSummary(start, end) : {}), 'eval/success': success },
      }),
    });
  }
  return {
    table: 'episodes',
    columns: 'id TEXT PRIMARY KEY, skill TEXT, episodes INTEGER, t0 INTEGER, t1 INTEGER, success_rate REAL',
    rows,
    runs,
  };
};
