import type { Cell } from '../model/cell.ts';
import type { EndColumn } from '../model/identity.ts';
import type { RegistryColumn, RegistrySchema } from '../model/registry.ts';
import { encodeTime, parseTimeOrNull } from '../model/time.ts';
import type { TimeFormat } from '../model/time.ts';
import { zoneMinutesIn } from '../model/zone.ts';

/** A zone that a column's times do not name and the configuration does not either. */
export const NO_ZONE = 'no zone';

/** Writes a time the way a column writes its own, or says that nobody knows in which zone. @param ms epoch ms, UTC */
export type TimeWriter = (ms: number) => Cell | typeof NO_ZONE;

/** How one of a table's end columns is written and compared. */
export interface EndRule {
  readonly column: EndColumn;
  readonly encode: (value: number) => Cell | typeof NO_ZONE;
  /** Whether two cells say the same to a second, however they are written. */
  readonly isSame: (a: Cell, b: Cell) => boolean;
}

export function buildTimeWriter(format: TimeFormat, timeZone: string | undefined): TimeWriter {
  const isNaive = format.kind === 'date' || (format.kind === 'iso' && format.zone === 'none');
  if (!isNaive) return (ms) => encodeTime(ms, format, 0);
  if (timeZone === undefined) return () => NO_ZONE;
  return (ms) => encodeTime(ms, format, zoneMinutesIn(timeZone, ms));
}

export function buildFinishedRule(schema: RegistrySchema, name: string): EndRule {
  const encode = buildTimeWriter(chooseTimeFormat(schema, name), schema.timeZone);
  const isSame = (a: Cell, b: Cell): boolean => {
    const [first, second] = [parseTimeOrNull(a), parseTimeOrNull(b)];
    return first !== null && second !== null && Math.abs(first.ms - second.ms) < 1000;
  };
  return { column: 'finished_at', encode, isSame };
}

/** In whole seconds, UTC, as W&B's own times; only where nothing in the table shows another habit. */
const PLAIN: TimeFormat = { kind: 'iso', separator: 'T', zone: 'Z', fractionDigits: 0 };

/** An empty column is written like the times beside it, if it is declared alike. */
function chooseTimeFormat(schema: RegistrySchema, name: string): TimeFormat {
  const column = findColumn(schema, name);
  const beside = [schema.identity.started_at, schema.createdAt]
    .map((other) => findColumn(schema, other))
    .filter((other) => other?.declaredType === column?.declaredType)
    .map((other) => other?.timeFormat ?? null)
    .find((format) => format !== null);
  return column?.timeFormat ?? beside ?? formatOfType(column?.declaredType ?? '');
}

function formatOfType(declaredType: string): TimeFormat {
  const storage = numericStorageOrNull(declaredType);
  return storage === null ? PLAIN : { kind: 'epoch', unitsPerSecond: 1, storage };
}

/** @param schema its duration unit, in seconds, is what the column's name says */
export function buildDurationRule(schema: RegistrySchema, name: string): EndRule {
  const unit = schema.durationUnitSeconds ?? 1;
  const storage = chooseNumberStorage(findColumn(schema, name));
  const encode = (seconds: number): Cell => {
    const value = Math.round((seconds / unit) * 1000) / 1000;
    if (storage === 'integer') return BigInt(Math.round(value));
    return storage === 'text' ? String(value) : value;
  };
  const isSame = (a: Cell, b: Cell): boolean => {
    const difference = Math.abs(Number(a) - Number(b)) * unit;
    return difference < 1 || difference * 1000 < Number(b) * unit;
  };
  return { column: 'duration_seconds', encode, isSame };
}

function chooseNumberStorage(column: RegistryColumn | undefined): 'integer' | 'real' | 'text' {
  const example = column?.example ?? null;
  if (typeof example === 'bigint') return 'integer';
  if (typeof example === 'string') return 'text';
  if (typeof example === 'number') return 'real';
  const declaredType = column?.declaredType ?? '';
  return numericStorageOrNull(declaredType) ?? (/CHAR|CLOB|TEXT/i.test(declaredType) ? 'text' : 'real');
}

/** What SQLite's affinity rules make of a declared type (https://sqlite.org/datatype3.html, 3.1). */
function numericStorageOrNull(declaredType: string): 'integer' | 'real' | null {
  if (/INT/i.test(declaredType)) return 'integer';
  if (/CHAR|CLOB|TEXT/i.test(declaredType)) return null;
  return /REAL|FLOA|DOUB|NUM|DEC/i.test(declaredType) ? 'real' : null;
}

function findColumn(schema: RegistrySchema, name: string | null): RegistryColumn | undefined {
  return schema.columns.find((column) => column.name === name);
}
