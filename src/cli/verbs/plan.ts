import { EXIT_CODES, UsageError } from '../../errors.ts';
import { DEFAULT_LINKAGE_OPTIONS } from '../../model/linkage.ts';
import { type CommonOptions, type Invocation, type RegistryOptions, resolveRegistry } from '../invocation.ts';
import { renderJsonReport } from '../render-json.ts';
import { openSource, type ProjectOptions } from '../source.ts';
import {
  addVerb,
  parseBits,
  parseCount,
  parsePositiveCount,
  parseProbability,
  type VerbHost,
  withProject,
  withRegistry,
} from '../verb.ts';

interface PlanVerbOptions extends CommonOptions, RegistryOptions, ProjectOptions {
  readonly out?: string;
  readonly minProbability: number;
  readonly minMargin: number;
  readonly maxChanges?: number;
  readonly concurrency: number;
  readonly detailedExitcode?: boolean;
}

export function addPlan(host: VerbHost): void {
  const { minProbability, minMargin } = DEFAULT_LINKAGE_OPTIONS;
  const verb = addVerb(host, 'plan', 'list the W&B runs, match the rows to them, write a plan to review');
  withProject(withRegistry(verb))
    .option('--out <plan>', 'the plan file to write; an unfinished one is gone on with')
    .option('--min-probability <p>', 'least probability of a match', parseProbability, minProbability)
    .option('--min-margin <bits>', 'least gap to the runner-up, on both sides', parseBits, minMargin)
    .option('--max-changes <n>', 'refuse a plan that would change more rows than this', parseCount)
    .option('--concurrency <n>', 'windows of the listing that are walked at once', parsePositiveCount, 4)
    .option('--detailed-exitcode', 'exit 3 where the plan has changes, 0 where it has none')
    .action((options: PlanVerbOptions) => host.run(options, (invocation) => plan(invocation, options)));
}

async function plan(invocation: Invocation, options: PlanVerbOptions): Promise<number> {
  const { planBackfill } = await import('../../commands/plan.ts');
  const { renderPlanReport } = await import('../../plan/render-report.ts');
  const { io, context, page } = invocation;
  const { minProbability, minMargin, maxChanges, concurrency } = options;
  const out = assertOut(options.out);
  const registry = resolveRegistry(io, options);
  const source = await openSource(invocation, options);
  try {
    const limits = maxChanges === undefined ? {} : { maxChanges };
    const report = await planBackfill(
      { context, source },
      { ...registry, ...limits, out, minProbability, minMargin, concurrency },
    );
    invocation.print(invocation.json ? renderJsonReport('plan', report) : renderPlanReport(report, page));
    return options.detailedExitcode === true && report.changes > 0 ? EXIT_CODES.changes : EXIT_CODES.done;
  } finally {
    await source.close();
  }
}

/** Not left to the option parser, which would name a missing option before a mistyped one. */
function assertOut(out: string | undefined): string {
  if (out !== undefined) return out;
  throw new UsageError('no plan file was named: expected --out PLAN', {
    hint: 'Name the file to write, for example --out backfill.plan',
  });
}
