import type { Cell } from '../../model/cell.ts';
import { IDENTITY_COLUMNS } from '../../model/identity.ts';
import { isJsonObject, parseLenientJson } from '../../model/json.ts';
import type { JsonValue } from '../../model/json.ts';
import type { RegistryRow, RegistrySchema } from '../../model/registry.ts';
import { readSpokenDurationsOrNull } from './durations.ts';
import type { SpokenDurations } from './durations.ts';
import { looksLikeCommand, parseArgs, splitCommand } from './args.ts';
import { findCutCells } from './cut-names.ts';
import { createFieldCollector } from './fields.ts';
import type { Field, FieldCollector, FieldWriter } from './fields.ts';
import { blankFillers } from './filled-blanks.ts';
import type { IsMeasured } from './filled-blanks.ts';
import { flattenItem, flattenJson } from './flatten.ts';
import { readIdTimesOrNull } from './id-times.ts';
import { readListOrNull, withLists } from './lists.ts';
import { findNumberedWords, NameFields } from './name-fields.ts';
import type { NameWords } from './name-words.ts';
import { areMostTexts } from './most-texts.ts';
import { looksLikeNotes, notedIn } from './noted.ts';
import { readPrinted } from './printed.ts';
import { looksLikeProse, saidIn, withoutSaid } from './prose.ts';
import { readPlainCells } from './spreadsheet.ts';
import { buildTimeFieldOrNull } from './times.ts';
import type { TimeField } from './times.ts';
import type { ValueEncoder } from './values.ts';
import { readYearlessDaysOrNull } from './yearless-days.ts';
import type { RunSpan } from './yearless-days.ts';

export interface RowFields {
  readonly fields: readonly Field[];
  /** The words of the columns of names. */
  readonly names: readonly NameWords[];
  readonly times: readonly TimeField[];
  /** Columns that may say how long a run took; they are fields as well. */
  readonly durations: readonly SpokenDurations[];
  /** Whether a column of months is all that tells when a row was made. */
  readonly hasMonthsOnly: boolean;
}

interface RowReader {
  readonly fields: FieldCollector;
  readonly values: ValueEncoder;
  /** Normalised, ascending. */
  readonly runNames: readonly string[];
  /** The words of the names that were read. */
  readonly names: NameWords[];
}

/** A text column with at least this share of distinct values is read as a name with parts. */
const NAME_SHARE = 0.3;
/** `2025-12`, a whole cell. */
const MONTH = /^\s*20\d{2}[-/](?:0[1-9]|1[0-2])\s*$/;

/** Reads every column: values, the parts of names, JSON path by path, times as they are or inside of texts. */
export function readRowFields(
  cells: ReadonlyMap<string, readonly Cell[]>,
  values: ValueEncoder,
  { size, span, runNames }: { readonly size: number; readonly span: RunSpan; readonly runNames: readonly string[] },
): RowFields {
  const fields = createFieldCollector(size);
  const reader: RowReader = { fields, values, runNames, names: [] };
  const times: TimeField[] = [];
  const durations: SpokenDurations[] = [];
  for (const [name, column] of cells) {
    const time =
      buildTimeFieldOrNull(name, column) ??
      readIdTimesOrNull(name, column, span) ??
      readYearlessDaysOrNull(name, column, span);
    if (time !== null) times.push(time);
    if (time === null || column.some((cell) => typeof cell === 'string' && !/^[\d\sT:.,Z+-]*$/.test(cell))) {
      readColumn(reader, name, column);
    }
    const spoken = time === null ? readSpokenDurationsOrNull(name, column) : null;
    if (spoken !== null) durations.push(spoken);
  }
  const hasMonthsOnly = times.length === 0 && [...cells.values()].some(areMonths);
  return { fields: fields.build(values), names: reader.names, times, durations, hasMonthsOnly };
}

function areMonths(column: readonly Cell[]): boolean {
  const there = column.filter((cell) => cell !== null && cell !== '');
  return there.length > 0 && there.every((cell) => typeof cell === 'string' && MONTH.test(cell));
}

