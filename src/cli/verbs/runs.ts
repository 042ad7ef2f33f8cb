import { extname, resolve } from 'node:path';
import { Option } from 'commander';
import type { RunsOptions } from '../../commands/runs.ts';
import { RUNS_FORMATS } from '../../commands/formats.ts';
import type { RunsFormat } from '../../commands/formats.ts';
import { type CommonOptions, type Invocation, type RegistryOptions, resolveRegistry } from '../invocation.ts';
import { writeOutput } from '../output.ts';
import { readSelection, type SelectionOptions, splitNames, withSelection } from '../selection.ts';
import { addVerb, parseCount, type VerbHost, withRegistry } from '../verb.ts';

interface RunsVerbOptions extends CommonOptions, RegistryOptions, SelectionOptions {
  readonly order?: string;
  readonly limit?: number;
  readonly columns?: string;
  readonly groupBy?: string;
  readonly format?: RunsFormat;
  readonly out?: string;
}

export function addRuns(host: VerbHost): void {
  const verb = addVerb(host, 'runs', 'query the rows of the registry');
  withSelection(withRegistry(verb))
    .option('--order <column>', 'sort by this column; -column puts the greatest first')
    .option('--limit <n>', 'at most so many rows', parseCount)
    .option('--columns <columns>', 'these columns, separated by commas')
    .option('--group-by <columns>', 'how many rows have each value of these columns, separated by commas')
    .addOption(
      new Option('--format <format>', 'how to write them; default: what the name of --out says, or table').choices(
        RUNS_FORMATS,
      ),
    )
    .option('--out <file>', 'write to FILE, complete or not at all, instead of stdout')
    .action((options: RunsVerbOptions) => host.run(options, (invocation) => runRuns(invocation, options)));
}

async function runRuns(invocation: Invocation, options: RunsVerbOptions): Promise<number> {
  const { runs } = await import('../../commands/runs.ts');
  const { renderRuns } = await import('../../commands/runs.render.ts');
  const { io, context, style } = invocation;
  // Into a file or a pipe no line is too long.
  const page = { style, width: io.terminal.out ? io.terminal.columns : Infinity };
  const registry = resolveRegistry(io, options);
  const out = options.out === undefined ? {} : { out: resolve(io.cwd, options.out) };
  const format = chooseFormat(invocation, options);
  await runs({ context }, { ...registry, ...readQuery(options) }, async (report) =>
    writeOutput(invocation, await renderRuns(report, format, page), { ...out, registry: registry.registry }),
  );
  return 0;
}

function readQuery(options: RunsVerbOptions): Omit<RunsOptions, 'registry'> {
  const { order, limit, columns, groupBy } = options;
  return {
    ...readSelection(options),
    ...(order === undefined ? {} : { order }),
    ...(limit === undefined ? {} : { limit }),
    ...(columns === undefined ? {} : { columns: splitNames(columns) }),
    ...(groupBy === undefined ? {} : { groupBy: splitNames(groupBy) }),
  };
}

function chooseFormat({ json }: Invocation, { format, out }: RunsVerbOptions): RunsFormat {
  if (json) return 'json';
  const named = extname(out ?? '')
    .slice(1)
    .toLowerCase();
  return format ?? RUNS_FORMATS.find((known) => known === named) ?? 'table';
}
