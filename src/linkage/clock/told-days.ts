import type { Field } from '../normalize/fields.ts';
import type { ValueCodes } from '../normalize/values.ts';
import { idInOrNull } from '../pairing/cut-ids.ts';
import type { PairedField } from '../pairing/pairing.ts';
import { lowerBound } from '../sorted.ts';
import type { SortedIndex } from '../sorted.ts';

/** What a column and a key say by record, in common codes; negative is missing. */
export type DayWitness = Pick<PairedField, 'rowCodes' | 'runCodes'>;

interface Times {
  readonly rows: readonly number[];
  /** On the runs' clock. */
  readonly rowSeconds: Float64Array;
  readonly runs: SortedIndex;
  /** Seconds to either side within which a row's run is looked for. */
  readonly width: number;
}

/** Most hexadecimal hashes have a letter; a date or a number of a job has none. */
const LETTERED_SHARE = 0.5;
/** By so many standard deviations more rows must find their hash on their own day: chance does that once in 30,000. */
const DEVIATIONS = 4;

/** Pairs whose values are hashes, as commits are: nobody else has them, while names, versions and seeds can be anybody's. */
export function listHashes(fields: readonly PairedField[], values: ValueCodes): PairedField[] {
  return fields.filter(({ column, key }) => holdsHashes(column, values) && holdsHashes(key, values));
}

function holdsHashes({ counts, isNumeric }: Field, values: ValueCodes): boolean {
  if (isNumeric) return false;
  const lettered = [...counts.keys()].filter((code) => /[a-f]/.test(idInOrNull(values.textOf(code)) ?? ''));
  return lettered.length > LETTERED_SHARE * counts.size;
}

/**
 * Whether hashes tell the day: far more rows share one with a run at their own time, and with none so many seconds later,
 * than the other way round.
 */
export function isDayTold(hashes: readonly DayWitness[], times: Times, seconds: number): boolean {
  return hashes.some((hash) => {
    const found = { own: 0, other: 0 };
    for (const row of times.rows) {
      const own = sharesNear(hash, { ...times, row, shift: 0 });
      const other = sharesNear(hash, { ...times, row, shift: seconds });
      if (own === null || other === null || own === other) continue;
      found[own ? 'own' : 'other']++;
    }
    return found.own - found.other > DEVIATIONS * Math.sqrt(found.own + found.other);
  });
}

/** Null where the row or all runs near it lack a hash. */
function sharesNear(
  { rowCodes, runCodes }: DayWitness,
  { row, rowSeconds, runs, width, shift }: Times & { readonly row: number; readonly shift: number },
): boolean | null {
  const own = rowCodes[row] ?? -1;
  const moment = (rowSeconds[row] ?? Number.NaN) + shift;
  if (own < 0 || Number.isNaN(moment)) return null;
  let found: boolean | null = null;
  const end = lowerBound(runs.values, moment + width);
  for (let at = lowerBound(runs.values, moment - width); at < end; at++) {
    const code = runCodes[runs.records[at] ?? 0] ?? -1;
    if (code === own) return true;
    if (code !== -1) found = false;
  }
  return found;
}