function readColumn(reader: RowReader, name: string, column: readonly Cell[]): void {
  const { fields, values } = reader;
  const isCommand = areMostTexts(column, looksLikeCommand);
  const isProse = !isCommand && looksLikeProse(column);
  const isNotes = !isCommand && !isProse && looksLikeNotes(column);
  const isName = !isCommand && looksLikeNames(column) && !areMonths(column);
  const cut = isName ? findCutCells(column, reader.runNames) : new Set<Cell>();
  const texts = isName ? column.filter((cell) => typeof cell === 'string') : [];
  const names = isName ? new NameFields(reader, name, findNumberedWords(texts)) : null;
  const writerOf = fields.writersOf('column');
  if (names !== null) reader.names.push(names.words);
  const own = writerOf(name);
  const inside = writersInside(writerOf, name);
  const addTo = (writers: typeof writerOf, row: number): ReturnType<typeof withLists> =>
    withLists((path, scalar) => writers(path).add(row, values.encode(scalar)));
  for (const [row, cell] of column.entries()) {
    if (typeof cell !== 'string') own.add(row, values.encode(cell));
    else if (/^\s*\{/.test(cell)) readJson(cell, addTo(inside, row));
    else {
      const noted = isNotes ? notedIn(cell) : [];
      for (const [key, value] of noted) inside(key).add(row, values.encode(value));
      if (noted.length > 0) continue;
      own.add(row, values.encode(cell));
      const list = readListOrNull(cell);
      if (list !== null) flattenItem(list, name, addTo(writerOf, row));
      else names?.add(row, isProse ? withoutSaid(cell) : cell, { isCut: cut.has(cell), fromLeftOnly: cut.size > 0 });
      if (isCommand) readCommand(reader, { row, name, text: cell });
      if (isProse) for (const [key, value] of saidIn(cell)) inside(key).add(row, values.encode(value));
    }
  }
}

/** What a command line sets, under the names that it gives them. */
function readCommand({ fields, values }: RowReader, cell: { row: number; name: string; text: string }): void {
  const writerOf = fields.writersOf('name-part');
  const visit = withLists((path, scalar) => writerOf(`${cell.name}.${path}`).add(cell.row, values.encode(scalar)));
  for (const [key, value] of parseArgs(splitCommand(cell.text))) visit(key, value);
}

function looksLikeNames(column: readonly Cell[]): boolean {
  const texts = column.filter((cell): cell is string => typeof cell === 'string' && cell.trim() !== '');
  const parted = texts.filter((text) => !text.startsWith('{') && /[a-z\d].*[\s_/,;|=:-].|[a-z].*\../i.test(text));
  return parted.length > texts.length / 2 && new Set(parted).size >= Math.min(5, 2 + NAME_SHARE * texts.length);
}

function readJson(text: string, visit: (path: string, scalar: JsonValue) => void): void {
  try {
    const value = parseLenientJson(text);
    if (isJsonObject(value)) flattenJson(value, visit);
  } catch {
    // A cell that only looks like JSON carries no field; its rare tokens are still read as text.
  }
}

/** Fields of the paths in a column of JSON, whose names are joined once and not for each cell. */
function writersInside(writerOf: (name: string) => FieldWriter, column: string): (path: string) => FieldWriter {
  const writers = new Map<string, FieldWriter>();
  return (path) => {
    let writer = writers.get(path);
    if (writer === undefined) writers.set(path, (writer = writerOf(`${column}.${path}`)));
    return writer;
  };
}

/**
 * The cells by column. What a link itself wrote into a linked row (its identity columns) is blanked: it would teach
 * that names always equal, which holds for no row that is still to be linked.
 */
export function cellsByColumn(
  rows: readonly RegistryRow[],
  schema: RegistrySchema,
  { linked, isMeasured }: { readonly linked: ReadonlySet<string>; readonly isMeasured: IsMeasured },
): Map<string, readonly Cell[]> {
  const identity = new Set(IDENTITY_COLUMNS.map((column) => schema.identity[column]).filter((name) => name !== null));
  identity.delete(schema.key);
  const names = new Set(rows.flatMap((row) => Object.keys(row.values)));
  const cells = new Map<string, readonly Cell[]>();
  for (const name of [...names].toSorted()) {
    if (name === schema.identity.wandb_run_id || name === schema.identity.wandb_url) continue;
    const isWritten = identity.has(name);
    const column = rows.map((row) =>
      isWritten && linked.has(row.keyText) ? null : readPrinted(row.values[name] ?? null),
    );
    cells.set(name, readPlainCells(blankFillers(column, isMeasured)));
  }
  return cells;
}
