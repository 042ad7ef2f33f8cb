import type { ValueCodes } from '../normalize/values.ts';
import type { PairedField } from '../pairing/pairing.ts';
import { forEachLink } from './comparison.ts';
import type { Comparison, SearchStep, SoftLinks } from './comparison.ts';
import { buildSettingIndex } from './setting-index.ts';
import { buildSettingShares } from './setting-shares.ts';

/** Prior of m, P(equal | link): 9.7 agreements in 10 comparisons. */
const PRIOR_AGREEING = 9.7;
const PRIOR_COMPARED = 10;
const MOST_M = 0.9999;
/** With more disagreements than this a pair is no candidate, whatever else it shares. */
const MOST_DISAGREEMENTS = 3;
const LISTED_FIELDS = 4;

interface Rate {
  m: number;
  /** P(equal | two random records). */
  readonly u: number;
}

/** Hyperparameters, names and other settings, all together as one piece of evidence. */
export function buildSettingsComparison(
  fields: readonly PairedField[],
  values: ValueCodes,
  sizes: { readonly rows: number; readonly runs: number; readonly rowSeconds: Float64Array | null },
): Comparison {
  const shares = buildSettingShares(fields, sizes.rows, sizes.rowSeconds);
  const index = buildSettingIndex(fields, sizes.runs);
  const rates: Rate[] = fields.map((field) => ({ m: PRIOR_AGREEING / PRIOR_COMPARED, u: chanceAgreement(field) }));
  const everything = 2 ** fields.length - 1;

  const weigh = (row: number, run: number): number => {
    let equal = 0;
    let disagreements = 0;
    let bits = 0;
    for (let at = 0; at < fields.length; at++) {
      const field = fields[at];
      const rate = rates[at];
      if (field === undefined || rate === undefined) continue;
      const own = field.rowCodes[row] ?? -1;
      const other = field.runCodes[run] ?? -1;
      if (own < 0 || other === -1) continue;
      if (own === other) {
        equal |= 1 << at;
        bits += Math.log2(rate.m);
      } else {
        bits += disagreementBits(rate);
        disagreements++;
      }
    }
    if (equal === 0 || disagreements > MOST_DISAGREEMENTS) return bits;
    return bits - shares.log2Share(row, equal);
  };

  const orderOf = (row: number): number[] =>
    fields
      .map((_field, at) => at)
      .filter((at) => (fields[at]?.rowCodes[row] ?? -1) >= 0)
      .toSorted((a, b) => index.sizeOf(row, a) - index.sizeOf(row, b) || a - b)
      .slice(0, LISTED_FIELDS);

  const steps = (row: number): SearchStep[] => {
    const found: SearchStep[] = [{ bound: shares.mostBits(row, everything), size: 0 }];
    const all = index.sizeOfAll(row);
    if (all !== null) found.push({ bound: oneDisagreement(row), size: all });
    let rest = everything;
    let size = all ?? 0;
    for (const at of orderOf(row)) {
      rest &= ~(1 << at);
      size += index.sizeOf(row, at);
      found.push({ bound: shares.mostBits(row, rest), size });
    }
    return descending(found);
  };
  const oneDisagreement = (row: number): number =>
    Math.max(0, ...rates.map((rate, at) => disagreementBits(rate) + shares.mostBits(row, everything & ~(1 << at))));

  return {
    name: 'settings',
    weigh,
    isMissing: (row, run) =>
      !fields.some((field) => (field.rowCodes[row] ?? -1) >= 0 && (field.runCodes[run] ?? -1) !== -1),
    learn: (links) => learnRates(fields, rates, links),
    steps,
    collect({ row, step }, sink) {
      const hasAll = index.sizeOfAll(row) !== null;
      if (hasAll) index.collectAll(row, sink);
      for (const field of orderOf(row).slice(0, hasAll ? step - 1 : step)) index.collectField({ row, field }, sink);
    },
    contradiction: (row, run) => findContradiction({ fields, rates, values }, row, run),
    describe: (row, run) => describeSettings({ fields, values }, row, run),
    health: () => fields.map((field, at) => describePairing(field, rates[at])),
  };
}

