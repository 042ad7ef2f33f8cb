import type { ExportOptions } from '../../commands/export.ts';
import { UsageError } from '../../errors.ts';
import type { DatasetStore } from '../../model/dataset.ts';
import { openHistoryProject } from '../history-project.ts';
import { type CommonOptions, type Invocation, type RegistryOptions, resolveRegistry } from '../invocation.ts';
import { renderJsonReport } from '../render-json.ts';
import { readSelection, type SelectionOptions, splitNames, withSelection } from '../selection.ts';
import { openSource, type ProjectOptions } from '../source.ts';
import { addVerb, collect, parsePositiveCount, type VerbHost, withProject, withRegistry } from '../verb.ts';

interface ExportVerbOptions extends CommonOptions, RegistryOptions, ProjectOptions, SelectionOptions {
  readonly metric?: readonly string[];
  readonly keys?: string;
  readonly out?: string;
  readonly shard?: string;
  readonly merge?: number;
  readonly refresh?: boolean;
  readonly concurrency: number;
}

export function addExport(host: VerbHost): void {
  const verb = addVerb(
    host,
    'export',
    'write the histories of the runs that a query selects as a Parquet dataset, in a folder or a bucket',
  );
  withSelection(withProject(withRegistry(verb)))
    .option('--out <place>', 'the folder, or s3://BUCKET/PREFIX; a dataset that is there is gone on with')
    .option('--metric <metric>', 'only this metric; may be given several times', collect)
    .option('--keys <metrics>', 'only these metrics, separated by commas')
    .option('--shard <i/n>', 'only the i-th of n parts of the selection, for n machines side by side')
    .option('--merge <n>', 'join the manifests of n shards, when all of them are done', parsePositiveCount)
    .option('--refresh', 'read runs again although they stand there whole')
    .option('--concurrency <n>', 'runs that are read at once', parsePositiveCount, 4)
    .action((options: ExportVerbOptions) =>
      host.run(options, (invocation) =>
        options.merge === undefined ? runExport(invocation, options) : runMerge(invocation, options, options.merge),
      ),
    );
}

async function runExport(invocation: Invocation, options: ExportVerbOptions): Promise<number> {
  const { io, context, style, json } = invocation;
  const { exportDataset, parseShard } = await import('../../commands/export.ts');
  const shard = options.shard === undefined ? {} : { shard: parseShard(options.shard) };
  const registry = resolveRegistry(io, options);
  const store = await openStore(invocation, options);
  const source = await openHistoryProject(invocation, options);
  try {
    const report = await exportDataset({ context, source, store }, { ...registry, ...readWanted(options), ...shard });
    const { renderExport } = await import('../../commands/export.render.ts');
    invocation.print(json ? renderJsonReport('export', report) : renderExport(report, style));
    return report.exitCode;
  } finally {
    await source.close();
  }
}

function readWanted(options: ExportVerbOptions): Omit<ExportOptions, 'registry'> {
  const { metric = [], keys = '', refresh = false, concurrency } = options;
  return { ...readSelection(options), keys: [...metric, ...splitNames(keys)], refresh, concurrency };
}

/** Needs the project's name only, and asks W&B nothing. */
async function runMerge(invocation: Invocation, options: ExportVerbOptions, shards: number): Promise<number> {
  const { style, json } = invocation;
  if (options.shard !== undefined) {
    throw new UsageError('--merge joins all shards, and --shard exports one', { hint: 'Give one of the two.' });
  }
  const store = await openStore(invocation, options);
  const source = await openSource(invocation, options);
  await source.close();
  const { mergeShards } = await import('../../commands/export.ts');
  const report = await mergeShards({ store }, { project: `${source.entity}/${source.project}`, shards });
  const { renderMerge } = await import('../../commands/export.render.ts');
  invocation.print(json ? renderJsonReport('export', report) : renderMerge(report, style));
  return report.exitCode;
}

async function openStore({ io, context }: Invocation, { out }: ExportVerbOptions): Promise<DatasetStore> {
  if (out === undefined || out === '') {
    throw new UsageError('no place for the dataset was named: expected --out FOLDER or --out s3://BUCKET/PREFIX', {
      hint: 'For example --out dataset',
    });
  }
  const { openDatasetStore } = await import('../../dataset/open-store.ts');
  return openDatasetStore(out, { env: io.env, signal: context.signal, cwd: io.cwd });
}
