import type { RollbackOptions } from '../../commands/rollback.ts';
import { UsageError } from '../../errors.ts';
import { confirm, sayUntouched } from '../confirm.ts';
import { type CommonOptions, type Invocation, type RegistryOptions, resolveRegistry } from '../invocation.ts';
import { renderJsonReport } from '../render-json.ts';
import { addVerb, parseSeconds, type VerbHost, withRegistry } from '../verb.ts';

interface RollbackVerbOptions extends CommonOptions, RegistryOptions {
  readonly plan?: string;
  readonly all?: boolean;
  readonly keepLink?: boolean;
  readonly yes?: boolean;
  readonly keepEdited?: boolean;
  readonly force?: boolean;
  readonly partial?: boolean;
  readonly reason?: string;
  readonly lockTimeout?: number;
}

export function addRollback(host: VerbHost): void {
  const verb = addVerb(host, 'rollback [run_ids...]', 'take back matches: of rows, of a plan, or all');
  withRegistry(verb)
    .option('--plan <id>', 'all that this plan wrote')
    .option('--all', 'all that runlink ever wrote')
    .option('--keep-link', 'of the RUN_IDs, take back only what refreshes wrote since the link')
    .option('--yes', 'do not ask')
    .option('--keep-edited', 'of rows edited since, restore only what nobody changed')
    .option('--force', 'restore rows that were edited since, too')
    .option('--partial', 'roll back what can be, and list what cannot')
    .option('--reason <text>', 'kept with the rejected pair')
    .option('--lock-timeout <seconds>', 'how long to wait for other writers (30)', parseSeconds)
    .action((rows: readonly string[], options: RollbackVerbOptions) =>
      host.run(options, (invocation) => rollback(invocation, rows, options)),
    );
}

async function rollback(
  invocation: Invocation,
  rows: readonly string[],
  options: RollbackVerbOptions,
): Promise<number> {
  const { previewRollback, rollbackMatch } = await import('../../commands/rollback.ts');
  const { renderRollback } = await import('../../commands/rollback.render.ts');
  const { io, context, page } = invocation;
  const request = buildRequest(resolveRegistry(io, options), parseSelection(rows, options), options);
  if (options.yes !== true) {
    const preview = await previewRollback(request);
    context.say(renderRollback(preview, page));
    const isBlocked = preview.refused > 0 && options.partial !== true;
    const isNothing = preview.items.every((item) => item.refused || item.class === 'repeat');
    if (isBlocked || isNothing) return preview.exitCode;
    if (!(await confirm(io, 'Restore what stood there before?'))) return sayUntouched(context);
  }
  const report = await rollbackMatch({ context }, request);
  invocation.print(invocation.json ? renderJsonReport('rollback', report) : renderRollback(report, page));
  return report.exitCode;
}

function parseSelection(
  rows: readonly string[],
  { plan, all, keepLink = false }: RollbackVerbOptions,
): RollbackOptions['selection'] {
  if (keepLink && rows.length === 0) {
    throw new UsageError('--keep-link is about the rows that are named, and none is', {
      hint: 'All that refreshes wrote is taken back by: runlink rollback --plan refresh',
    });
  }
  const selections: readonly RollbackOptions['selection'][] = [
    ...(rows.length > 0 ? [{ kind: 'rows', keyTexts: rows, keepLink } as const] : []),
    ...(plan === undefined ? [] : [{ kind: 'plan', planId: plan } as const]),
    ...(all === true ? [{ kind: 'all' } as const] : []),
  ];
  const [selection] = selections;
  if (selection !== undefined && selections.length === 1) return selection;
  throw new UsageError(`expected RUN_IDs, --plan ID or --all, exactly one of them; found ${selections.length}`, {
    hint: 'For one bad match: runlink rollback RUN_ID --registry FILE',
  });
}

function buildRequest(
  location: ReturnType<typeof resolveRegistry>,
  selection: RollbackOptions['selection'],
  options: RollbackVerbOptions,
): RollbackOptions {
  return {
    ...location,
    selection,
    keepEdited: options.keepEdited === true,
    force: options.force === true,
    partial: options.partial === true,
    ...(options.reason === undefined ? {} : { reason: options.reason }),
    ...(options.lockTimeout === undefined ? {} : { lockTimeoutMs: options.lockTimeout * 1000 }),
  };
}
