import { Option } from 'commander';
import { SHOW_FORMATS } from '../../commands/formats.ts';
import type { ShowFormat } from '../../commands/formats.ts';
import { DECISIONS, type Decision, ENTRY_KINDS, type EntryKind } from '../../model/plan.ts';
import type { CommonOptions, Invocation } from '../invocation.ts';
import { addVerb, type VerbHost } from '../verb.ts';

interface ShowVerbOptions extends CommonOptions {
  readonly format: ShowFormat;
  readonly kind?: readonly EntryKind[];
  readonly decision?: readonly Decision[];
  readonly run?: string;
}

export function addShow(host: VerbHost): void {
  addVerb(host, 'show <plan>', 'show a plan: all of it, a selection, or one row with its evidence')
    .addOption(new Option('--format <format>', 'how to show it').choices(SHOW_FORMATS).default('table'))
    .addOption(new Option('--kind <kind...>', 'only entries of these kinds').choices(ENTRY_KINDS))
    .addOption(new Option('--decision <decision...>', 'only entries decided like this').choices(DECISIONS))
    .option('--run <run_id>', 'one row: all candidates and the waterfall of each')
    .action((plan: string, options: ShowVerbOptions) =>
      host.run(options, (invocation) => showPlan(invocation, plan, options)),
    );
}

async function showPlan(invocation: Invocation, plan: string, options: ShowVerbOptions): Promise<number> {
  const { show } = await import('../../commands/show.ts');
  const { renderShow } = await import('../../commands/show.render.ts');
  const { kind, decision, run } = options;
  const report = await show(
    { context: invocation.context },
    {
      plan,
      ...(kind === undefined ? {} : { kinds: kind }),
      ...(decision === undefined ? {} : { decisions: decision }),
      ...(run === undefined ? {} : { run }),
    },
  );
  try {
    const format = invocation.json ? 'json' : options.format;
    for (const piece of renderShow(report, format, invocation.page)) invocation.io.out(piece);
    return 0;
  } finally {
    report.close();
  }
}
