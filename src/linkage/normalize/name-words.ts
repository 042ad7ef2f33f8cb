import { buildField } from './fields.ts';
import type { Field } from './fields.ts';
import { findMisspelt } from './misspelt.ts';
import { findSlots } from './name-slots.ts';
import type { Slot } from './name-slots.ts';
import type { ValueCodes } from './values.ts';

/** The bare words of a column's names, or of the runs' names, one after the other: the record of each and its code. */
export interface NameWords {
  readonly field: string;
  readonly records: number[];
  readonly codes: number[];
}

/** What was read of the records of one side. */
export interface NamedSide {
  readonly fields: readonly Field[];
  readonly names: readonly NameWords[];
}

/** What stands at a place of a name: `run_name[2]`. */
const PLACED = /\[-?\d+\]$/;
/** More names of a column than this show no other slots. */
const MOST_NAMES = 10_000;
/** Share of the names of a column that must hold a slot's word, and of those whose word must stand where it always does. */
const LEAST_HELD = 0.95;
const LEAST_PLACED = 0.98;

/**
 * The fields of both sides with the words of their names put right: misspelt ones are read as what is meant, and words
 * that stand now here and now there are values of a field of their own instead of what is at some place.
 */
export function readNameWords(row: NamedSide, run: NamedSide, values: ValueCodes): { rows: Field[]; runs: Field[] } {
  const [ofRows, ofRuns] = [countWords(row.names), countWords(run.names)];
  const rows = respell(row, findMisspelt(ofRows, ofRuns, values), values);
  const runs = respell(run, findMisspelt(ofRuns, ofRows, values), values);
  const lists = [...rows.names, ...runs.names];
  const sharing = { rows: rows.names, runs: runs.names };
  const slots = rows.names.length === 0 ? [] : findSlots(lists.flatMap(someNames), values);
  const kept = slots.filter((slot) => stands(slot, sharing.rows) && stands(slot, sharing.runs));
  const moving = kept.filter((slot) => !(isPlaced(slot, rows) && isPlaced(slot, runs)));
  return { rows: withSlots(rows, moving, values), runs: withSlots(runs, moving, values) };
}

function countWords(names: readonly NameWords[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const { codes } of names) for (const code of codes) counts.set(code, (counts.get(code) ?? 0) + 1);
  return counts;
}

function respell(side: NamedSide, meant: ReadonlyMap<number, number>, values: ValueCodes): NamedSide {
  if (meant.size === 0) return side;
  const put = (code: number): number => meant.get(code) ?? code;
  const isNamed = ({ name, origin }: Field): boolean => origin === 'name-part' && PLACED.test(name);
  return {
    fields: side.fields.map((field) => (isNamed(field) ? recode(field, put, values) : field)),
    names: side.names.map((words) => ({ ...words, codes: words.codes.map(put) })),
  };
}

function recode(field: Field, put: (code: number) => number, values: ValueCodes): Field {
  const { name, origin } = field;
  return buildField({ name, origin, codes: field.codes.map(put) }, values);
}

/** The words of some names, evenly spread: all of a large project would fill the memory. */
function someNames({ records, codes }: NameWords): number[][] {
  const starts: number[] = [];
  for (let at = 0; at < codes.length; at++) if (at === 0 || records[at] !== records[at - 1]) starts.push(at);
  const step = Math.max(1, Math.ceil(starts.length / MOST_NAMES));
  const names: number[][] = [];
  for (let at = 0; at < starts.length; at += step) names.push(codes.slice(starts[at], starts[at + 1]));
  return names;
}

function stands(slot: Slot, names: readonly NameWords[]): boolean {
  return names.some((words) => holds(slot, words));
}

function holds(slot: Slot, { records, codes }: NameWords): boolean {
  let names = 0;
  let held = 0;
  let last = -1;
  for (const [at, code] of codes.entries()) {
    const record = records[at] ?? -1;
    if (at === 0 || record !== records[at - 1]) names++;
    if (record === last || !slot.values.has(code)) continue;
    held++;
    last = record;
  }
  return held > 0 && held >= LEAST_HELD * names;
}

/** Whether each word of a slot always stands at the place at which the others stand. */
function isPlaced(slot: Slot, { fields, names }: NamedSide): boolean {
  return names.every((words) => {
    if (!holds(slot, words)) return true;
    const own = valuesBySlot(slot, words, fields);
    const places = fields.filter(({ name }) => name.startsWith(`${words.field}[`) && PLACED.test(name));
    return places.some(({ codes }) => isSamePlace(slot, own, codes));
  });
}

function isSamePlace(slot: Slot, own: Int32Array, place: Int32Array): boolean {
  let filled = 0;
  let same = 0;
  for (const [record, code] of own.entries()) {
    if (code < 0) continue;
    filled++;
    if (slot.values.get(place[record] ?? -1) === code) same++;
  }
  return same >= LEAST_PLACED * filled;
}

/** The slot's value of each record; −1 where its name holds none, or several. */
function valuesBySlot(slot: Slot, { records, codes }: NameWords, [some]: readonly Field[]): Int32Array {
  const own = new Int32Array(some?.codes.length ?? 0).fill(-1);
  const unclear = new Set<number>();
  for (const [at, code] of codes.entries()) {
    const value = slot.values.get(code);
    const record = records[at] ?? 0;
    if (value === undefined) continue;
    if ((own[record] ?? -1) >= 0 && own[record] !== value) unclear.add(record);
    own[record] = value;
  }
  for (const record of unclear) own[record] = -1;
  return own;
}

/** With a field for each slot, whose words no place holds any longer: one fact would be compared twice. */
function withSlots({ fields, names }: NamedSide, slots: readonly Slot[], values: ValueCodes): Field[] {
  const all = [...fields];
  for (const slot of slots) {
    for (const words of names.filter((words) => holds(slot, words))) {
      for (const [at, field] of all.entries()) {
        const isPlace = field.name.startsWith(`${words.field}[`) && PLACED.test(field.name);
        if (isPlace) all[at] = recode(field, (code) => (slot.values.has(code) ? -1 : code), values);
      }
      const codes = valuesBySlot(slot, words, fields);
      all.push(buildField({ name: `${words.field}[${slot.name}]`, origin: 'name-part', codes }, values));
    }
  }
  return all;
}
