import type { CompareReport } from '../../commands/compare.ts';
import { escapeForTerminal } from '../../text/escape.ts';
import { withHistories } from '../history-source.ts';
import { type Invocation, resolveRegistryOrNull } from '../invocation.ts';
import { renderJsonReport } from '../render-json.ts';
import { addVerb, type VerbHost, withProject, withRegistry } from '../verb.ts';
import { type DrawVerbOptions, resolveFiles, withDrawing } from './curves.ts';

export function addCompare(host: VerbHost): void {
  const verb = addVerb(host, 'compare <run...>', 'settings that differ, final metrics and curves of some runs');
  withDrawing(withProject(withRegistry(verb)))
    .addHelpText('after', '\nRUN is a key of the registry, a W&B run id, or the address of a run.')
    .action((runs: readonly string[], options: DrawVerbOptions) =>
      host.run(options, (invocation) => compare(invocation, runs, options)),
    );
}

async function compare(invocation: Invocation, names: readonly string[], options: DrawVerbOptions): Promise<number> {
  const { compareRuns } = await import('../../commands/compare.ts');
  const { io, context } = invocation;
  await resolveFiles(io.cwd, options);
  const { metric, x, smooth, band, concurrency } = options;
  const registry = resolveRegistryOrNull(io, options);
  const { project } = options;
  const report = await compareRuns(
    {
      context,
      withHistories: (found, use) =>
        withHistories(invocation, found === null ? options : { ...options, project: found }, ({ source }) =>
          use(source),
        ),
    },
    {
      runs: names,
      ...(registry === null ? {} : { registry }),
      ...(project === undefined ? {} : { project }),
      ...(metric === undefined ? {} : { metrics: metric }),
      ...(x === undefined ? {} : { x }),
      ...(smooth === undefined ? {} : { smooth }),
      ...(band === undefined ? {} : { band }),
      ...(concurrency === undefined ? {} : { concurrency }),
    },
  );
  await present(invocation, report, options);
  return report.exitCode;
}

async function present(invocation: Invocation, report: CompareReport, options: DrawVerbOptions): Promise<void> {
  const { buildCompareNotes, describeComparison, renderCompare } = await import('../../commands/compare.render.ts');
  const { renderPlot } = await import('../../commands/curves.render.ts');
  const { writeCurves } = await import('../../commands/draw-curves.ts');
  const { io, page } = invocation;
  const drawable = describeComparison(report, options.x ?? '_step');
  const written = await writeCurves(drawable, await resolveFiles(io.cwd, options), buildCompareNotes(report));
  if (invocation.json) return invocation.print(renderJsonReport('compare', summarize(report, written)));
  invocation.print(renderCompare(report, page));
  if (options.out === undefined && report.curves.length > 0) {
    invocation.print(`\n${renderPlot(drawable, options, page)}`);
  }
  for (const path of written) invocation.print(`${page.style.add('written')} ${escapeForTerminal(path)}`);
}

/** Without the points, as in `curves`. */
function summarize({ curves, groups, ...report }: CompareReport, written: readonly string[]): object {
  return {
    ...report,
    curves: curves.map(({ run, metric, x }) => ({ ...run, metric, points: x.length })),
    groups: groups?.map(({ group, metric, size }) => ({ group, metric, runs: size })) ?? null,
    written,
  };
}
