import { resolve } from 'node:path';
import { Option } from 'commander';
import type { HistoryPart } from '../../commands/history.ts';
import type { TableFormat } from '../../dataset/table-file.ts';
import { UsageError } from '../../errors.ts';
import { type CommonOptions, type Invocation, type RegistryOptions, resolveRegistryOrNull } from '../invocation.ts';
import { renderJsonReport } from '../render-json.ts';
import { splitNames } from '../selection.ts';
import { openSource, type ProjectOptions } from '../source.ts';
import { addVerb, type VerbHost, withProject, withRegistry } from '../verb.ts';

const FORMATS = ['csv', 'jsonl', 'json', 'parquet'] as const satisfies readonly TableFormat[];

interface HistoryVerbOptions extends CommonOptions, RegistryOptions, ProjectOptions {
  readonly keys?: string;
  readonly system?: boolean;
  readonly histograms?: string;
  readonly format?: TableFormat;
  readonly out?: string;
}

export function addHistory(host: VerbHost): void {
  const verb = addVerb(
    host,
    'history <run>',
    'all logged steps of one run from W&B: a row of the registry, a run id or its address',
  );
  withProject(withRegistry(verb))
    .option('--keys <metrics>', 'only these metrics, separated by commas')
    .option('--system', 'system metrics instead of what the script logged')
    .option('--histograms <metric>', 'the histograms of one metric as edges and counts')
    .addOption(new Option('--format <format>', 'csv, unless --out says otherwise').choices(FORMATS))
    .option('--out <file>', 'the file to write; an interrupted one is gone on with')
    .action((run: string, options: HistoryVerbOptions) =>
      host.run(options, (invocation) => runHistory(invocation, run, options)),
    );
}

async function runHistory(invocation: Invocation, run: string, options: HistoryVerbOptions): Promise<number> {
  const { io, context, style } = invocation;
  const what = choosePart(options);
  const format = chooseFormat(invocation, options);
  const { history } = await import('../../commands/history.ts');
  const report = await history(
    {
      context,
      print: io.out,
      openProject: (project) => openSource(invocation, project === null ? options : { ...options, project }),
    },
    {
      run,
      what,
      format,
      registry: resolveRegistryOrNull(io, options),
      project: options.project ?? null,
      out: options.out === undefined ? null : resolve(io.cwd, options.out),
    },
  );
  if (report.out === null) return report.exitCode;
  const { renderHistory } = await import('../../commands/history.render.ts');
  invocation.print(invocation.json ? renderJsonReport('history', report) : renderHistory(report, style));
  return report.exitCode;
}

function choosePart({ keys, system, histograms }: HistoryVerbOptions): HistoryPart {
  const given = [
    keys !== undefined && '--keys',
    system === true && '--system',
    histograms !== undefined && '--histograms',
  ];
  const named = given.filter((name) => name !== false);
  if (named.length > 1) {
    throw new UsageError(`expected one of --keys, --system and --histograms, found ${named.join(' and ')}`, {
      hint: 'Each is a table of its own: run the command once for each.',
    });
  }
  if (system === true) return { kind: 'system' };
  if (histograms !== undefined) return { kind: 'histograms', key: histograms };
  return { kind: 'metrics', keys: keys === undefined ? null : parseKeys(keys) };
}

function parseKeys(text: string): readonly string[] {
  const keys = splitNames(text);
  if (keys.length > 0) return [...new Set(keys)];
  throw new UsageError(`--keys names no metric, found "${text}"`, { hint: 'For example --keys loss,objective_COMT' });
}

/** What `--format` says; else the ending of the file; else CSV, or JSON where `--json` is given. */
function chooseFormat({ json }: Invocation, { format, out }: HistoryVerbOptions): TableFormat {
  const ending = FORMATS.find((name) => out?.toLowerCase().endsWith(`.${name}`) === true);
  const chosen = format ?? ending ?? (json && out === undefined ? 'json' : 'csv');
  if (chosen !== 'parquet' || out !== undefined) return chosen;
  throw new UsageError('Parquet cannot be printed: expected --out FILE with --format parquet', {
    hint: 'Name the file to write, for example --out history.parquet',
  });
}
