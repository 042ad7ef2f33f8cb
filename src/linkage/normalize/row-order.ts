import type { RegistryRow } from '../../model/registry.ts';

/** `row-000018`, `exp_7`, `42`. */
const COUNTED = /^(.*?)(\d{1,15})$/s;
/** Rows whose keys must count alike. */
const SHARE = 0.9;

/**
 * The number that a registry gave each row when it was made: keys that count up. Null where the keys do not count, as
 * hashes and names do not; NaN for a row that is written otherwise than most.
 */
export function readRowOrderOrNull(rows: readonly RegistryRow[]): Float64Array | null {
  const counted = rows.map(({ keyText }) => COUNTED.exec(keyText));
  const words = new Map<string, number>();
  for (const [, word] of counted.filter((match) => match !== null))
    words.set(word ?? '', (words.get(word ?? '') ?? 0) + 1);
  const [most] = [...words].toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  if (most === undefined || most[1] < SHARE * rows.length) return null;
  return Float64Array.from(counted, (match) => (match?.[1] === most[0] ? Number(match[2]) : Number.NaN));
}
