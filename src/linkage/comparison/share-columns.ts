import type { Field } from '../normalize/fields.ts';
import { agreementOf } from '../pairing/pairing.ts';
import type { PairedField } from '../pairing/pairing.ts';

/** The columns by which the share of a row's values is counted, those with few values first. */
export interface ShareColumns {
  /** Codes by row; −1 where the row lacks the field that the column belongs to. */
  readonly codes: readonly Int32Array[];
  /** Columns of each field, as bits. */
  readonly ofField: readonly number[];
}

/** Columns are bits of one number. */
const MOST_COLUMNS = 30;
/** Two columns that say the same this often are counted once. */
const SAME_FACT = 0.9;
/** Stands for a part that a name does not have. */
const NO_PART = 2 ** 22 - 1;

/**
 * A name that is compared as a whole is counted by its parts: `deco_hop_bs96_mgda_i-0abc123` may be the only one of its
 * kind and yet be as likely as its task, its batch size and its machine are together.
 */
export function buildShareColumns(fields: readonly PairedField[], nameParts: readonly Field[]): ShareColumns {
  const columns: Int32Array[] = [];
  const belongs: number[][] = [];
  for (const [at, field] of fields.entries()) {
    const parts = partsOf(field, nameParts).filter((part) => isTold(part.codes, field.rowCodes));
    const own = parts.length < 2 ? [field.rowCodes] : parts.map((part) => whereNamed(part, field));
    for (const codes of own) {
      const same = columns.findIndex((other) => (agreementOf(other, codes) ?? 0) >= SAME_FACT);
      if (same >= 0) {
        belongs[same]?.push(at);
        columns[same] = fillGaps(columns[same] ?? codes, codes);
      } else if (columns.length < MOST_COLUMNS) {
        columns.push(codes);
        belongs.push([at]);
      }
    }
  }
  const sizes = columns.map((codes) => new Set(codes).size);
  const order = columns.map((_codes, at) => at).sort((a, b) => (sizes[a] ?? 0) - (sizes[b] ?? 0) || a - b);
  const ofField = fields.map((_field, at) =>
    order.reduce((bits, column, bit) => (belongs[column]?.includes(at) === true ? bits | (1 << bit) : bits), 0),
  );
  return { codes: order.map((column) => columns[column] ?? new Int32Array(0)), ofField };
}

/**
 * By field, the others that tell a part of what it tells, as bits: a name as a whole that differs because its instance id
 * does differs once. Of fields that tell the same the first is the part.
 */
export function partsOfFields(fields: readonly PairedField[], { ofField }: ShareColumns): number[] {
  return fields.map((whole, at) => {
    const own = ofField[at] ?? 0;
    return fields.reduce((parts, field, part) => {
      const columns = ofField[part] ?? 0;
      const isWithin = columns !== 0 && (columns & ~own) === 0 && (columns !== own || part < at);
      // never each a part of the other, for then neither would count
      const isOfName = isPartOf(field, whole);
      const isPart = part !== at && (isOfName || (isWithin && !isPartOf(whole, field)));
      return isPart ? parts | (1 << part) : parts;
    }, 0);
  });
}

/**
 * By field, the others that tell all of what it tells, as bits, where some run says in the two what no row does: one
 * that was given another name than its settings ask for, or the name of the run that it was copied from.
 */
export function wholesOfFields(fields: readonly PairedField[]): number[] {
  return fields.map((part) =>
    fields.reduce((wholes, whole, at) => {
      const isWhole = isPartOf(part, whole) && isEverContradicted(part, whole);
      return isWhole ? wholes | (1 << at) : wholes;
    }, 0),
  );
}

function isEverContradicted(part: PairedField, whole: PairedField): boolean {
  const partOf = new Map(Array.from(whole.rowCodes, (code, row) => [code, part.rowCodes[row] ?? -1]));
  return whole.runCodes.some((code, run) => {
    const expected = partOf.get(code) ?? -1;
    const found = part.runCodes[run] ?? -1;
    return code >= 0 && expected >= 0 && found !== -1 && found !== expected;
  });
}

/** A part of a name that is compared as a whole: a name of which only the warm-up is found in a run tells no other part. */
function isPartOf(part: PairedField, whole: PairedField): boolean {
  return isNamePart(part.column, whole.column) && isTold(part.rowCodes, whole.rowCodes);
}

/** Whether rows that are alike in the whole are alike in the part. */
function isTold(part: Int32Array, whole: Int32Array): boolean {
  const groups = new Map<number, Map<number, number>>();
  for (const [row, code] of whole.entries()) {
    const own = part[row] ?? -1;
    if (code < 0 || own < 0) continue;
    let counts = groups.get(code);
    if (counts === undefined) groups.set(code, (counts = new Map()));
    counts.set(own, (counts.get(own) ?? 0) + 1);
  }
  let shared = 0;
  let alike = 0;
  for (const counts of groups.values()) {
    const size = [...counts.values()].reduce((sum, count) => sum + count, 0);
    if (size < 2) continue;
    shared += size;
    alike += Math.max(...counts.values());
  }
  return alike >= SAME_FACT * shared;
}

function isNamePart(part: Field, whole: Field): boolean {
  return (
    part.origin === 'name-part' &&
    /^(?:\[|\.[^.]*$)/.test(part.name.slice(whole.name.length)) &&
    part.name.startsWith(whole.name)
  );
}

/** A row that lacks the first field of a column may have the second. */
function fillGaps(codes: Int32Array, more: Int32Array): Int32Array {
  return codes.map((code, row) => (code < 0 ? (more[row] ?? -1) : code));
}

/** Parts by their label, and the others by position from whichever end leaves fewer distinct values. */
function partsOf({ column }: PairedField, nameParts: readonly Field[]): readonly Field[] {
  if (column.origin !== 'column') return [];
  const own = nameParts.filter((part) => part.name.startsWith(column.name));
  const select = (pattern: RegExp): Field[] => own.filter((part) => pattern.test(part.name.slice(column.name.length)));
  const [fromLeft, fromRight] = [select(/^\[\d+\]$/), select(/^\[-\d+\]$/)];
  const valuesOf = (parts: readonly Field[]): number => parts.reduce((sum, part) => sum + part.counts.size, 0);
  return [...select(/^\.[^.[]+$/), ...(valuesOf(fromRight) < valuesOf(fromLeft) ? fromRight : fromLeft)];
}

function whereNamed(part: Field, { rowCodes }: PairedField): Int32Array {
  return part.codes.map((code, row) => ((rowCodes[row] ?? -1) < 0 ? -1 : code < 0 ? NO_PART : code));
}
