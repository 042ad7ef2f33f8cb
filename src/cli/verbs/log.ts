import { type CommonOptions, type Invocation, type RegistryOptions, resolveRegistry } from '../invocation.ts';
import { renderJsonReport } from '../render-json.ts';
import { addVerb, parseCount, type VerbHost, withRegistry } from '../verb.ts';

interface LogVerbOptions extends CommonOptions, RegistryOptions {
  readonly row?: string;
  readonly plan?: string;
  readonly wandbRun?: string;
  readonly last?: number;
}

export function addLog(host: VerbHost): void {
  const verb = addVerb(host, 'log', 'the ledger: every link written and every rollback, newest last');
  withRegistry(verb)
    .option('--row <run_id>', 'only of this row')
    .option('--plan <id>', 'only of this plan')
    .option('--wandb-run <wandb_run_id>', 'only of this run')
    .option('--last <n>', 'only the last entries', parseCount)
    .action((options: LogVerbOptions) => host.run(options, (invocation) => log(invocation, options)));
}

async function log(invocation: Invocation, { row, plan, wandbRun, last, ...options }: LogVerbOptions): Promise<number> {
  const { readLinkLog } = await import('../../commands/log.ts');
  const { renderLog } = await import('../../commands/log.render.ts');
  const report = await readLinkLog({
    ...resolveRegistry(invocation.io, options),
    filter: {
      ...(row === undefined ? {} : { keyText: row }),
      ...(plan === undefined ? {} : { planId: plan }),
      ...(wandbRun === undefined ? {} : { wandbRunId: wandbRun }),
    },
    ...(last === undefined ? {} : { last }),
  });
  invocation.print(invocation.json ? renderJsonReport('log', report) : renderLog(report, invocation.style));
  return 0;
}