/** Bounds may only fall: a later list holds all of the earlier ones. */
function descending(steps: readonly SearchStep[]): SearchStep[] {
  let least = Infinity;
  return steps.map((step) => ({ size: step.size, bound: (least = Math.min(least, step.bound)) }));
}

function disagreementBits(rate: Rate): number {
  return Math.min(0.5, Math.log2((1 - rate.m) / (1 - rate.u)));
}

function chanceAgreement(field: PairedField): number {
  const onRuns = new Map<number, number>();
  let filled = 0;
  for (const code of field.runCodes) {
    if (code === -1) continue;
    filled++;
    onRuns.set(code, (onRuns.get(code) ?? 0) + 1);
  }
  let equal = 0;
  for (const code of field.rowCodes) if (code >= 0) equal += (onRuns.get(code) ?? 0) / field.column.filled;
  return filled === 0 ? 0 : Math.min(0.99, equal / filled);
}

function learnRates(fields: readonly PairedField[], rates: readonly Rate[], links: SoftLinks): void {
  const agreeing = fields.map(() => PRIOR_AGREEING);
  const compared = fields.map(() => PRIOR_COMPARED);
  forEachLink(links, (row, run, probability) => {
    for (const [at, field] of fields.entries()) {
      const own = field.rowCodes[row] ?? -1;
      const other = field.runCodes[run] ?? -1;
      if (own < 0 || other === -1) continue;
      compared[at] = (compared[at] ?? 0) + probability;
      if (own === other) agreeing[at] = (agreeing[at] ?? 0) + probability;
    }
  });
  for (const [at, rate] of rates.entries()) {
    rate.m = Math.min(MOST_M, Math.max(rate.u, (agreeing[at] ?? 0) / (compared[at] ?? 1)));
  }
}

function describeSettings(
  source: { readonly fields: readonly PairedField[]; readonly values: ValueCodes },
  row: number,
  run: number,
): { level: string; words: string } {
  const equal: string[] = [];
  const differ: string[] = [];
  for (const field of source.fields) {
    const own = field.rowCodes[row] ?? -1;
    const other = field.runCodes[run] ?? -1;
    if (own < 0 || other === -1) continue;
    const value = source.values.textOf(own);
    if (own === other) equal.push(`${field.column.name}=${value}`);
    else {
      const found = field.key.codes[run] ?? -1;
      const shown = found < 0 ? 'another value' : source.values.textOf(found);
      differ.push(`${field.column.name}=${value} but ${field.key.name}=${shown}`);
    }
  }
  const compared = equal.length + differ.length;
  if (compared === 0) return { level: 'missing', words: 'no setting is on both sides' };
  const head = `${equal.length} of ${compared} settings agree`;
  const words = [`${head}${equal.length > 0 ? `: ${equal.join(', ')}` : ''}`, ...differ].join('; ');
  return { level: differ.length === 0 ? 'equal' : `${equal.length} of ${compared}`, words };
}

/** From this m on a column that differs is a contradiction, not an accident. */
const TRUSTED_M = 0.9;

function findContradiction(
  source: { readonly fields: readonly PairedField[]; readonly rates: readonly Rate[]; readonly values: ValueCodes },
  row: number,
  run: number,
): string | null {
  for (const [at, field] of source.fields.entries()) {
    const own = field.rowCodes[row] ?? -1;
    const other = field.runCodes[run] ?? -1;
    if (own < 0 || other === -1 || own === other || field.column.origin !== 'column') continue;
    if ((source.rates[at]?.m ?? 0) >= TRUSTED_M)
      return `${field.column.name} is ${source.values.textOf(own)} on the row only`;
  }
  return null;
}

function describePairing(field: PairedField, rate: Rate | undefined): string {
  const agreement = rate === undefined ? '' : `, equal on ${(100 * rate.m).toFixed(1)} % of the links`;
  return `column ${field.column.name} says what ${field.key.origin} ${field.key.name} says${agreement}`;
}
