import { type Command, Option } from 'commander';
import { resolve } from 'node:path';
import type { CurveOptions, CurvesReport } from '../../commands/curves.ts';
import { BANDS, GOALS, X_KEYS } from '../../curves/curve.ts';
import { RANKINGS } from '../../curves/rank.ts';
import { type CacheVerbOptions, withCache, withHistories } from '../history-source.ts';
import { type CommonOptions, type Invocation, type RegistryOptions, resolveRegistry } from '../invocation.ts';
import { renderJsonReport } from '../render-json.ts';
import { type SelectionOptions, withSelection } from '../selection.ts';
import type { ProjectOptions } from '../source.ts';
import { addVerb, collect, parseCount, parsePositiveCount, type VerbHost, withProject, withRegistry } from '../verb.ts';

/** Options of every verb that draws curves. */
export interface DrawVerbOptions
  extends CurveOptions, CacheVerbOptions, ProjectOptions, CommonOptions, RegistryOptions {
  readonly metric?: readonly string[];
  readonly logY?: boolean;
  readonly out?: string;
  readonly data?: string;
}

interface CurvesVerbOptions extends DrawVerbOptions, SelectionOptions {
  readonly order?: string;
  readonly limit?: number;
  readonly groupBy?: string;
}

export function addCurves(host: VerbHost): void {
  const verb = addVerb(host, 'curves', 'draw the curves of the runs that a query of the registry selects');
  withSelection(withProject(withRegistry(verb)))
    .option('--order <column>', 'with --limit: take the first rows by this column; -column the last')
    .option('--limit <n>', 'at most so many rows', parseCount)
    .option('--group-by <column>', 'one mean curve for each value of this column');
  withDrawing(verb)
    .option('--best <n>', 'only the n best runs, of each group where there are groups', parsePositiveCount)
    .addOption(new Option('--best-by <value>', 'which value of a run counts (default: final)').choices(RANKINGS))
    .addOption(new Option('--goal <goal>', 'which way is better (default: learned from the curves)').choices(GOALS))
    .action((options: CurvesVerbOptions) => host.run(options, (invocation) => runCurves(invocation, options)));
}

export function withDrawing(command: Command): Command {
  return withCache(command)
    .option(
      '--metric <name>',
      "what to draw, also a pattern such as 'objective_*'; may be given several times",
      collect,
    )
    .addOption(new Option('--x <key>', 'what stands on the x axis (default: _step)').choices(X_KEYS))
    .option('--smooth <how>', 'ema:0.9 for a moving average that keeps nine tenths of the past; or none')
    .addOption(
      new Option('--band <band>', 'round each mean (default: stdev with --group-by)').choices([...BANDS, 'none']),
    )
    .option('--log-y', 'a logarithmic y axis')
    .option('--out <file>', '.svg, .png or .html; .parquet or .csv for the numbers alone; without it in the terminal')
    .option('--data <file>', "the picture's numbers beside it, .csv or .parquet")
    .option('--concurrency <n>', 'runs that are read at once', parsePositiveCount, 8);
}

async function runCurves(invocation: Invocation, options: CurvesVerbOptions): Promise<number> {
  const { readCurves } = await import('../../commands/curves.ts');
  const { buildCurvesNotes, describeCurves, renderCurves, renderPlot } =
    await import('../../commands/curves.render.ts');
  const { writeCurves } = await import('../../commands/draw-curves.ts');
  const { io, context } = invocation;
  const files = await resolveFiles(io.cwd, options);
  const { metric = [], ...rest } = options;
  return await withHistories(invocation, options, async ({ runs, source }) => {
    const location = resolveRegistry(io, options);
    const report = await readCurves({ context, source }, { ...rest, ...location, metrics: metric });
    const drawable = describeCurves(report);
    const written = await writeCurves(drawable, files, buildCurvesNotes(report, runs.runUrl));
    if (invocation.json) invocation.print(renderJsonReport('curves', summarize(report, written)));
    else {
      if (options.out === undefined) invocation.print(renderPlot(drawable, options, invocation.page));
      const talk = renderCurves(report, { ...files, written, style: invocation.style });
      if (talk !== '') invocation.print(talk);
    }
    return report.exitCode;
  });
}

interface Files {
  readonly out?: string;
  readonly data?: string;
  readonly logY: boolean;
}

/** Names are checked before anything is read. @throws UsageError */
export async function resolveFiles(cwd: string, { out, data, logY }: DrawVerbOptions): Promise<Files> {
  const { assertDrawable } = await import('../../commands/draw-curves.ts');
  const files = {
    ...(out === undefined ? {} : { out: resolve(cwd, out) }),
    ...(data === undefined ? {} : { data: resolve(cwd, data) }),
    logY: logY === true,
  };
  assertDrawable(files);
  return files;
}

/** Without the points: those are what `--data` is for. */
function summarize({ curves, groups, ...report }: CurvesReport, written: readonly string[]): object {
  return {
    ...report,
    curves: curves.map(({ run, metric, x }) => ({ ...run, metric, points: x.length })),
    groups: groups?.map(({ group, metric, size, x }) => ({ group, metric, runs: size, points: x.length })) ?? null,
    written,
  };
}
