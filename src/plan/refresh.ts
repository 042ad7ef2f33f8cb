import { cellsEqual, isEmptyCell } from '../model/cell.ts';
import type { Cell } from '../model/cell.ts';
import { END_COLUMNS, IDENTITY_COLUMNS } from '../model/identity.ts';
import type { EndColumn, IdentityColumn, ImageColumn, RowImage } from '../model/identity.ts';
import type { LinkedRow, RefreshEvent, RowRefresh } from '../model/refresh.ts';
import type { Run } from '../model/run.ts';
import { statusOfState } from '../model/run.ts';
import { readStatusOrNull } from '../model/status.ts';
import type { StatusWords } from '../model/status.ts';
import { durationOfRunOrNull, endOfRunOrNull } from './end.ts';
import { NO_ZONE } from './end-rules.ts';
import type { EndRule, TimeWriter } from './end-rules.ts';
import { startOfRun } from './start.ts';

export interface RefreshRules {
  readonly statusWords: StatusWords;
  readonly writeStart: TimeWriter;
  /** Of the end columns that the table has. */
  readonly ends: readonly EndRule[];
}

/** One column's lot: its cell stays (`kept`), gets another, was edited by others, or is filled by others as W&B says. */
type Settled =
  | { readonly kind: 'kept' | 'edited' | 'noted' | 'no-zone' }
  | { readonly kind: 'changed'; readonly cell: Cell };

const KEPT: Settled = { kind: 'kept' };

/**
 * What W&B's news of a run make of its row: status and name as they are there, the start where the row has none, end and
 * duration where they are empty or what a refresh wrote there. What somebody edited since runlink wrote it stays.
 */
export function buildRefresh(row: LinkedRow, run: Run, rules: RefreshRules): RowRefresh {
  const settled = new Map<ImageColumn, Settled>([
    ['run_name', settleName(row, run)],
    ['status', settleStatus(row, run, rules.statusWords)],
    ['started_at', settleStart(row, run, rules.writeStart)],
    ...rules.ends.map((rule) => [rule.column, settleEnd(row, run, rule)] as const),
    ['wandb_url', settleUrl(row)],
  ]);
  const having = (...kinds: readonly Settled['kind'][]): readonly ImageColumn[] =>
    [...IDENTITY_COLUMNS, ...END_COLUMNS].filter((column) => kinds.includes(settled.get(column)?.kind ?? 'kept'));
  const changed = having('changed');
  const edited = having('edited');
  const noted = edited.length === 0 && having('noted').length > 0;
  const written = new Set<ImageColumn>([...changed, ...(edited.length === 0 ? having('noted') : [])]);
  const before = pickImage(row.image, written);
  const cells = [...settled].flatMap(([column, item]) =>
    item.kind === 'changed' ? [[column, item.cell] as const] : [],
  );
  return {
    before,
    after: { ...before, ...Object.fromEntries(cells) },
    changed,
    events: [...listEvents(row, run, { changed, words: rules.statusWords }), ...(noted ? ['noted' as const] : [])],
    edited,
    withoutZone: having('no-zone'),
    unknownState: run.state !== null && statusOfState(run.state) === null ? run.state : null,
  };
}

/** The identity columns and those end columns that are to be written. */
function pickImage(image: RowImage, written: ReadonlySet<ImageColumn>): RowImage {
  const { finished_at, duration_seconds, ...identity } = image;
  return {
    ...identity,
    ...(written.has('finished_at') ? { finished_at: finished_at ?? null } : {}),
    ...(written.has('duration_seconds') ? { duration_seconds: duration_seconds ?? null } : {}),
  };
}

function settleName({ image, standing }: LinkedRow, { displayName }: Run): Settled {
  const [now, known] = [image.run_name, standing?.expected.run_name];
  const isEdited = known !== undefined && !cellsEqual(now, known);
  if (isEmptyCell(displayName) || cellsEqual(now, displayName)) {
    if (!isEdited) return KEPT;
    return { kind: isEmptyCell(displayName) ? 'edited' : 'noted' };
  }
  return isEdited ? { kind: 'edited' } : { kind: 'changed', cell: displayName };
}

