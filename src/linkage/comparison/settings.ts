import type { Field } from '../normalize/fields.ts';
import type { ValueCodes } from '../normalize/values.ts';
import type { PairedField } from '../pairing/pairing.ts';
import { forEachLink } from './comparison.ts';
import type { Comparison, ComparisonWords, RunSink, SearchStep, SoftLinks } from './comparison.ts';
import { sameValues } from './same-values.ts';
import { recordByRecord, SettingIndex } from './setting-index.ts';
import { SettingShares } from './setting-shares.ts';
import { buildShareColumns, partsOfFields, wholesOfFields } from './share-columns.ts';
import { describePairing, describeSettings, findContradiction } from './setting-words.ts';

/** Prior of m, P(equal | link): 9.7 agreements in 10 comparisons. */
const PRIOR_AGREEING = 9.7;
const PRIOR_COMPARED = 10;
const MOST_M = 0.9999;
/** With more disagreements than this a pair is no candidate, whatever else it shares. */
const MOST_DISAGREEMENTS = 3;
const LISTED_FIELDS = 4;
/** A mask of fields has at most so many bits, and so many shares are remembered. */
const MASK_BITS = 12;
const SLOT_BITS = 16;

export interface SettingsInput {
  readonly fields: readonly PairedField[];
  /** What the names of the rows are made of. */
  readonly nameParts: readonly Field[];
  readonly values: ValueCodes;
  readonly rowCount: number;
  readonly runCount: number;
  /** By which rows stand beside each other in time; null where they have no times. */
  readonly rowSeconds: Float64Array | null;
}

/**
 * Hyperparameters, names and other settings, all together as one piece of evidence: what they add is how rare their
 * combination is among the rows, so that a field which repeats another adds nothing.
 */
export class SettingsComparison implements Comparison {
  readonly name = 'settings';
  readonly #input: SettingsInput;
  readonly #shares: SettingShares;
  readonly #index: SettingIndex;
  /** Codes record by record. */
  readonly #rowTable: Int32Array;
  readonly #runTable: Int32Array;
  /** P(equal | link) and P(equal | two random records), by field. */
  readonly #m: number[];
  readonly #u: readonly number[];
  /** By field, the others that tell a part of the same, as bits. */
  readonly #parts: readonly number[];
  /** By field, the others that say what it can say: a run that contradicts itself in them tells nothing by that. */
  readonly #wholes: readonly number[];
  /** Whether a field of one half is a part of a field of the other. */
  readonly #isSplit: boolean;
  /** Bits of an agreement and of a disagreement, by field, the rarity of the values apart. */
  #equalBits: readonly number[] = [];
  #differBits: readonly number[] = [];
  /** Shares that were asked for lately, by row and mask; one that falls into the same slot takes its place. */
  readonly #shareKeys = new Float64Array(2 ** SLOT_BITS).fill(-1);
  readonly #shareValues = new Float64Array(2 ** SLOT_BITS);

