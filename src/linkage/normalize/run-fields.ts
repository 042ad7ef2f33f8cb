import type { Run } from '../../model/run.ts';
import { parseArgs } from './args.ts';
import { createFieldCollector } from './fields.ts';
import type { Field, FieldWriter } from './fields.ts';
import { flattenJson } from './flatten.ts';
import { withLists } from './lists.ts';
import { findNumberedWords, NameFields } from './name-fields.ts';
import type { NameWords } from './name-words.ts';
import { buildTimeFieldOrNull } from './times.ts';
import type { TimeField } from './times.ts';
import { normalizeText } from './values.ts';
import type { ValueEncoder } from './values.ts';

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
  /** The words of the display names. */
  readonly names: readonly NameWords[];
  readonly times: RunTimes;
  readonly lengths: RunLengths;
}

interface RunReading {
  statusOf(run: Run): string | null;
  /** Whether the month in which a run began is a field: registries that note it note no other time. */
  readonly withMonths: boolean;
}

/** The field of the month in which a run began, UTC: `2025-12`. */
export const START_MONTH = 'month of start';

export function readRunFields(
  runs: readonly Run[],
  values: ValueEncoder,
  { statusOf, withMonths }: RunReading,
): RunFields {
  const fields = createFieldCollector(runs.length);
  const reader: RunReader = {
    values,
    config: fields.writersOf('config'),
    args: fields.writersOf('args'),
    summary: fields.writersOf('summary'),
    own: fields.writersOf('run'),
    names: new NameFields({ fields, values }, 'displayName', findNumberedWords(namesOf(runs))),
  };
  for (const [index, run] of runs.entries()) {
    readRun(reader, { run, index, status: statusOf(run) });
    if (withMonths)
      reader.own(START_MONTH).add(index, values.encode(new Date(run.createdAt).toISOString().slice(0, 7)));
  }
  const number = (read: (run: Run) => number | null): Float64Array =>
    Float64Array.from(runs, (run) => read(run) ?? Number.NaN);
  return {
    fields: fields.build(values),
    names: [reader.names.words],
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

function namesOf(runs: readonly Run[]): string[] {
  return runs.flatMap(({ displayName }) => (displayName === null ? [] : [displayName]));
}

/** Gives fields by their names. */
type Writers = (name: string) => FieldWriter;

interface RunReader {
  readonly values: ValueEncoder;
  readonly config: Writers;
  readonly args: Writers;
  readonly summary: Writers;
  readonly own: Writers;
  readonly names: NameFields;
}

/** `exp-41`, `seed:3`, `data=web`. */
const TELLING_TAG = /^([a-z_]+)(?:[\s_#-]*(?=\d+$)|[:=]\s*)(.+)$/;

function readRun(
  reader: RunReader,
  { run, index, status }: { readonly run: Run; readonly index: number; readonly status: string | null },
): void {
  const { values, config, args, summary, own } = reader;
  const visitConfig = withLists((path, scalar) => config(path).add(index, values.encode(scalar)));
  flattenJson(run.config, visitConfig);
  const visitArgs = withLists((path, scalar) => args(path).add(index, values.encode(scalar)));
  for (const [key, value] of parseArgs(run.args)) visitArgs(key, value);
  flattenJson(run.summary, (path, scalar) => {
    if (!path.startsWith('_') && !path.endsWith('.length')) summary(path).add(index, values.encode(scalar));
  });
  const add = (name: string, value: unknown): void => own(name).add(index, values.encode(value));
  add('group', run.group);
  add('jobType', run.jobType);
  add('sweep', run.sweepName);
  add('host', run.host);
  add('user', run.user);
  add('program', run.program?.split('/').at(-1));
  add('commit', run.commit);
  add('state', run.state);
  add('status', status);
  const tags = run.tags.toSorted();
  add('tags', tags.join(' '));
  for (const tag of tags) {
    const [, word, value] = TELLING_TAG.exec(normalizeText(tag)) ?? [];
    if (word !== undefined) add(`tags.${word}`, value);
  }
  add('displayName', run.displayName);
  if (run.displayName !== null) reader.names.add(index, run.displayName);
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
