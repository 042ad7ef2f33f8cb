import { type CommonOptions, type Invocation, type RegistryOptions, resolveRegistry } from '../invocation.ts';
import { renderJsonReport } from '../render-json.ts';
import { addVerb, type VerbHost, withRegistry } from '../verb.ts';

interface StatusVerbOptions extends CommonOptions, RegistryOptions {
  readonly plan?: string;
}

export function addStatus(host: VerbHost): void {
  const verb = addVerb(host, 'status', 'what is linked, by whom, what was taken back, what a plan has left to do');
  withRegistry(verb)
    .option('--plan <plan>', 'a plan file: also say what of it is still to be done')
    .action((options: StatusVerbOptions) => host.run(options, (invocation) => status(invocation, options)));
}

async function status(invocation: Invocation, options: StatusVerbOptions): Promise<number> {
  const { readStatus } = await import('../../commands/status.ts');
  const { renderStatus } = await import('../../commands/status.render.ts');
  const plan = options.plan === undefined ? {} : { plan: options.plan };
  const report = await readStatus({ ...resolveRegistry(invocation.io, options), ...plan });
  invocation.print(invocation.json ? renderJsonReport('status', report) : renderStatus(report, invocation.style));
  return 0;
}
