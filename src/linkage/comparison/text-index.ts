import type { Records } from '../normalize/records.ts';
import { flattenJson } from '../normalize/flatten.ts';
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
/** Shorter run ids are words. */
const LEAST_ID = 6;

/**
 * Rare tokens of each row that occur anywhere in the strings of at most a few runs. What a setting compares already is
 * left out, or one fact would be counted twice: the words of a name's parts, and a name as a whole once it has parts.
 */
export function findSharedTokens(
  records: Records,
  settings: readonly PairedField[],
): readonly (readonly SharedToken[])[] {
  const fieldsByColumn = groupByColumn(settings);
  const rowsByToken = new Map<string, Holder[]>();
  const runIds = new Set(records.runs.map((run) => run.runId.toLowerCase()));
  for (const [row, record] of records.rows.entries()) {
    for (const [column, cell] of Object.entries(record.values)) {
      if (typeof cell !== 'string' || isBlanked(records, row, column)) continue;
      const fields = fieldsByColumn.get(column) ?? [];
      if (fields.some((field) => field.column.origin === 'column')) continue;
      const compared = fields.map((field) => records.values.textOf(field.column.codes[row] ?? -1));
      const isTold = (token: string): boolean => compared.some((text) => text !== '' && overlaps(text, token));
      addRowTokens({ rowsByToken, runIds, holder: { row, column }, isTold }, cell);
    }
  }
  const runsByToken = new Map<string, number[]>();
  for (const [run, record] of records.runs.entries()) {
    forEachText(record, (text) => addRunTokens({ rowsByToken, runsByToken, run }, text));
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

/** The paired fields of each column, its parts included: `run_name[-1]` and `run_name.bs` belong to `run_name`. */
function groupByColumn(settings: readonly PairedField[]): Map<string, PairedField[]> {
  const groups = new Map<string, PairedField[]>();
  for (const field of settings) {
    const isPart = field.column.origin === 'name-part';
    const column = isPart ? field.column.name.replace(/(?:\[-?\d+\]|\.[^.]*)$/, '') : field.column.name;
    groups.set(column, [...(groups.get(column) ?? []), field]);
  }
  return groups;
}

function overlaps(text: string, token: string): boolean {
  return text.includes(token) || token.includes(text);
}

interface Holder {
  readonly row: number;
  readonly column: string;
}

function addRowTokens(
  target: {
    readonly rowsByToken: Map<string, Holder[]>;
    readonly runIds: ReadonlySet<string>;
    readonly holder: Holder;
    readonly isTold: (token: string) => boolean;
  },
  cell: string,
): void {
  const { rowsByToken, holder } = target;
  for (const token of textsOfCell(cell).flatMap((text) => [...rareTokens(text), ...idsIn(text, target.runIds)])) {
    if (target.isTold(token)) continue;
    const holders = rowsByToken.get(token);
    if (holders === undefined) rowsByToken.set(token, [holder]);
    else if (holders.length <= MOST_HOLDERS && holders.at(-1)?.row !== holder.row) holders.push(holder);
  }
}

/** A run id is rare whatever it is made of: one in fourteen has no digit. */
function idsIn(text: string, runIds: ReadonlySet<string>): string[] {
  return text
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .filter((word) => word.length >= LEAST_ID && runIds.has(word));
}

/** JSON columns hold settings and metrics, which have comparisons of their own; only their longer texts are read. */
function textsOfCell(cell: string): string[] {
  if (!cell.trimStart().startsWith('{')) return [cell];
  return [...cell.matchAll(/:\s*"([^"\\]{6,})"/g)].map((match) => match[1] ?? '');
}

function addRunTokens(
  index: {
    readonly rowsByToken: ReadonlyMap<string, unknown>;
    readonly runsByToken: Map<string, number[]>;
    readonly run: number;
  },
  text: string,
): void {
  for (const token of rareTokens(text)) {
    if (!index.rowsByToken.has(token)) continue;
    const runs = index.runsByToken.get(token);
    if (runs === undefined) index.runsByToken.set(token, [index.run]);
    else if (runs.at(-1) !== index.run) runs.push(index.run);
  }
}

function forEachText(run: Run, visit: (text: string) => void): void {
  const own = [run.runId, run.displayName, run.group, run.jobType, run.sweepName, run.notes, run.host, run.program];
  for (const text of [...own, ...run.tags, ...run.args]) if (text !== null && text.length >= 5) visit(text);
  flattenJson(run.config, (_path, scalar) => {
    if (typeof scalar === 'string' && scalar.length >= 5) visit(scalar);
  });
}
