import type { Cell } from './cell.ts';
import type { IdentityColumn, IdentityImage } from './identity.ts';
import type { StatusWords } from './status.ts';
import type { TimeFormat } from './time.ts';

/** What a column's values are, whatever its declared type says. */
export type ColumnKind = 'number' | 'time' | 'text' | 'json' | 'empty';

export interface RegistryColumn {
  readonly name: string;
  readonly declaredType: string;
  readonly kind: ColumnKind;
  /** How the column writes times; present where `kind` is `time`. */
  readonly timeFormat: TimeFormat | null;
  readonly generated: boolean;
  readonly notNull: boolean;
  /** Rows that hold a value, rows looked at, distinct values among them. */
  readonly filled: number;
  readonly sampled: number;
  readonly distinct: number;
  readonly example: Cell;
}

/** Which column plays which part. A part that no column plays is null (or an empty list). */
export interface RegistrySchema {
  readonly table: string;
  readonly key: string;
  /** Column names of the identity columns in this table; null where `apply` has to add the column. */
  readonly identity: Readonly<Record<IdentityColumn, string | null>>;
  readonly createdAt: string | null;
  readonly finishedAt: string | null;
  readonly durationSeconds: string | null;
  /** Seconds in one unit of that column, as its name tells: 60 for `elapsed_min`; 1 where absent. */
  readonly durationUnitSeconds?: number;
  /** JSON columns and plain numeric columns that hold final metrics. */
  readonly finalMetrics: readonly string[];
  /** All other columns that carry evidence: batch size, learning rate, method, host, seed, free text. */
  readonly hyperparameters: readonly string[];
  readonly columns: readonly RegistryColumn[];
  /** The registry's own words for the two states. */
  readonly statusWords: StatusWords;
  /** The IANA zone of times that are written without one, where runlink.json names it. */
  readonly timeZone?: string;
  /** Sentences about what is unusual: triggers on the table, no primary key, generated columns. */
  readonly oddities: readonly string[];
  /** SHA-256 of the table's definition, hex. */
  readonly schemaHash: string;
  /** Config path of a column's counterpart where the user named one in runlink.json, for example `optim.lr`. */
  readonly evidence: Readonly<Record<string, string>>;
}

export interface RegistryRow {
  readonly key: Cell;
  /** `renderCell(key)`: how people, plans and the command line name the row. */
  readonly keyText: string;
  readonly identity: IdentityImage;
  /** All columns of the row by their own names. */
  readonly values: Readonly<Record<string, Cell>>;
}

/** What a plan remembers of the registry that it was made for. */
export interface RegistryIdentity {
  readonly path: string;
  readonly table: string;
  readonly keyColumn: string;
  readonly schemaHash: string;
  readonly rowCount: number;
}
