import * as dataset from '../commands/export.ts';
import { openDatasetStore } from '../dataset/open-store.ts';
import { readSurroundings, withSource } from './open.ts';
import type { CallerOptions, ProjectOptions } from './open.ts';

export type ExportDatasetOptions = CallerOptions &
  ProjectOptions &
  Omit<dataset.ExportOptions, 'concurrency'> & {
    /** A folder, or `s3://bucket/prefix`. A dataset that is there is gone on with. */
    readonly out: string;
    /** Runs that are read at once; 4 without it. */
    readonly concurrency?: number;
  };

/**
 * Writes the histories of the runs that a query of the registry selects as a Hive-partitioned Parquet dataset. Each file is
 * complete or absent; runs that stand there as W&B has them are not read again; runs that fail are in the report. With
 * `shard`, only one of several parts of the selection.
 *
 * @throws UsageError where no run is selected or no run logged a metric; RunlinkError where nothing can be written; StoppedError
 */
export async function exportDataset({ out, ...options }: ExportDatasetOptions): Promise<dataset.ExportReport> {
  const { env, cwd } = readSurroundings();
  return await withSource(options, async ({ context, source }) => {
    const { history, entity, project } = source;
    const store = openDatasetStore(out, { env, cwd, signal: context.signal });
    return await dataset.exportDataset(
      { context, source: { ...history, entity, project }, store },
      { concurrency: 4, ...options },
    );
  });
}
