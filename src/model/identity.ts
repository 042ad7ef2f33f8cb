import { cellsEqual } from './cell.ts';
import type { Cell } from './cell.ts';

/** What links a row to a run and says what the run is, in the order in which the columns are shown. */
export const IDENTITY_COLUMNS = ['wandb_run_id', 'wandb_url', 'run_name', 'status', 'started_at'] as const;

export type IdentityColumn = (typeof IDENTITY_COLUMNS)[number];

/** The identity columns of one row, typed as SQLite stores them; a column that the table lacks reads as NULL. */
export type IdentityImage = Readonly<Record<IdentityColumn, Cell>>;

export const EMPTY_IMAGE: IdentityImage = {
  wandb_run_id: null,
  wandb_url: null,
  run_name: null,
  status: null,
  started_at: null,
};

/**
 * How a run ended. Only a refresh writes these, where they are empty or hold what a refresh wrote there; a table that
 * lacks them does without.
 */
export const END_COLUMNS = ['finished_at', 'duration_seconds'] as const;

export type EndColumn = (typeof END_COLUMNS)[number];

export type ImageColumn = IdentityColumn | EndColumn;

/** What one write is about: the identity columns, and those end columns that it writes. */
export type RowImage = IdentityImage & Readonly<Partial<Record<EndColumn, Cell>>>;

export function listImageColumns(image: RowImage): readonly ImageColumn[] {
  return [...IDENTITY_COLUMNS, ...END_COLUMNS.filter((column) => column in image)];
}

/** The image without those end columns that the other one is not about. */
export function narrowImage(image: RowImage, like: RowImage): RowImage {
  const cells = listImageColumns(like).map((column) => [column, image[column] ?? null] as const);
  // fromEntries forgets the key type; the list has every identity column.
  return Object.fromEntries(cells) as RowImage;
}

/** Whether the columns that the second image is about hold the same in both. */
export function holdsImage(image: RowImage, wanted: RowImage): boolean {
  return listImageColumns(wanted).every((column) => cellsEqual(image[column] ?? null, wanted[column] ?? null));
}
