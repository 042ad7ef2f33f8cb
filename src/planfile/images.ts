import type { Cell } from '../model/cell.ts';
import { IDENTITY_COLUMNS } from '../model/identity.ts';
import type { IdentityImage } from '../model/identity.ts';

/** The five columns of one image, for a SELECT or an INSERT. */
export function imageColumns(when: 'before' | 'after'): string {
  return IDENTITY_COLUMNS.map((column) => `${when}_${column}`).join(', ');
}

export function encodeImage(image: IdentityImage): readonly Cell[] {
  return IDENTITY_COLUMNS.map((column) => image[column]);
}

export type ImageRecord = Readonly<Record<string, Cell>>;

export function decodeImage(record: ImageRecord, when: 'before' | 'after'): IdentityImage {
  const cell = (column: (typeof IDENTITY_COLUMNS)[number]): Cell => record[`${when}_${column}`] ?? null;
  return {
    wandb_run_id: cell('wandb_run_id'),
    wandb_url: cell('wandb_url'),
    run_name: cell('run_name'),
    status: cell('status'),
    started_at: cell('started_at'),
  };
}
