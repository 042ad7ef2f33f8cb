import { Option } from 'commander';
import { runs } from '../../commands/runs.ts';
import { renderRunsCsv, renderRunsJson, renderRunsTable } from '../../commands/runs.render.ts';
import { type CommonOptions, type Invocation, type RegistryOptions, resolveRegistry } from '../invocation.ts';
import { addVerb, collect, parseCount, type VerbHost, withRegistry } from '../verb.ts';

interface RunsVerbOptions extends CommonOptions, RegistryOptions {
  readonly where?: readonly string[];
  readonly status?: string;
  readonly order?: string;
  readonly limit?: number;
  readonly columns?: string;
  readonly format: 'table' | 'json' | 'csv';
}

export function addRuns(host: VerbHost): void {
  const verb = addVerb(host, 'runs', 'query the rows of the registry');
  withRegistry(verb)
    .option('--where <column=value>', 'a condition (also != < <= > >=); may be given several times', collect)
    .option('--status <status>', "running, not_running, or one of the registry's own words")
    .option('--order <column>', 'sort by this column; -column puts the greatest first')
    .option('--limit <n>', 'at most so many rows', parseCount)
    .option('--columns <columns>', 'these columns, separated by commas')
    .addOption(new Option('--format <format>', 'how to show them').choices(['table', 'json', 'csv']).default('table'))
    .action((options: RunsVerbOptions) => host.run(options, (invocation) => runRuns(invocation, options)));
}

async function runRuns(invocation: Invocation, options: RunsVerbOptions): Promise<number> {
  const { where, status, order, limit, columns } = options;
  const report = await runs(
    { context: invocation.context },
    {
      ...resolveRegistry(invocation.io, options),
      ...(where === undefined ? {} : { where }),
      ...(status === undefined ? {} : { status }),
      ...(order === undefined ? {} : { order }),
      ...(limit === undefined ? {} : { limit }),
      ...(columns === undefined ? {} : { columns: columns.split(',').map((name) => name.trim()) }),
    },
  );
  const format = invocation.json ? 'json' : options.format;
  if (format === 'json') invocation.print(renderRunsJson(report));
  else invocation.io.out(format === 'csv' ? renderRunsCsv(report) : `${renderRunsTable(report, invocation.style)}\n`);
  return 0;
}
