import type { Run } from '../../model/run.ts';
import type { Field } from '../normalize/fields.ts';
import { isGeneratedName } from '../normalize/names.ts';
import type { Records } from '../normalize/records.ts';
import { START_MONTH } from '../normalize/run-fields.ts';
import { agreementOf, buildPairedField, isFilled, isInformative, rankKeys } from './pairing.ts';
import type { FieldChoice, PairedField } from './pairing.ts';
import { listStandingWords } from './standing-words.ts';
import { areNamedAlike, isPlace } from './trust.ts';
import { coverageOf } from './value-map.ts';

/** More fields than this repeat each other. */
const MOST_FIELDS = 12;
/** Two fields that say the same this often are one fact. */
const SAME_FACT = 0.9;

/** Share of the runs' names that W&B made up, and of distinct cells of a column, where such names are no settings. */
const MADE_UP_SHARE = 0.9;
const LEAST_DISTINCT = 0.8;
/** Numbers of rows span this many times their count at most, and few rows have such numbers by chance … */
const DENSE = 1.5;
const LEAST_NUMBERED = 10;
/** … and the runs' values that are they are distinct to this share. */
const MOSTLY_DISTINCT = 0.5;

/** Share of a column's cells whose values a key holds that is right. */
const GOOD_COVERAGE = 0.8;

/** A column and a key with more values than this are no two lists of names for the same few things. */
const MOST_NAMES = 40;

/** The keys of each column that was ranked before: they depend on the records alone, and mapping values is dear. */
export type RankedColumns = Map<Field, readonly FieldChoice[]>;

/**
 * For each column the keys that fit its values, best first, or, where none does, those that may have other words for
 * them; columns without either are left out.
 *
 * @param known rankings of the same records from before; those that are missing are added
 */
export function rankSettings(
  records: Records,
  taken: ReadonlySet<string>,
  known: RankedColumns = new Map(),
): (readonly FieldChoice[])[] {
  const keys = withoutCopies(
    records.run.fields.filter(
      (field) => field.origin !== 'summary' && isInformative(field, records.runs.length) && !isIdentity(field),
    ),
  );
  const settings = keys.filter((field) => !areMadeUp(field, records.runs));
  // a column that never varies tells no rows apart, but the runs that differ from all of them
  const columns = withoutCopies(
    records.row.fields.filter((field) => !taken.has(field.name) && isFilled(field, records.rows.length)),
  );
  for (const column of columns) {
    if (known.has(column)) continue;
    const told = column.counts.size >= LEAST_DISTINCT * column.filled ? settings : keys;
    const fitting = countsRows(column, records) ? told.filter(isMostlyDistinct) : told;
    const own = rankKeys(column, fitting, records);
    const standing = isCovered(own) ? [] : rankKeys(column, listStandingWords(column, records), records);
    const ranked = [...own, ...standing].toSorted((a, b) => b.score - a.score);
    const strange = ranked.length === 0 || mayBeCoded(ranked) ? listStrangeWords(column, fitting) : [];
    known.set(column, [...ranked, ...strange.filter((choice) => ranked.every(({ key }) => key !== choice.key))]);
  }
  return columns.map((column) => known.get(column) ?? []).filter((choices) => choices.length > 0);
}

/** Whatever is counted from 1 has the same numbers: what a column of them means, its name says, or sure pairs. */
function mayBeCoded([best]: readonly FieldChoice[]): boolean {
  return best !== undefined && best.column.isNumeric && !areNamedAlike(best);
}

/** Whether a column numbers the rows one after the other. Whatever else is numbered from 1 has the same values. */
function countsRows({ isNumeric, counts, filled }: Field, { values }: Records): boolean {
  if (!isNumeric || counts.size < filled || filled < LEAST_NUMBERED) return false;
  const numbers = Float64Array.from(counts.keys(), (code) => values.numberOf(code)).sort();
  return (numbers.at(-1) ?? 0) - (numbers[0] ?? 0) < DENSE * filled;
}

/** A number of the rows in the runs: repeated by tries of the same thing at most. */
function isMostlyDistinct({ counts, filled }: Field): boolean {
  return counts.size >= MOSTLY_DISTINCT * filled;
}

/** Whether a key holds most of a column's values, so that no text has to be searched for them. */
function isCovered([best]: readonly FieldChoice[]): boolean {
  return best !== undefined && coverageOf(best.column, best.map) >= GOOD_COVERAGE;
}

