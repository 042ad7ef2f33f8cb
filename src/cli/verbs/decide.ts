import type { DecideRequest } from '../../commands/decide.ts';
import { UsageError } from '../../errors.ts';
import type { CommonOptions, Invocation } from '../invocation.ts';
import { renderJsonReport } from '../render-json.ts';
import { addVerb, parseProbability, type VerbHost } from '../verb.ts';

interface DecideVerbOptions extends CommonOptions {
  readonly accept?: boolean;
  readonly reject?: boolean;
  readonly reset?: boolean;
  readonly choose?: string;
  readonly allAbove?: number;
  readonly import?: string;
}

export function addDecide(host: VerbHost): void {
  addVerb(host, 'decide <plan> [run_ids...]', 'decide entries of a plan; all or none of what is asked')
    .option('--accept', 'accept the proposed run of these rows')
    .option('--reject', 'leave these rows alone')
    .option('--reset', 'let these rows wait again')
    .option('--choose <wandb_run_id>', 'give this run to the one row named')
    .option('--all-above <p>', 'accept all matches at or above this probability', parseProbability)
    .option('--import <csv>', 'take the decisions of an edited "show --format csv"')
    .action((plan: string, rows: readonly string[], options: DecideVerbOptions) =>
      host.run(options, (invocation) => decidePlan(invocation, plan, parseRequest(rows, options))),
    );
}

async function decidePlan(invocation: Invocation, plan: string, request: DecideRequest): Promise<number> {
  const { decide } = await import('../../commands/decide.ts');
  const { renderDecide } = await import('../../commands/decide.render.ts');
  const report = await decide({ context: invocation.context }, { plan, request });
  invocation.print(invocation.json ? renderJsonReport('decide', report) : renderDecide(report, invocation.page));
  return 0;
}

const CHOICES = '--accept, --reject, --reset, --choose WANDB_RUN_ID, --all-above P or --import FILE';

function parseRequest(rows: readonly string[], options: DecideVerbOptions): DecideRequest {
  const requests = listRequests(rows, options);
  const [request] = requests;
  if (request === undefined || requests.length > 1) {
    throw new UsageError(`expected exactly one of ${CHOICES}, found ${requests.length}`, {
      hint: 'For example: runlink decide PLAN RUN_ID --accept',
    });
  }
  const namesRows = request.kind === 'import' || request.kind === 'accept-above';
  if (namesRows !== (rows.length === 0)) {
    throw new UsageError(
      namesRows ? `${rows.length} rows were named, and this option takes none` : 'no row was named',
      {
        hint: namesRows ? 'Leave the rows out.' : 'Name the rows after the plan: runlink decide PLAN RUN_ID… --accept',
      },
    );
  }
  return request;
}

function listRequests(rows: readonly string[], options: DecideVerbOptions): readonly DecideRequest[] {
  const { choose, allAbove } = options;
  return [
    ...(['accept', 'reject', 'reset'] as const)
      .filter((kind) => options[kind] === true)
      .map((kind) => ({ kind, rows })),
    ...(choose === undefined ? [] : [buildChoose(rows, choose)]),
    ...(allAbove === undefined ? [] : [{ kind: 'accept-above', probability: allAbove } as const]),
    ...(options.import === undefined ? [] : [{ kind: 'import', file: options.import } as const]),
  ];
}

function buildChoose(rows: readonly string[], wandbRunId: string): DecideRequest {
  const [row] = rows;
  if (row !== undefined && rows.length === 1) return { kind: 'choose', row, wandbRunId };
  throw new UsageError(`--choose gives one run to one row, and ${rows.length} rows were named`, {
    hint: 'runlink decide PLAN RUN_ID --choose WANDB_RUN_ID',
  });
}
