import type {
  Comparison,
  ComparisonWords,
  RunSink,
  SearchStep,
  SoftLinks,
} from '../../../src/linkage/comparison/comparison.ts';
import { FEWEST_SEEN, LevelShares } from './level-shares.ts';
import { isOneEdit, withOneDeleted } from './one-edit.ts';

type Level = 'exact' | 'one edit' | 'else';

/** What the runs say about one value of the rows. */
interface Neighbourhood {
  readonly exact: readonly number[];
  readonly near: readonly number[];
  readonly exactChance: number;
  readonly nearChance: number;
}

const NOBODY: Neighbourhood = { exact: [], near: [], exactChance: 0, nearChance: 0 };

/** One short text on each side: a name, a suburb, a postcode. Empty is missing. Rare values are worth more. */
export class TextField implements Comparison {
  readonly name: string;
  readonly #rows: readonly string[];
  readonly #runs: readonly string[];
  readonly #shares = new LevelShares<Level>({ exact: 0.85, 'one edit': 0.08, else: 0.07 });
  readonly #neighbourhoods: ReadonlyMap<string, Neighbourhood>;

  constructor(name: string, sides: { readonly rows: readonly string[]; readonly runs: readonly string[] }) {
    this.name = name;
    this.#rows = sides.rows;
    this.#runs = sides.runs;
    this.#neighbourhoods = findNeighbourhoods(sides.rows, sides.runs);
  }

  weigh(row: number, run: number): number {
    const level = this.#levelOf(row, run);
    return level === null ? 0 : this.#bits(row, level);
  }

  isMissing(row: number, run: number): boolean {
    return this.#rows[row] === '' || this.#runs[run] === '';
  }

  learn(links: SoftLinks): void {
    this.#shares.learn(links, (row, run) => this.#levelOf(row, run));
  }

  steps(row: number): readonly SearchStep[] {
    if (this.#rows[row] === '') return [{ bound: 0, size: 0 }];
    const { exact, near } = this.#near(row);
    const exactBits = this.#bits(row, 'exact');
    const nearBits = this.#bits(row, 'one edit');
    // runs that lack the value weigh 0 and are in no list
    const rest = Math.max(0, this.#bits(row, 'else'));
    return [
      { bound: Math.max(exactBits, nearBits, rest), size: 0 },
      { bound: Math.max(nearBits, rest), size: exact.length },
      { bound: rest, size: exact.length + near.length },
    ];
  }

  collect({ row, step }: { readonly row: number; readonly step: number }, sink: RunSink): void {
    const { exact, near } = this.#near(row);
    for (const run of exact) sink(run);
    if (step > 1) for (const run of near) sink(run);
  }

  describe(row: number, run: number): ComparisonWords {
    const level = this.#levelOf(row, run);
    const words = `“${this.#rows[row]}” against “${this.#runs[run]}”`;
    return { level: level ?? 'missing', words };
  }

  health(): readonly string[] {
    return [`${this.name}: ${this.#shares.words()}`];
  }

  #near(row: number): Neighbourhood {
    return this.#neighbourhoods.get(this.#rows[row] ?? '') ?? NOBODY;
  }

  #levelOf(row: number, run: number): Level | null {
    const own = this.#rows[row] ?? '';
    const other = this.#runs[run] ?? '';
    if (own === '' || other === '') return null;
    if (own === other) return 'exact';
    return isOneEdit(own, other) ? 'one edit' : 'else';
  }

  #bits(row: number, level: Level): number {
    const { exactChance, nearChance } = this.#near(row);
    const chance = { exact: exactChance, 'one edit': nearChance, else: 1 - exactChance - nearChance };
    return this.#shares.bits(level, chance[level]);
  }
}

/** For each value of the rows: the runs that bear it, and those that bear it with one edit. */
function findNeighbourhoods(rows: readonly string[], runs: readonly string[]): Map<string, Neighbourhood> {
  const runsByValue = groupNumbers(runs);
  const valuesByVariant = new Map<string, string[]>();
  for (const value of runsByValue.keys()) {
    for (const variant of withOneDeleted(value)) {
      const values = valuesByVariant.get(variant);
      if (values === undefined) valuesByVariant.set(variant, [value]);
      else values.push(value);
    }
  }
  const filled = runs.filter((value) => value !== '').length;
  const chanceOf = (count: number): number => Math.min(0.45, Math.max(count, FEWEST_SEEN) / Math.max(1, filled));
  const found = new Map<string, Neighbourhood>();
  for (const value of new Set(rows)) {
    if (value === '') continue;
    const values = new Set(withOneDeleted(value).flatMap((variant) => valuesByVariant.get(variant) ?? []));
    const near = [...values].filter((other) => isOneEdit(value, other));
    const nearRuns = near.flatMap((other) => runsByValue.get(other) ?? []);
    const exact = runsByValue.get(value) ?? [];
    found.set(value, {
      exact,
      near: nearRuns,
      exactChance: chanceOf(exact.length),
      nearChance: chanceOf(nearRuns.length),
    });
  }
  return found;
}

function groupNumbers(values: readonly string[]): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  for (const [at, value] of values.entries()) {
    if (value === '') continue;
    const group = groups.get(value);
    if (group === undefined) groups.set(value, [at]);
    else group.push(at);
  }
  return groups;
}
