import { renderCell } from '../../../src/model/cell.ts';
import type { Habit, HabitWorld, Range, Trace } from './records.ts';
import { randomOf } from './records.ts';

/** Further launches of the same lab that a row is held against: so often would chance have offered it another run. */
const SHADOWS = 20;

/**
 * Rows whose run one who knows the generator could name: within the stated noise the true run is the only one that fits
 * the row, the row the only one that fits the run, and none of the runs that the same lab might have launched instead
 * fits it either (so that it is recognised, not left over).
 */
export function identifiableRows(habit: Habit, world: HabitWorld): ReadonlySet<string> {
  const { archive, truth, seed } = world;
  const keyColumn = archive.columns.trim().split(' ')[0]!.replaceAll('"', '');
  const found = new Set<string>();
  const shadows = Array.from({ length: archive.rows.length === 0 ? 0 : SHADOWS }, (_item, at) =>
    habit(randomOf(seed + 1000 * (at + 1))).runs.map(({ shows }) => shows),
  );
  for (const row of archive.rows) {
    const keyText = renderCell(row.cells[keyColumn] ?? null);
    const runId = truth.get(keyText);
    if (runId === undefined) continue;
    const tells = Object.entries(row.tells);
    const fitting = archive.runs.filter(({ shows }) => fits(tells, shows));
    if (fitting.length !== 1 || fitting[0]!.run.runId !== runId) continue;
    const { shows } = fitting[0]!;
    if (archive.rows.some((other) => other !== row && fits(Object.entries(other.tells), shows))) continue;
    if (!shadows.some((runs) => runs.some((other) => fits(tells, other)))) found.add(keyText);
  }
  return found;
}

/** Share of the true pairs that fit within the stated noise: all but the tails. */
export function shareWithinNoise({ archive }: HabitWorld): number {
  const runs = new Map(archive.runs.flatMap((record) => (record.job === null ? [] : [[record.job, record]])));
  const pairs = archive.rows.flatMap(({ tells, job }) => {
    const run = runs.get(job);
    return run === undefined ? [] : [fits(Object.entries(tells), run.shows)];
  });
  return pairs.length === 0 ? 1 : pairs.filter(Boolean).length / pairs.length;
}

function fits(tells: readonly (readonly [string, Range | string | undefined])[], shows: Trace): boolean {
  for (const [fact, told] of tells) {
    const shown = shows[fact];
    if (told === undefined || shown === undefined) continue;
    if (typeof told === 'string' || typeof shown === 'string') {
      if (told !== shown) return false;
    } else if (told[0] > shown[1] || told[1] < shown[0]) return false;
  }
  return true;
}
