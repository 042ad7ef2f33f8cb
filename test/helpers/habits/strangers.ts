import { createRandom } from '../worlds/random.ts';
import type { Archive, Habit } from './records.ts';

/** Another team's project: the same conventions, sweeps, machines and weeks, and not one run of ours. */
export function strangersOf(habit: Habit): Habit {
  return (random) => {
    const own = habit(random);
    const others = habit(createRandom(random.integer(0, 1e9)));
    return { ...own, runs: others.runs.map((record) => ({ ...record, job: null })) };
  };
}

/** A shared project: every second run of ours is gone, and another team's stand among the rest. */
export function halfStrangersOf(habit: Habit): Habit {
  return (random) => {
    const own = habit(random);
    const others = habit(createRandom(random.integer(0, 1e9)));
    return {
      ...own,
      runs: [
        ...own.runs.filter(() => random.chance(0.5)),
        ...others.runs.filter(() => random.chance(0.5)).map((record) => ({ ...record, job: null })),
      ],
    };
  };
}

/** The first rows only, as a registry in its first days. */
export function firstRows(habit: Habit, count: number, runs: 'theirs' | 'all' = 'all'): Habit {
  return (random) => {
    const world = habit(random);
    const jobs = new Set(world.runs.map(({ job }) => job));
    const rows = world.rows.filter(({ job }) => runs === 'all' || jobs.has(job)).slice(0, count);
    const kept = new Set(rows.map(({ job }) => job));
    return {
      ...world,
      rows,
      runs: runs === 'all' ? world.runs : world.runs.filter(({ job }) => job !== null && kept.has(job)),
    };
  };
}

/** Every row is the first one under another key; only the first means its run. */
export function allAlike(habit: Habit, key: string): Habit {
  return (random) => {
    const world = habit(random);
    const first = world.rows[0]!;
    const rows = world.rows.map((row, at) => ({
      job: at === 0 ? row.job : '',
      tells: first.tells,
      cells: { ...first.cells, [key]: row.cells[key]! },
    }));
    return { ...world, rows: rows.slice(0, 60) };
  };
}

/** Each run uploaded twice and each row written twice. */
export function everythingTwice(habit: Habit, key: string): Habit {
  return (random) => {
    const world: Archive = habit(random);
    return {
      ...world,
      rows: world.rows.flatMap((row) => [
        row,
        { ...row, cells: { ...row.cells, [key]: `${String(row.cells[key])}~2` } },
      ]),
      runs: world.runs.flatMap((record) => {
        const runId = random.text(8, 'abcdefghijklmnopqrstuvwxyz0123456789');
        return [record, { ...record, job: null, run: { ...record.run, runId, storageId: `copy-${runId}` } }];
      }),
    };
  };
}

/** Only rows whose run is there, and only their runs. */
export function allMatched(habit: Habit): Habit {
  return firstRows(habit, Number.POSITIVE_INFINITY, 'theirs');
}
