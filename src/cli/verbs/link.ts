import { type CommonOptions, type Invocation, type RegistryOptions, resolveRegistry } from '../invocation.ts';
import { renderJsonReport } from '../render-json.ts';
import { openSource, type ProjectOptions } from '../source.ts';
import type { Io } from '../io.ts';
import { addVerb, parseSeconds, type VerbHost, withProject, withRegistry } from '../verb.ts';

interface LinkVerbOptions extends CommonOptions, RegistryOptions, ProjectOptions {
  readonly replace?: boolean;
  readonly offline?: boolean;
  readonly lockTimeout?: number;
}

export function addLink(host: VerbHost): void {
  const verb = addVerb(
    host,
    'link <run_id> <wandb_run_id>',
    'link one row, by its key or name, to one run, by hand or when a run starts',
  );
  withProject(withRegistry(verb))
    .option('--replace', 'give a row that is linked already another run')
    .option('--offline', 'do not ask W&B about the run; also where WANDB_MODE=offline')
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
  const { linkRun } = await import('../../commands/link.ts');
  const { renderLink } = await import('../../commands/link.render.ts');
  const { parseRunPath } = await import('../../wandb/urls.ts');
  const { io, context, style } = invocation;
  // An address names its project itself; the command line and the environment come first.
  const named = options.project ?? (isProjectSet(io) ? null : parseRunPath(pair.wandbRun).project);
  const source = await openSource(invocation, named === null ? options : { ...options, project: named });
  try {
    const report = await linkRun(
      { context, source },
      {
        ...resolveRegistry(io, options),
        ...pair,
        replace: options.replace === true,
        offline: options.offline === true || isOfflineMode(io),
        ...(options.lockTimeout === undefined ? {} : { lockTimeoutMs: options.lockTimeout * 1000 }),
      },
    );
    invocation.print(invocation.json ? renderJsonReport('link', report) : renderLink(report, style));
    return 0;
  } finally {
    await source.close();
  }
}

function isProjectSet({ env }: Io): boolean {
  return (env['WANDB_PROJECT'] ?? '') !== '';
}

/** A job whose W&B client does not reach W&B need not try for the link either. */
function isOfflineMode({ env }: Io): boolean {
  return ['offline', 'dryrun'].includes(env['WANDB_MODE'] ?? '');
}
