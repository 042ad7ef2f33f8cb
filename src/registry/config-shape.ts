import { z } from 'zod';
import { isTimeZone } from '../model/zone.ts';

const columnName = z.string().min(1);
const columnOrNone = columnName.nullable().optional();

const columnsShape = z.strictObject({
  key: columnName.optional(),
  wandb_run_id: columnOrNone,
  wandb_url: columnOrNone,
  run_name: columnOrNone,
  status: columnOrNone,
  started_at: columnOrNone,
  created_at: columnOrNone,
  finished_at: columnOrNone,
  duration_seconds: columnOrNone,
  final_metrics: z.union([columnName.transform((name) => [name]), z.array(columnName)]).optional(),
});

/** What may stand in `runlink.json`. */
export const configShape = z.strictObject({
  table: z.string().min(1).optional(),
  columns: columnsShape.default({}),
  evidence: z.record(columnName, z.string().min(1)).default({}),
  ignore: z.array(columnName).default([]),
  statuses: z
    .strictObject({ running: z.string().min(1), not_running: z.string().min(1) })
    .refine(({ running, not_running }) => running !== not_running, 'running and not_running must be different words')
    .optional(),
  time_zone: z.string().refine(isTimeZone, 'expected a time zone such as "Europe/Berlin" or "UTC"').optional(),
});

export type ConfigFields = z.infer<typeof configShape>;

/** For the hint of an error. */
export const COLUMN_PARTS: readonly string[] = Object.keys(columnsShape.shape);
