import { confirm, sayUntouched } from '../confirm.ts';
import { type CommonOptions, type Invocation, type RegistryOptions, resolveRegistry } from '../invocation.ts';
import { renderJsonReport } from '../render-json.ts';
import { addVerb, parseCount, parseSeconds, type VerbHost, withRegistry } from '../verb.ts';

interface ApplyVerbOptions extends CommonOptions, RegistryOptions {
  readonly yes?: boolean;
  readonly backup: boolean;
  readonly requireDecisions?: boolean;
  readonly maxChanges?: number;
  readonly lockTimeout?: number;
}

export function addApply(host: VerbHost): void {
  const verb = addVerb(host, 'apply <plan>', 'write the accepted matches of a plan to the registry');
  withRegistry(verb)
    .option('--yes', 'do not ask')
    .option('--no-backup', 'make no copy of the registry first')
    .option('--require-decisions', 'write nothing and exit 8 while entries wait for a decision')
    .option('--max-changes <n>', 'refuse to write more rows than this', parseCount)
    .option('--lock-timeout <seconds>', 'how long to wait for other writers (30)', parseSeconds)
    .action((plan: string, options: ApplyVerbOptions) =>
      host.run(options, (invocation) => apply(invocation, plan, options)),
    );
}

async function apply(invocation: Invocation, plan: string, options: ApplyVerbOptions): Promise<number> {
  const { applyPlan } = await import('../../commands/apply.ts');
  const { previewApply } = await import('../../commands/apply-preview.ts');
  const { renderApply, renderApplyPreview } = await import('../../commands/apply.render.ts');
  const { io, context, style } = invocation;
  const location = resolveRegistry(io, options);
  if (options.yes !== true && options.requireDecisions !== true) {
    const preview = await previewApply({ ...location, plan });
    context.say(renderApplyPreview(preview, style));
    const isAsked = preview.changes > 0;
    if (isAsked && !(await confirm(io, `Write ${preview.changes} rows?`))) return sayUntouched(context);
  }
  const report = await applyPlan(
    { context },
    {
      ...location,
      plan,
      backup: options.backup,
      requireDecisions: options.requireDecisions === true,
      ...(options.maxChanges === undefined ? {} : { maxChanges: options.maxChanges }),
      ...(options.lockTimeout === undefined ? {} : { lockTimeoutMs: options.lockTimeout * 1000 }),
    },
  );
  invocation.print(invocation.json ? renderJsonReport('apply', report) : renderApply(report, style));
  return report.exitCode;
}
