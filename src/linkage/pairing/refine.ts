import type { FieldChoice } from './pairing.ts';
import type { Trust } from './trust.ts';

/** A pair that is as good as certain, from other evidence or because it is linked already. */
export interface SurePair {
  readonly row: number;
  readonly run: number;
}

/** Fewer sure pairs teach nothing about which key a column means. */
export const LEAST_SURE_PAIRS = 15;
/** A key that says the same less often than this on sure pairs does not mean the column. */
const LEAST_AGREEMENT = 0.6;
/** Bits a row that a key must tell, averaged over rows. */
const LEAST_GAIN = 0.1;
/** Sure pairs, and share of them, that make one value another name of a value. */
const ALIAS = { pairs: 3, share: 0.8 } as const;
/** With fewer sure pairs a key stays as a filler only. */
const JUDGED = 5;

/**
 * Chooses anew which key says what a column says, by the pairs that are sure: a wrong key agrees on them no more often
 * than by chance. Values that always meet on sure pairs become names of each other (`i-0abc` on a row, `ip-10-0-4-7` on
 * its runs).
 *
 * @param trusts whether a key is believed that too few sure pairs could show
 */
export function refineChoices(
  choices: readonly FieldChoice[],
  sure: readonly SurePair[],
  trusts: Trust = () => true,
): FieldChoice[] {
  if (sure.length < LEAST_SURE_PAIRS) return choices.filter((choice) => choice.score > 0 && trusts(choice));
  const judged = choices
    .map((choice) => withAliases(choice, sure))
    .filter(({ map }) => map.runs.size > 0)
    .map((choice) => judge(choice, sure));
  return judged
    .filter(
      ({ compared, agreement, gain }) => compared < JUDGED || (agreement >= LEAST_AGREEMENT && gain >= LEAST_GAIN),
    )
    .toSorted((a, b) => rankOf(b) - rankOf(a))
    .map(({ choice, compared, gain }) => ({
      ...choice,
      score: compared < JUDGED ? 0 : gain,
      isProven: compared >= JUDGED,
    }));
}

interface Judgement {
  readonly choice: FieldChoice;
  readonly compared: number;
  readonly agreement: number;
  readonly gain: number;
}

function rankOf({ compared, gain }: Judgement): number {
  return compared < JUDGED ? -1 : gain;
}

function judge(choice: FieldChoice, sure: readonly SurePair[]): Judgement {
  let compared = 0;
  let equal = 0;
  for (const { row, run } of sure) {
    const [own, other] = codesAt(choice, row, run);
    if (own < 0 || other === -1) continue;
    compared++;
    if (own === other) equal++;
  }
  const agreement = (equal + 1) / (compared + 2);
  const chance = Math.min(0.99, Math.max(0.001, chanceOf(choice)));
  const bits = agreement * Math.log2(agreement / chance) + (1 - agreement) * Math.log2((1 - agreement) / (1 - chance));
  const gain = agreement > chance ? (bits * compared) / sure.length : 0;
  return { choice, compared, agreement, gain };
}

function codesAt({ column, key, map }: FieldChoice, row: number, run: number): [own: number, other: number] {
  const own = column.codes[row] ?? -1;
  const other = key.codes[run] ?? -1;
  return [map.rows.get(own) ?? own, other < 0 ? -1 : (map.runs.get(other) ?? -2)];
}

function chanceOf({ column, key, map }: FieldChoice): number {
  const onRuns = new Map<number, number>();
  for (const [code, count] of key.counts) {
    const common = map.runs.get(code);
    if (common !== undefined) onRuns.set(common, (onRuns.get(common) ?? 0) + count);
  }
  let equal = 0;
  for (const [code, count] of column.counts) equal += count * (onRuns.get(map.rows.get(code) ?? code) ?? 0);
  return equal / Math.max(1, column.filled * key.filled);
}

function withAliases(choice: FieldChoice, sure: readonly SurePair[]): FieldChoice {
  const { column, key, map } = choice;
  const known = new Set(map.runs.values());
  const meetings = new Map<number, Map<number, number>>();
  for (const { row, run } of sure) {
    const own = column.codes[row] ?? -1;
    const other = key.codes[run] ?? -1;
    if (own < 0 || other < 0 || map.rows.has(own) || known.has(own)) continue;
    const counts = meetings.get(own) ?? new Map<number, number>();
    counts.set(other, (counts.get(other) ?? 0) + 1);
    meetings.set(own, counts);
  }
  const rows = new Map(map.rows);
  const runs = new Map(map.runs);
  for (const [own, counts] of [...meetings].toSorted(([a], [b]) => a - b)) {
    const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
    const [best] = [...counts].toSorted(([a, x], [b, y]) => y - x || a - b);
    if (best === undefined || best[1] < ALIAS.pairs || best[1] < ALIAS.share * total) continue;
    const common = runs.get(best[0]) ?? best[0];
    rows.set(own, common);
    runs.set(best[0], common);
  }
  return { ...choice, map: { rows, runs } };
}
