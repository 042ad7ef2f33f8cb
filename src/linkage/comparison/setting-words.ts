import type { ValueCodes } from '../normalize/values.ts';
import type { PairedField } from '../pairing/pairing.ts';
import { isSwap } from '../normalize/misspelt.ts';
import type { ComparisonWords } from './comparison.ts';

/** From this m on a column that differs is a contradiction, not an accident. */
const TRUSTED_M = 0.97;
/** In short texts two swapped digits are another value more often than a slip: `12` and `21`. */
const LEAST_SLIP_LENGTH = 12;
/** A waterfall names so many of the settings that agree. */
const MOST_NAMED = 6;

interface SettingsSource {
  readonly fields: readonly PairedField[];
  readonly values: ValueCodes;
}

export function findContradiction(
  source: SettingsSource & { readonly m: readonly number[] },
  row: number,
  run: number,
): string | null {
  for (const [at, field] of source.fields.entries()) {
    if (field.column.origin !== 'column' || (source.m[at] ?? 0) < TRUSTED_M || !differs(field, row, run)) continue;
    if (isSlip(source.values, field, { row, run })) continue;
    return describeDifference(source, field, { row, run });
  }
  return null;
}

/** Two neighbouring letters of a longer text that changed places, digits too: it weighs against the pair, no more. */
function isSlip(values: ValueCodes, field: PairedField, { row, run }: { row: number; run: number }): boolean {
  const own = values.textOf(field.rowCodes[row] ?? -1);
  return own.length >= LEAST_SLIP_LENGTH && isSwap(own, values.textOf(field.key.codes[run] ?? -1));
}

export function describeSettings(source: SettingsSource, row: number, run: number): ComparisonWords {
  const equal: string[] = [];
  const differ: string[] = [];
  for (const field of source.fields) {
    const own = field.rowCodes[row] ?? -1;
    if (own < 0 || (field.runCodes[run] ?? -1) === -1) continue;
    if (differs(field, row, run)) differ.push(describeDifference(source, field, { row, run }));
    else equal.push(`${field.column.name}=${source.values.textOf(own)}`);
  }
  const compared = equal.length + differ.length;
  if (compared === 0) return { level: 'missing', words: 'no setting is on both sides' };
  const more = equal.length > MOST_NAMED ? ` and ${equal.length - MOST_NAMED} more` : '';
  const named = equal.length > 0 ? `: ${equal.slice(0, MOST_NAMED).join(', ')}${more}` : '';
  const words = [`${equal.length} of ${compared} settings agree${named}`, ...differ].join('; ');
  return { level: differ.length === 0 ? 'equal' : `${equal.length} of ${compared}`, words };
}

export function describePairing(field: PairedField, m: number): string {
  const agreement = `equal on ${(100 * m).toFixed(1)} % of the links`;
  return `column ${field.column.name} says what ${field.key.origin} ${field.key.name} says, ${agreement}`;
}

function differs(field: PairedField, row: number, run: number): boolean {
  const own = field.rowCodes[row] ?? -1;
  const other = field.runCodes[run] ?? -1;
  return own >= 0 && other !== -1 && own !== other;
}

function describeDifference(
  { values }: SettingsSource,
  field: PairedField,
  { row, run }: { readonly row: number; readonly run: number },
): string {
  const own = values.textOf(field.rowCodes[row] ?? -1);
  const found = field.key.codes[run] ?? -1;
  return `${field.column.name}=${own} but ${field.key.name}=${found < 0 ? 'another value' : values.textOf(found)}`;
}
