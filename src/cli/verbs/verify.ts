import { type CommonOptions, type Invocation, type RegistryOptions, resolveRegistry } from '../invocation.ts';
import { renderJsonReport } from '../render-json.ts';
import { openSource, type ProjectOptions } from '../source.ts';
import { addVerb, type VerbHost, withProject, withRegistry } from '../verb.ts';

interface VerifyVerbOptions extends CommonOptions, RegistryOptions, ProjectOptions {
  readonly remote?: boolean;
}

export function addVerify(host: VerbHost): void {
  const verb = addVerb(host, 'verify', 'compare ledger and rows, read-only; exit 5 where they differ');
  withProject(withRegistry(verb))
    .option('--remote', 'also ask W&B whether each linked run is there')
    .action((options: VerifyVerbOptions) => host.run(options, (invocation) => verify(invocation, options)));
}

async function verify(invocation: Invocation, options: VerifyVerbOptions): Promise<number> {
  const { verifyRegistry } = await import('../../commands/verify.ts');
  const { renderVerify } = await import('../../commands/verify.render.ts');
  const { io, context, style } = invocation;
  const location = resolveRegistry(io, options);
  const source = options.remote === true ? await openSource(invocation, options) : null;
  try {
    const deps = source === null ? { context } : { context, source };
    const report = await verifyRegistry(deps, { ...location, remote: source !== null });
    invocation.print(invocation.json ? renderJsonReport('verify', report) : renderVerify(report, style));
    return report.exitCode;
  } finally {
    await source?.close();
  }
}