/** `mgda` and `MultipleGradientDescent` share no value: only pairs that are sure by other evidence can tell. */
function listStrangeWords(column: Field, keys: readonly Field[]): FieldChoice[] {
  const isShort = ({ counts }: Field): boolean => counts.size > 1 && counts.size <= MOST_NAMES;
  if (column.origin !== 'column' || !isShort(column)) return [];
  const map = { rows: new Map<number, number>(), runs: new Map<number, number>() };
  // how a run ended goes with whether it has metrics, which is compared already
  const isFree = ({ name }: Field): boolean => name !== 'state' && name !== 'status' && name !== START_MONTH;
  return keys
    .filter((key) => isShort(key) && isFree(key) && !isPlace(key))
    .map((key) => ({ column, key, map, score: 0 }));
}

/**
 * Pairs columns with what a run says about itself before it ends: config, command line, name, group, host. A part of a
 * name is a pair of its own only where no column says the same; else it fills that column's gaps.
 */
export function pairSettings(ranked: readonly (readonly FieldChoice[])[]): PairedField[] {
  const isPart = (choices: readonly FieldChoice[]): boolean => choices[0]?.column.origin === 'name-part';
  const pairs: PairedField[] = [];
  for (const choices of ranked.filter((choices) => !isPart(choices)).toSorted(byScore)) {
    const pair = buildPairedField(choices.filter((choice) => !isTaken(pairs, choice)));
    if (pair !== null) pairs.push(pair);
  }
  const hasWholeName = pairs.some((pair) => pair.key.name === 'displayName');
  const isOpen = ({ key }: FieldChoice): boolean => !hasWholeName || key.origin !== 'name-part';
  const parts = ranked.filter(isPart).map((choices) => choices.filter(isOpen));
  for (const choices of parts.toSorted(byScore)) {
    const pair = buildPairedField(choices);
    if (pair !== null) addPart(pairs, pair);
  }
  return pairs.toSorted((a, b) => b.score - a.score).slice(0, MOST_FIELDS);
}

/** Two columns that differ from each other cannot both say what one key says. */
function isTaken(pairs: readonly PairedField[], { column, key }: FieldChoice): boolean {
  return pairs.some((pair) => pair.key === key && (agreementOf(pair.column.codes, column.codes) ?? 1) < SAME_FACT);
}

function addPart(pairs: PairedField[], part: PairedField): void {
  const same = pairs.findIndex((pair) => pair.key.name === part.key.name || saysTheSame(pair, part));
  const pair = pairs[same];
  if (pair === undefined) pairs.push(part);
  else if (saysItPlainly(part, pair)) pairs[same] = part;
  else if (saysTheSame(pair, part)) {
    // in a name of another make the part may say something else
    const known = new Set(pair.runCodes);
    const fill = (own: number): number => (known.has(own) ? own : -1);
    const rowCodes = pair.rowCodes.map((code, row) => (code === -1 ? fill(part.rowCodes[row] ?? -1) : code));
    pairs[same] = { ...pair, rowCodes };
  }
}

/** A word of a name is the model that a name as a whole only holds. */
function saysItPlainly(part: PairedField, whole: PairedField): boolean {
  return part.key === whole.key && part.score > whole.score && part.column.name.startsWith(`${whole.column.name}[`);
}

function saysTheSame(pair: PairedField, part: PairedField): boolean {
  return (agreementOf(pair.rowCodes, part.rowCodes) ?? 0) >= SAME_FACT;
}

function byScore(a: readonly FieldChoice[], b: readonly FieldChoice[]): number {
  return (b[0]?.score ?? 0) - (a[0]?.score ?? 0);
}

/** Unique in its project: no setting, but evidence of its own. */
function isIdentity(field: Field): boolean {
  return field.name === 'commit' && field.counts.size === field.filled;
}

/** So are the names that W&B makes up, beside a column that bears each but once. */
function areMadeUp(field: Field, runs: readonly Run[]): boolean {
  const isMadeUp = ({ displayName }: Run): boolean => displayName !== null && isGeneratedName(displayName);
  return field.name === 'displayName' && runs.filter(isMadeUp).length >= MADE_UP_SHARE * field.filled;
}

/** A field that equals another value for value would count everything twice. */
function withoutCopies(fields: readonly Field[]): Field[] {
  const kept: Field[] = [];
  for (const field of fields.toSorted((a, b) => originRank(a) - originRank(b) || (a.name < b.name ? -1 : 1))) {
    if (!kept.some((other) => areCopies(other, field))) kept.push(field);
  }
  return kept;
}

function originRank(field: Field): number {
  return ['column', 'config', 'args', 'run', 'name-part', 'summary'].indexOf(field.origin);
}

/** Whether two fields of one side are equal value for value, or one and the same. */
export function areCopies(a: Field, b: Field): boolean {
  if (a === b) return true;
  if (a.counts.size !== b.counts.size) return false;
  for (let at = 0; at < a.codes.length; at++) if (a.codes[at] !== b.codes[at]) return false;
  return true;
}
