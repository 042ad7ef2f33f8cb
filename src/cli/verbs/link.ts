import { linkRun } from '../../commands/link.ts';
import { renderLink } from '../../commands/link.render.ts';
import { type CommonOptions, type Invocation, type RegistryOptions, resolveRegistry } from '../invocation.ts';
import { renderJsonReport } from '../render-json.ts';
import { openSource, type ProjectOptions } from '../source.ts';
import { addVerb, parseSeconds, type VerbHost, withProject, withRegistry } from '../verb.ts';

interface LinkVerbOptions extends CommonOptions, RegistryOptions, ProjectOptions {
  readonly replace?: boolean;
  readonly offline?: boolean;
  readonly lockTimeout?: number;
}

export function addLink(host: VerbHost): void {
  const verb = addVerb(host, 'link <run_id> <wandb_run_id>', 'link one row to one run, by hand or when a run starts');
  withProject(withRegistry(verb))
    .option('--replace', 'give a row that is linked already another run')
    .option('--offline', 'do not ask W&B about the run')
    .option('--lock-timeout <seconds>', 'how long to wait for other writers (30)', parseSeconds)
    .action((runId: string, wandbRun: string, options: LinkVerbOptions) =>
      host.run(options, (invocation) => link(invocation, { runId, wandbRun }, options)),
    );
}

async function link(
  invocation: Invocation,
  pair: { readonly runId: string; readonly wandbRun: string },
  options: LinkVerbOptions,
): Promise<number> {
  const { io, context, style } = invocation;
  const source = await openSource(invocation, options);
  try {
    const report = await linkRun(
      { context, source },
      {
        ...resolveRegistry(io, options),
        ...pair,
        replace: options.replace === true,
        offline: options.offline === true,
        ...(options.lockTimeout === undefined ? {} : { lockTimeoutMs: options.lockTimeout * 1000 }),
      },
    );
    invocation.print(invocation.json ? renderJsonReport('link', report) : renderLink(report, style));
    return 0;
  } finally {
    await source.close();
  }
}
