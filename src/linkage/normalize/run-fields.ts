import type { Run } from '../../model/run.ts';
import { parseArgs } from './args.ts';
import { createFieldCollector } from './fields.ts';
import type { Field, FieldCollector, FieldOrigin } from './fields.ts';
import { flattenJson } from './flatten.ts';
import { addNameParts } from './name-fields.ts';
import { buildTimeFieldOrNull } from './times.ts';
import type { TimeField } from './times.ts';
import { normalizeText } from './values.ts';
import type { ValueCodes } from './values.ts';

/** Lengths of runs in seconds by different readings; NaN is missing. */
export interface RunLengths {
  /** Heartbeat minus creation. */
  readonly lifetime: Float64Array;
  /** What the client counted, `_runtime` of the summary. */
  readonly runtime: Float64Array;
  /** `_wandb.runtime` of the summary. */
  readonly recorded: Float64Array;
}

export interface RunTimes {
  readonly createdAt: Float64Array;
  /** `_timestamp − _runtime`: the true start of runs that were synced later; NaN where the summary lacks them. */
  readonly startedAt: Float64Array;
  readonly heartbeatAt: Float64Array;
  /** `_timestamp`: the end as the client saw it; NaN where the summary lacks it. */
  readonly endedAt: Float64Array;
  /** Times that stand in names, config or arguments. */
  readonly inside: readonly TimeField[];
}

export interface RunFields {
  readonly fields: readonly Field[];
  readonly times: RunTimes;
  readonly lengths: RunLengths;
}

export function readRunFields(
  runs: readonly Run[],
  values: ValueCodes,
  statusOf: (run: Run) => string | null,
): RunFields {
  const fields = createFieldCollector(runs.length);
  for (const [index, run] of runs.entries()) readRun({ fields, values, index }, run, statusOf(run));
  const number = (read: (run: Run) => number | null): Float64Array =>
    Float64Array.from(runs, (run) => read(run) ?? Number.NaN);
  return {
    fields: fields.build(values),
    times: {
      createdAt: number((run) => run.createdAt / 1000),
      startedAt: number(startOf),
      heartbeatAt: number((run) => (run.heartbeatAt === null ? null : run.heartbeatAt / 1000)),
      endedAt: number(endOf),
      inside: findTimesInside(runs),
    },
    lengths: {
      lifetime: number((run) => (run.heartbeatAt === null ? null : (run.heartbeatAt - run.createdAt) / 1000)),
      runtime: number((run) => numberAt(run.summary['_runtime'])),
      recorded: number(recordedRuntime),
    },
  };
}

interface RunReader {
  readonly fields: FieldCollector;
  readonly values: ValueCodes;
  readonly index: number;
}

/** `exp-41`, `seed:3`, `data=web`. */
const TELLING_TAG = /^([a-z_]+)(?:[\s_#-]*(?=\d+$)|[:=]\s*)(.+)$/;

function readRun(reader: RunReader, run: Run, status: string | null): void {
  const { fields, values, index } = reader;
  const add = (name: string, origin: FieldOrigin, value: unknown): void =>
    fields.add(index, { name, origin }, values.encode(value));
  flattenJson(run.config, (path, scalar) => add(path, 'config', scalar));
  for (const [key, value] of parseArgs(run.args)) add(key, 'args', value);
  flattenJson(run.summary, (path, scalar) => {
    if (!path.startsWith('_') && !path.endsWith('.length')) add(path, 'summary', scalar);
  });
  const own = { group: run.group, jobType: run.jobType, sweep: run.sweepName, host: run.host, user: run.user };
  for (const [name, value] of Object.entries(own)) add(name, 'run', value);
  add('program', 'run', run.program?.split('/').at(-1));
  add('commit', 'run', run.commit);
  add('state', 'run', run.state);
  add('status', 'run', status);
  add('tags', 'run', run.tags.toSorted().join(' '));
  for (const tag of run.tags) {
    const [, word, value] = TELLING_TAG.exec(normalizeText(tag)) ?? [];
    if (word !== undefined) add(`tags.${word}`, 'run', value);
  }
  add('displayName', 'run', run.displayName);
  if (run.displayName !== null) addNameParts({ fields, record: index, values }, 'displayName', run.displayName);
}

function startOf(run: Run): number | null {
  const end = endOf(run);
  const runtime = numberAt(run.summary['_runtime']);
  return end === null || runtime === null ? null : end - runtime;
}

function endOf(run: Run): number | null {
  const end = numberAt(run.summary['_timestamp']);
  return end === null || end < 1e9 ? null : end;
}

function recordedRuntime(run: Run): number | null {
  const own = run.summary['_wandb'];
  return typeof own === 'object' && own !== null && 'runtime' in own ? numberAt(own['runtime']) : null;
}

function numberAt(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/** Stamps inside display names and top-level config texts, where most of the runs bear one. */
function findTimesInside(runs: readonly Run[]): TimeField[] {
  const keys = new Set(runs.slice(0, 200).flatMap((run) => Object.keys(run.config)));
  keys.delete('_wandb');
  const found = [
    buildTimeFieldOrNull(
      'displayName',
      runs.map((run) => run.displayName),
    ),
  ];
  for (const key of [...keys].toSorted()) {
    const cells = runs.map((run) => {
      const value = run.config[key];
      return typeof value === 'string' || typeof value === 'number' ? value : null;
    });
    found.push(buildTimeFieldOrNull(key, cells));
  }
  return found.filter((field) => field !== null && field.filled >= 0.5 * runs.length).filter((field) => field !== null);
}
