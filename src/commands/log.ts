import type { LedgerEntry } from '../model/ledger.ts';
import { readLedger } from '../registry/ledger-read.ts';
import type { LedgerFilter } from '../registry/ledger-read.ts';
import { withRegistryReadOnly } from '../registry/session.ts';
import type { RegistryLocation } from '../registry/session.ts';

export interface LogOptions extends RegistryLocation {
  /** Only this row, plan or run. */
  readonly filter?: LedgerFilter;
  /** Only the last N entries. */
  readonly last?: number;
}

export interface LogReport {
  /** Newest last. */
  readonly entries: readonly LedgerEntry[];
  /** Entries that fit the filter, those left out by `last` included. */
  readonly total: number;
}

/** The ledger as it stands: every link that runlink wrote or took back. Writes nothing. */
export async function readLinkLog(options: LogOptions): Promise<LogReport> {
  const entries = await withRegistryReadOnly(options, ({ db }) => readLedger(db, options.filter));
  const from = options.last === undefined ? 0 : Math.max(0, entries.length - options.last);
  return { entries: entries.slice(from), total: entries.length };
}
