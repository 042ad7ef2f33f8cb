import { EXIT_CODES, UsageError } from '../../errors.ts';
import { type CommonOptions, type Invocation, type RegistryOptions, resolveRegistry } from '../invocation.ts';
import { renderJsonReport } from '../render-json.ts';
import { openSource, type ProjectOptions } from '../source.ts';
import {
  addVerb,
  parseBits,
  parsePositiveCount,
  parseProbability,
  type VerbHost,
  withProject,
  withRegistry,
} from '../verb.ts';

interface EvaluateVerbOptions extends CommonOptions, RegistryOptions, ProjectOptions {
  readonly plan?: string;
  readonly folds: number;
  readonly minProbability?: number;
  readonly minMargin?: number;
  readonly concurrency: number;
}

export function addEvaluate(host: VerbHost): void {
  const verb = addVerb(host, 'evaluate', 'hide links that are there already, match again, say how often it was right');
  withProject(withRegistry(verb))
    .option('--plan <plan>', 'take the runs from this sealed plan instead of asking W&B')
    .option('--folds <k>', 'in how many parts the links are hidden, one after the other', parsePositiveCount, 5)
    .option('--min-probability <p>', "least probability of a match (default: the plan's, else 0.99)", parseProbability)
    .option('--min-margin <bits>', "least gap to the runner-up (default: the plan's, else 3)", parseBits)
    .option('--concurrency <n>', 'windows of the listing that are walked at once', parsePositiveCount, 4)
    .action((options: EvaluateVerbOptions) => host.run(options, (invocation) => run(invocation, options)));
}

async function run(invocation: Invocation, options: EvaluateVerbOptions): Promise<number> {
  const { evaluate } = await import('../../commands/evaluate.ts');
  const { renderEvaluate } = await import('../../commands/evaluate.render.ts');
  const { io, context, page } = invocation;
  const { plan, folds, minProbability, minMargin, concurrency } = options;
  const registry = resolveRegistry(io, options);
  assertOneOrigin(options);
  const source = plan === undefined ? await openSource(invocation, options) : null;
  try {
    const report = await evaluate(
      { context },
      {
        ...registry,
        ...(minProbability === undefined ? {} : { minProbability }),
        ...(minMargin === undefined ? {} : { minMargin }),
        folds,
        from: source === null ? { kind: 'plan', path: plan ?? '' } : { kind: 'wandb', source, concurrency },
      },
    );
    invocation.print(invocation.json ? renderJsonReport('evaluate', report) : renderEvaluate(report, page));
    return EXIT_CODES.done;
  } finally {
    await source?.close();
  }
}

function assertOneOrigin({ plan, project, baseUrl }: EvaluateVerbOptions): void {
  const second = project === undefined ? (baseUrl === undefined ? null : '--base-url') : '--project';
  if (plan === undefined || second === null) return;
  throw new UsageError(`the runs come from one place: expected --plan or ${second}, found both`, {
    hint: 'A plan holds the runs of its project; leave out --plan to list them again.',
  });
}