  constructor(input: SettingsInput) {
    this.#input = input;
    const columns = buildShareColumns(input.fields, input.nameParts);
    this.#shares = new SettingShares(columns, input.rowCount, input.rowSeconds);
    this.#rowTable = recordByRecord(input.fields.map((field) => field.rowCodes));
    this.#runTable = recordByRecord(input.fields.map((field) => field.runCodes));
    this.#index = new SettingIndex(input.fields, input.runCount, { ofRows: this.#rowTable, ofRuns: this.#runTable });
    this.#parts = partsOfFields(input.fields, columns);
    this.#wholes = wholesOfFields(input.fields);
    const masks = this.#index.halves.map(({ members }) => members.reduce((mask, at) => mask | (1 << at), 0));
    this.#isSplit = this.#parts.some((parts, at) =>
      masks.some((mask) => (mask & (1 << at)) === 0 && (mask & parts) !== 0),
    );
    this.#m = input.fields.map(() => PRIOR_AGREEING / PRIOR_COMPARED);
    this.#u = input.fields.map(chanceAgreement);
    this.#updateBits();
  }

  /** Whether it would compare the same with these fields of the same records. */
  compares({ fields }: SettingsInput): boolean {
    const isSame = (own: PairedField, other: PairedField | undefined): boolean =>
      own.column === other?.column &&
      own.key === other.key &&
      sameValues(own.rowCodes, other.rowCodes) &&
      sameValues(own.runCodes, other.runCodes);
    const known = this.#input.fields;
    return known.length === fields.length && known.every((field, at) => isSame(field, fields[at]));
  }

  weigh(row: number, run: number): number {
    const rowTable = this.#rowTable;
    const runTable = this.#runTable;
    const width = this.#m.length;
    const fromRow = row * width;
    const fromRun = run * width;
    let equal = 0;
    let differing = 0;
    let disagreements = 0;
    let bits = 0;
    for (let at = 0; at < width; at++) {
      const own = rowTable[fromRow + at] ?? -1;
      const other = runTable[fromRun + at] ?? -1;
      if (own < 0 || other === -1) continue;
      if (own === other) {
        equal |= 1 << at;
        bits += this.#equalBits[at] ?? 0;
      } else {
        differing |= 1 << at;
        disagreements++;
      }
    }
    for (let at = 0; differing >> at !== 0; at++) {
      const isTold = (differing & (this.#parts[at] ?? 0)) !== 0 || (equal & (this.#wholes[at] ?? 0)) !== 0;
      if ((differing & (1 << at)) !== 0 && !isTold) bits += this.#differBits[at] ?? 0;
    }
    return equal === 0 || disagreements > MOST_DISAGREEMENTS ? bits : bits - this.#shareOf(row, equal);
  }

  /** P(equal | link), by field. */
  agreements(): (PairedField & { readonly m: number })[] {
    return this.#input.fields.map((field, at) => ({ ...field, m: this.#m[at] ?? 0 }));
  }

  /** The fields that are on both sides, as bits. */
  compare(row: number, run: number): { readonly equal: number; readonly differing: number } {
    let equal = 0;
    let differing = 0;
    const width = this.#input.fields.length;
    for (let at = 0; at < width; at++) {
      const own = this.#rowTable[row * width + at] ?? -1;
      const other = this.#runTable[run * width + at] ?? -1;
      if (own < 0 || other === -1) continue;
      if (own === other) equal |= 1 << at;
      else differing |= 1 << at;
    }
    return { equal, differing };
  }

  /** log2 of the share of the other rows with the row's values of these fields. */
  log2Share(row: number, mask: number): number {
    return mask === 0 ? 0 : this.#shareOf(row, mask);
  }

  isMissing(row: number, run: number): boolean {
    return !this.#input.fields.some((field) => (field.rowCodes[row] ?? -1) >= 0 && (field.runCodes[run] ?? -1) !== -1);
  }

  learn(links: SoftLinks): void {
    const { fields } = this.#input;
    const width = fields.length;
    const agreeing = fields.map(() => PRIOR_AGREEING);
    const compared = fields.map(() => PRIOR_COMPARED);
    forEachLink(links, (row, run, probability) => {
      for (let at = 0; at < width; at++) {
        const own = this.#rowTable[row * width + at] ?? -1;
        const other = this.#runTable[run * width + at] ?? -1;
        if (own < 0 || other === -1) continue;
        compared[at] = (compared[at] ?? 0) + probability;
        if (own === other) agreeing[at] = (agreeing[at] ?? 0) + probability;
      }
    });
    for (const [at, count] of agreeing.entries()) {
      this.#m[at] = Math.min(MOST_M, Math.max(this.#u[at] ?? 0, count / (compared[at] ?? 1)));
    }
    this.#updateBits();
  }

  steps(row: number): readonly SearchStep[] {
    const everything = 2 ** this.#input.fields.length - 1;
    const most = this.most(row);
    const steps: SearchStep[] = [{ bound: most, size: 0 }];
    if (most <= 0) return steps;
    steps.push({ bound: this.#boundBesideWhole(row, most), size: this.#index.sizeOfWhole(row) });
    let size = this.#index.sizeOfHalves(row);
    steps.push({ bound: this.#boundBesideHalves(row, most), size });
    let rest = everything;
    for (const at of this.#orderOf(row)) {
      if ((steps.at(-1)?.bound ?? 0) <= 0) break;
      rest &= ~(1 << at);
      size += this.#index.sizeOf(row, at);
      steps.push({ bound: this.#shares.mostBits(row, rest), size });
    }
    return descending(steps);
  }

  most(row: number): number {
    return this.#shares.mostBits(row, 2 ** this.#input.fields.length - 1);
  }

  collect({ row, step }: { readonly row: number; readonly step: number }, sink: RunSink): void {
    if (step === 1) return this.#index.collectWhole(row, sink);
    this.#index.collectHalves(row, sink);
    for (const field of this.#orderOf(row).slice(0, step - 2)) this.#index.collectField({ row, field }, sink);
  }

  contradiction(row: number, run: number): string | null {
    return findContradiction({ ...this.#input, m: this.#m }, row, run);
  }

  describe(row: number, run: number): ComparisonWords {
    return describeSettings(this.#input, row, run);
  }

  health(): readonly string[] {
    return this.#input.fields.map((field, at) => describePairing(field, this.#m[at] ?? 0));
  }

  /** Every round of learning and every search asks for the same rows and masks again. */
  #shareOf(row: number, mask: number): number {
    const key = row * 2 ** MASK_BITS + mask;
    const slot = (Math.imul(row, 0x9e3779b1) ^ Math.imul(mask, 0x85ebca6b)) >>> (32 - SLOT_BITS);
    if (this.#shareKeys[slot] !== key) {
      this.#shareKeys[slot] = key;
      this.#shareValues[slot] = this.#shares.log2Share(row, mask);
    }
    return this.#shareValues[slot] ?? 0;
  }

  #updateBits(): void {
    this.#equalBits = this.#m.map(Math.log2);
    this.#differBits = this.#m.map((m, at) => Math.min(0, Math.log2((1 - m) / (1 - (this.#u[at] ?? 0)))));
  }

  /** Of a run that is not listed as agreeing on everything at least one field differs, or none is on both sides. */
  #boundBesideWhole(row: number, most: number): number {
    const beside = this.#index.halfBesideWhole(row);
    const differing = most + Math.max(this.#leastLoss(row, 0), this.#leastLoss(row, 1));
    return Math.max(0, differing, beside < 0 ? 0 : this.#mostOfHalf(row, beside));
  }

  /**
   * Of a run that is in neither half's list one field of each half differs, or it has fields of one half only. Where one
   * of the two may be a part of the other they differ once.
   */
  #boundBesideHalves(row: number, most: number): number {
    const [first, second] = this.#index.oneSidedRuns(row);
    const firstLoss = this.#leastLoss(row, 0);
    const secondLoss = this.#leastLoss(row, 1);
    return Math.max(
      0,
      most + (this.#isSplit ? Math.max(firstLoss, secondLoss) : firstLoss + secondLoss),
      first ? this.#mostOfHalf(row, 0) + firstLoss : 0,
      second ? this.#mostOfHalf(row, 1) + secondLoss : 0,
    );
  }

  #mostOfHalf(row: number, half: number): number {
    const mask = (this.#index.halves[half]?.members ?? []).reduce((all, at) => all | (1 << at), 0);
    return this.#shares.mostBits(row, mask);
  }

  /** What a disagreement in the half costs at least, in bits (0 or less); −∞ where the row has none of its fields. */
  #leastLoss(row: number, half: number): number {
    let least = -Infinity;
    for (const at of this.#index.halves[half]?.members ?? []) {
      const loss = this.#wholes[at] === 0 ? (this.#differBits[at] ?? 0) : 0;
      if ((this.#input.fields[at]?.rowCodes[row] ?? -1) >= 0) least = Math.max(least, loss);
    }
    return least;
  }

  /** The row's most telling fields first. */
  #orderOf(row: number): number[] {
    const there: { readonly at: number; readonly size: number }[] = [];
    for (const [at, { rowCodes }] of this.#input.fields.entries()) {
      if ((rowCodes[row] ?? -1) >= 0) there.push({ at, size: this.#index.sizeOf(row, at) });
    }
    there.sort((a, b) => a.size - b.size || a.at - b.at);
    return there.slice(0, LISTED_FIELDS).map(({ at }) => at);
  }
}

/** Bounds may only fall: a later list holds all of the earlier ones. */
function descending(steps: readonly SearchStep[]): SearchStep[] {
  let least = Infinity;
  return steps.map((step) => ({ size: step.size, bound: (least = Math.min(least, step.bound)) }));
}

function chanceAgreement(field: PairedField): number {
  const onRuns = new Map<number, number>();
  let runs = 0;
  for (const code of field.runCodes) {
    if (code === -1) continue;
    runs++;
    onRuns.set(code, (onRuns.get(code) ?? 0) + 1);
  }
  let rows = 0;
  let equal = 0;
  for (const code of field.rowCodes) {
    if (code < 0) continue;
    rows++;
    equal += onRuns.get(code) ?? 0;
  }
  return rows === 0 || runs === 0 ? 0 : Math.min(0.99, equal / (rows * runs));
}