/** The registry's other words for a run that is over stay: `crashed` says more than `not_running`. */
function settleStatus({ image, standing }: LinkedRow, { state }: Run, words: StatusWords): Settled {
  const [now, known] = [image.status, standing?.expected.status];
  const isEdited = known !== undefined && !cellsEqual(now, known);
  const wanted = statusOfState(state);
  if (wanted === null) return isEdited ? { kind: 'edited' } : KEPT;
  const agrees = readStatusOrNull(now, words) === wanted;
  if (!isEdited) return agrees ? KEPT : { kind: 'changed', cell: words[wanted] };
  // A job that ends its own row tells the same news; an edit of what was right already tells something of its own.
  const isNews = readStatusOrNull(known, words) !== wanted;
  return { kind: agrees && (isNews || now === words[wanted]) ? 'noted' : 'edited' };
}

function settleStart({ image, standing }: LinkedRow, run: Run, writeStart: TimeWriter): Settled {
  const [now, known] = [image.started_at, standing?.expected.started_at];
  if (known !== undefined && !cellsEqual(now, known)) {
    return { kind: isEmptyCell(known) && !isEmptyCell(now) ? 'noted' : 'edited' };
  }
  return isEmptyCell(now) ? settleCell(writeStart(startOfRun(run).ms)) : KEPT;
}

function settleCell(cell: Cell | typeof NO_ZONE): Settled {
  return cell === NO_ZONE ? { kind: 'no-zone' } : { kind: 'changed', cell };
}

/** A refresh never writes a run's page. */
function settleUrl({ image, standing }: LinkedRow): Settled {
  const known = standing?.expected.wandb_url;
  return known === undefined || cellsEqual(image.wandb_url, known) ? KEPT : { kind: 'edited' };
}

/** What a refresh wrote is its own to correct: a run that goes on has no end yet, and one that went on has another. */
function settleEnd({ image, standing }: LinkedRow, run: Run, rule: EndRule): Settled {
  const now = image[rule.column] ?? null;
  const known = standing?.expected[rule.column];
  const isOurs = known !== undefined && cellsEqual(now, known);
  const status = statusOfState(run.state);
  if (status === 'running') {
    if (known === undefined) return KEPT;
    return isOurs ? { kind: 'changed', cell: standing?.former[rule.column] ?? null } : { kind: 'edited' };
  }
  const value = status === null ? null : valueOf(run, rule.column);
  const cell = value === null ? null : rule.encode(value);
  if (known !== undefined && !isOurs) {
    const agrees = cell !== null && cell !== NO_ZONE && rule.isSame(now, cell);
    return { kind: agrees ? 'noted' : 'edited' };
  }
  if (cell === null || !(isOurs || isEmptyCell(now))) return KEPT;
  return isOurs && (cell === NO_ZONE || rule.isSame(now, cell)) ? KEPT : settleCell(cell);
}

function valueOf(run: Run, column: EndColumn): number | null {
  return column === 'finished_at' ? endOfRunOrNull(run) : durationOfRunOrNull(run);
}

interface Changes {
  readonly changed: readonly ImageColumn[];
  readonly words: StatusWords;
}

function listEvents({ image, standing }: LinkedRow, run: Run, { changed, words }: Changes): readonly RefreshEvent[] {
  const isAlive = statusOfState(run.state) === 'running';
  const has = (column: IdentityColumn): boolean => changed.includes(column);
  const wasOffline = standing?.isOffline === true && (has('run_name') || has('started_at'));
  const events: readonly (RefreshEvent | null)[] = [
    has('status') && !isAlive ? 'ended' : null,
    isAlive && readStatusOrNull(image.status, words) === 'not_running' ? 'resumed' : null,
    wasOffline ? 'completed' : null,
    has('run_name') && !wasOffline && !isEmptyCell(image.run_name) ? 'renamed' : null,
  ];
  return events.filter((event) => event !== null);
}
