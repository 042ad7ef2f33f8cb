import { EXIT_CODES } from '../../errors.ts';
import { type CommonOptions, type Invocation, type RegistryOptions, resolveRegistry } from '../invocation.ts';
import { renderJsonReport } from '../render-json.ts';
import { openSource, type ProjectOptions } from '../source.ts';
import { addVerb, parseSeconds, type VerbHost, withProject, withRegistry } from '../verb.ts';

interface RefreshVerbOptions extends CommonOptions, RegistryOptions, ProjectOptions {
  readonly running?: boolean;
  readonly apply?: boolean;
  readonly detailedExitcode?: boolean;
  readonly lockTimeout?: number;
}

export function addRefresh(host: VerbHost): void {
  const verb = addVerb(host, 'refresh', 'bring status, names and ends of linked rows up to what W&B says; a dry run');
  withProject(withRegistry(verb))
    .option('--running', 'only rows whose status says that their run is running: for cron')
    .option('--apply', 'write what is found')
    .option('--detailed-exitcode', 'exit 3 where a dry run finds changes')
    .option('--lock-timeout <seconds>', 'how long to wait for other writers (30)', parseSeconds)
    .action((options: RefreshVerbOptions) => host.run(options, (invocation) => refresh(invocation, options)));
}

async function refresh(invocation: Invocation, options: RefreshVerbOptions): Promise<number> {
  const { refreshLinks } = await import('../../commands/refresh.ts');
  const { renderRefresh } = await import('../../commands/refresh.render.ts');
  const { io, context } = invocation;
  const location = resolveRegistry(io, options);
  const source = await openSource(invocation, options);
  try {
    const report = await refreshLinks(
      { context, source },
      {
        ...location,
        running: options.running === true,
        apply: options.apply === true,
        ...(options.lockTimeout === undefined ? {} : { lockTimeoutMs: options.lockTimeout * 1000 }),
      },
    );
    invocation.print(invocation.json ? renderJsonReport('refresh', report) : renderRefresh(report, invocation.page));
    const hasOpenChanges = !report.applied && report.changes.length > 0;
    const isDone = report.exitCode === EXIT_CODES.done;
    return isDone && hasOpenChanges && options.detailedExitcode === true ? EXIT_CODES.changes : report.exitCode;
  } finally {
    await source.close();
  }
}
