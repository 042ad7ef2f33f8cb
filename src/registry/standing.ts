import { cellsEqual, isEmptyCell } from '../model/cell.ts';
import type { Cell } from '../model/cell.ts';
import { END_COLUMNS, IDENTITY_COLUMNS } from '../model/identity.ts';
import type { EndColumn, ImageColumn, RowImage } from '../model/identity.ts';
import { REFRESH_PART, isRefresh } from '../model/ledger.ts';
import type { LedgerEntry } from '../model/ledger.ts';
import { selectLive } from './ledger-read.ts';

/** What the entries of one row that were not rolled back add up to. */
export interface Standing {
  readonly last: LedgerEntry;
  /** The entry that linked the row; null where runlink only refreshed a link that was there without it. */
  readonly link: LedgerEntry | null;
  /** What the row should hold: an end column only where a refresh filled it. */
  readonly expected: RowImage;
  /** What stood in those end columns before. */
  readonly former: Readonly<Partial<Record<EndColumn, Cell>>>;
}

/** Per row, by key text, in the order of the rows' last entries. */
export function readStandings(entries: readonly LedgerEntry[]): ReadonlyMap<string, Standing> {
  const standings = new Map<string, Standing>();
  for (const entry of selectLive(entries)) {
    const earlier = standings.get(entry.keyText);
    standings.delete(entry.keyText);
    standings.set(entry.keyText, addEntry(earlier, entry));
  }
  return standings;
}

function addEntry(earlier: Standing | undefined, entry: LedgerEntry): Standing {
  const expected: Partial<Record<ImageColumn, Cell>> = { ...(earlier?.expected ?? entry.after) };
  const former: Partial<Record<EndColumn, Cell>> = { ...earlier?.former };
  const isPart = entry.batch === REFRESH_PART;
  for (const role of IDENTITY_COLUMNS) {
    if (!isPart || !cellsEqual(entry.before[role], entry.after[role])) expected[role] = entry.after[role];
  }
  for (const role of END_COLUMNS.filter((column) => column in entry.after)) {
    const cell = entry.after[role] ?? null;
    if (isEmptyCell(cell)) {
      // Taken back: the column is nobody's again.
      delete expected[role];
      delete former[role];
    } else {
      expected[role] = cell;
      if (!(role in former)) former[role] = entry.before[role] ?? null;
    }
  }
  const link = isRefresh(entry) ? (earlier?.link ?? null) : entry;
  // Begun from a whole image, of which no identity column is ever deleted.
  return { last: entry, link, expected: expected as RowImage, former };
}
