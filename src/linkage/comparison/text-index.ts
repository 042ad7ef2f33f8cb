import type { Records } from '../normalize/records.ts';
import { CutWords } from '../normalize/cut-words.ts';
import { flattenJson } from '../normalize/flatten.ts';
import { MadeUpNames } from '../pairing/made-up-names.ts';
import { rareTokens } from '../normalize/tokens.ts';
import type { PairedField } from '../pairing/pairing.ts';
import type { Run } from '../../model/run.ts';

/** A rare token of a row. */
export interface SharedToken {
  readonly text: string;
  readonly column: string;
  /** Runs that hold it, ascending. None: the column names a thing, as it does in other rows, that no run knows. */
  readonly runs: readonly number[];
}

/** A token in more records than this names no single thing. */
const MOST_HOLDERS = 4;
/** Texts that are remembered; those that stand in many records are met early. */
const MOST_REMEMBERED = 20_000;
/** Shorter run ids are words. */
const LEAST_ID = 6;

/** The rare tokens of all records, whatever is compared of them; they depend on the records alone. */
export interface RecordTokens {
  readonly cells: readonly CellTokens[];
  /** Runs that hold a token of any row. */
  readonly runsByToken: ReadonlyMap<string, readonly number[]>;
}

interface CellTokens extends Holder {
  readonly tokens: readonly string[];
}

export function collectTokens(records: Records): RecordTokens {
  const runIds = new Set(records.runs.map((run) => run.runId.toLowerCase()));
  const rareIn = rememberTokens(rareTokens);
  const madeUp = new MadeUpNames(records.runs.map(({ displayName }) => displayName));
  const cut = new CutWords();
  const tokensIn = rememberTokens((text) => [
    ...rareIn(text),
    ...idsIn(text, runIds),
    ...madeUp.callsIn(text),
    ...cut.cutIn(text),
  ]);
  const ofRows = new Set<string>();
  const cells: CellTokens[] = [];
  for (let row = 0; row < records.rows.length; row++) {
    const values = records.rows[row]?.values ?? {};
    for (const column of Object.keys(values)) {
      const cell = values[column];
      if (typeof cell !== 'string' || isBlanked(records, row, column)) continue;
      const tokens = isJson(cell) ? textsInJson(cell).flatMap(tokensIn) : tokensIn(cell);
      if (tokens.length === 0) continue;
      for (const token of tokens) ofRows.add(token);
      cells.push({ row, column, tokens });
    }
  }
  const runsByToken = new Map<string, number[]>();
  for (let run = 0; run < records.runs.length; run++) {
    const record = records.runs[run];
    if (record === undefined) continue;
    const add = (tokens: readonly string[]): void => {
      for (const token of tokens) if (ofRows.has(token)) addRun(runsByToken, run, token);
    };
    add(madeUp.callsOf(record.displayName));
    forEachText(record, (text) => {
      add(rareIn(text));
      add(cut.leftOf(text));
    });
  }
  return { cells, runsByToken };
}

/** The same host, group or path stands in many records: each text is taken apart once. */
function rememberTokens(find: (text: string) => readonly string[]): (text: string) => readonly string[] {
  const known = new Map<string, readonly string[]>();
  return (text) => {
    let tokens = known.get(text);
    if (tokens !== undefined) return tokens;
    tokens = find(text);
    if (known.size < MOST_REMEMBERED) known.set(text, tokens);
    return tokens;
  };
}

/**
 * Rare tokens of each row that occur anywhere in the strings of at most a few runs. What a setting compares already is
 * left out, or one fact would be counted twice: the words of a name's parts, and a name as a whole once it has parts.
 */
export function findSharedTokens(
  records: Records,
  { cells, runsByToken }: RecordTokens,
  settings: readonly PairedField[],
): readonly (readonly SharedToken[])[] {
  const fieldsByColumn = groupByColumn(settings, new Set(cells.map(({ column }) => column)));
  const rowsByToken = new Map<string, Holder[]>();
  for (const cell of cells) {
    const fields = fieldsByColumn.get(cell.column) ?? [];
    if (fields.some((field) => field.column.origin === 'column')) continue;
    const compared = fields.map((field) => records.values.textOf(field.column.codes[cell.row] ?? -1));
    for (const token of cell.tokens) {
      if (!compared.some((text) => text !== '' && overlaps(text, token))) addHolder(rowsByToken, token, cell);
    }
  }
  return shareTokens(records.rows.length, rowsByToken, runsByToken);
}

