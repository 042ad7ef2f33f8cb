import type { Cell } from './cell.ts';

/** The only columns that runlink writes, in the order in which they are shown. */
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