function shareTokens(
  rowCount: number,
  rowsByToken: ReadonlyMap<string, readonly Holder[]>,
  runsByToken: ReadonlyMap<string, readonly number[]>,
): SharedToken[][] {
  const shared: SharedToken[][] = Array.from({ length: rowCount }, () => []);
  const columns = new Set<string>();
  const unknown: { readonly text: string; readonly holder: Holder }[] = [];
  for (const [text, holders] of rowsByToken) {
    const runs = runsByToken.get(text);
    if ((runs?.length ?? 0) > MOST_HOLDERS || holders.length > MOST_HOLDERS) continue;
    for (const holder of holders) {
      if (runs === undefined) unknown.push({ text, holder });
      else {
        shared[holder.row]?.push({ text, column: holder.column, runs });
        columns.add(holder.column);
      }
    }
  }
  for (const { text, holder } of unknown) {
    const own = shared[holder.row];
    const isNews = columns.has(holder.column) && own?.every((token) => token.column !== holder.column) === true;
    if (isNews) own?.push({ text, column: holder.column, runs: [] });
  }
  return shared;
}

/** Identity cells of linked rows were written by the link itself. */
function isBlanked(records: Records, row: number, column: string): boolean {
  if (records.openRows[row] === 1) return false;
  return Object.values(records.schema.identity).includes(column);
}

/** The paired fields of each column, its parts included: `run_name[-1]` and `command.optim.lr` belong to a column each. */
function groupByColumn(settings: readonly PairedField[], columns: ReadonlySet<string>): Map<string, PairedField[]> {
  const groups = new Map<string, PairedField[]>();
  for (const field of settings) {
    const { name, origin } = field.column;
    const column = origin === 'name-part' ? columnOfPart(name, columns) : name;
    groups.set(column, [...(groups.get(column) ?? []), field]);
  }
  return groups;
}

/** The longest start of a part's name that is a column. */
function columnOfPart(name: string, columns: ReadonlySet<string>): string {
  const starts = [...name.matchAll(/[.[]/g)].map(({ index }) => name.slice(0, index));
  return starts.findLast((start) => columns.has(start)) ?? name;
}

function overlaps(text: string, token: string): boolean {
  return text.includes(token) || token.includes(text);
}

interface Holder {
  readonly row: number;
  readonly column: string;
}

function addHolder(rowsByToken: Map<string, Holder[]>, token: string, { row, column }: Holder): void {
  const holders = rowsByToken.get(token);
  if (holders === undefined) rowsByToken.set(token, [{ row, column }]);
  else if (holders.length <= MOST_HOLDERS && holders.at(-1)?.row !== row) holders.push({ row, column });
}

/** A run id is rare whatever it is made of: one in fourteen has no digit. */
function idsIn(text: string, runIds: ReadonlySet<string>): string[] {
  return text
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .filter((word) => word.length >= LEAST_ID && runIds.has(word));
}

function isJson(cell: string): boolean {
  return cell.trimStart().startsWith('{');
}

/** JSON columns hold settings and metrics, which have comparisons of their own; only their longer texts are read. */
function textsInJson(cell: string): string[] {
  return [...cell.matchAll(/:\s*"([^"\\]{6,})"/g)].map((match) => match[1] ?? '');
}

function addRun(runsByToken: Map<string, number[]>, run: number, token: string): void {
  const runs = runsByToken.get(token);
  if (runs === undefined) runsByToken.set(token, [run]);
  else if (runs.length <= MOST_HOLDERS && runs.at(-1) !== run) runs.push(run);
}

function forEachText(run: Run, visit: (text: string) => void): void {
  const own = [run.runId, run.displayName, run.group, run.jobType, run.sweepName, run.notes, run.host, run.program];
  for (const texts of [own, run.tags, run.args]) {
    for (const text of texts) if (text !== null && text.length >= 5) visit(text);
  }
  flattenJson(run.config, (_path, scalar) => {
    if (typeof scalar === 'string' && scalar.length >= 5) visit(scalar);
  });
}
