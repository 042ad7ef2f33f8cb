import type { JsonObject, JsonValue } from '../../../src/model/json.ts';
import type { Run } from '../../../src/model/run.ts';
import type { Dice } from './dice.ts';

export type Scalar = string | number | boolean;

/** A metric over the run: what a lab keeps of it differs. */
export interface Course {
  readonly last: number;
  readonly best: number;
  readonly mean: number;
}

/** One execution as it truly was. Times are epoch milliseconds UTC. */
export interface Launch {
  readonly settings: Readonly<Record<string, Scalar>>;
  readonly launchedAt: number;
  /** Seconds from the launch to the run's start. */
  readonly wait: number;
  readonly seconds: number;
  /** Empty where the execution crashed before it measured anything. */
  readonly scores: Readonly<Record<string, Course>>;
  readonly host: string;
  readonly state: string;
}

/** A launch with its run: what W&B shows of it is all that a person can go by. */
export interface Job extends Launch {
  readonly runId: string;
  /** The settings that the run shows somewhere. */
  readonly seen: Readonly<Record<string, Scalar>>;
  /** The start that the run shows; null where it shows only when it was synced. */
  readonly seenStart: number | null;
  readonly seenSeconds: number | null;
  readonly seenScores: Readonly<Record<string, number>>;
  readonly run: Run;
}

/** How a project records its runs. */
export interface Project {
  /** Config path of a setting, dots nest; a setting without one keeps its name, null hides it. */
  readonly paths?: Readonly<Record<string, string | null>>;
  readonly metricPaths?: Readonly<Record<string, string>>;
  readonly nameOf?: (launch: Launch, no: number) => string | null;
  /** What stands in every config beside the settings. */
  readonly extras?: (launch: Launch, dice: Dice) => JsonObject;
  /** Shares of runs without config, without summary, without `_timestamp` and `_runtime`. */
  readonly noConfig?: number;
  readonly noSummary?: number;
  readonly noClock?: number;
  /** When W&B made the run, where that isn't the start. */
  readonly syncedAt?: (launch: Launch, dice: Dice) => number;
  readonly showsHost?: boolean;
  /** Settings as command line flags, as well as in the config. */
  readonly flags?: boolean;
  readonly about?: (launch: Launch, dice: Dice) => Partial<Run>;
}

export function recordJobs(launches: readonly Launch[], project: Project, dice: Dice): Job[] {
  return launches
    .toSorted((a, b) => a.launchedAt + a.wait * 1000 - (b.launchedAt + b.wait * 1000))
    .map((launch, at) => recordJob(launch, at + 1, { project, dice }));
}

function recordJob(launch: Launch, no: number, { project, dice }: { project: Project; dice: Dice }): Job {
  const start = launch.launchedAt + launch.wait * 1000;
  const runId = dice.token(8);
  const showsConfig = !dice.chance(project.noConfig ?? 0);
  const showsSummary = !dice.chance(project.noSummary ?? 0);
  const showsClock = showsSummary && !dice.chance(project.noClock ?? 0);
  const synced = project.syncedAt?.(launch, dice);
  const createdAt = Math.floor((synced ?? start + dice.between(0, 2000)) / 1000) * 1000;
  const seen = showsConfig || project.flags === true ? visibleSettings(launch, project) : {};
  const last = Object.fromEntries(Object.entries(launch.scores).map(([name, course]) => [name, course.last]));
  const config = showsConfig ? { ...project.extras?.(launch, dice), ...configOf(launch, project) } : {};
  const run: Run = {
    storageId: `UnVuOnYxOj${runId}`,
    runId,
    displayName: project.nameOf?.(launch, no) ?? autoName(dice, no),
    state: launch.state,
    createdAt,
    heartbeatAt: Math.max(createdAt, Math.floor(start + launch.seconds * 1000)),
    group: null,
    jobType: null,
    sweepName: null,
    tags: [],
    notes: null,
    host: project.showsHost === true ? launch.host : null,
    user: 'lab',
    commit: null,
    program: 'train.py',
    args: project.flags === true ? flagsOf(launch) : [],
    ...project.about?.(launch, dice),
    config,
    summary: {
      ...(showsSummary ? summaryOf(last, project) : {}),
      ...(showsClock ? clockOf(start, launch.seconds) : {}),
    },
  };
  return {
    ...launch,
    runId,
    seen,
    seenStart: synced === undefined || showsClock ? start : null,
    seenSeconds: showsClock || synced === undefined ? launch.seconds : null,
    seenScores: showsSummary ? last : {},
    run,
  };
}

/** The same job under another run: a copy, a rank, a second listing. */
export function twinOf(job: Job, dice: Dice, changes: Partial<Run> = {}): Job {
  const runId = dice.token(8);
  return { ...job, runId, run: { ...job.run, storageId: `UnVuOnYxOj${runId}`, ...changes, runId } };
}

function visibleSettings({ settings }: Launch, { paths = {} }: Project): Record<string, Scalar> {
  return Object.fromEntries(Object.entries(settings).filter(([name]) => paths[name] !== null));
}

function configOf(launch: Launch, project: Project): JsonObject {
  return nest(
    Object.entries(visibleSettings(launch, project)).map(([name, value]) => [project.paths?.[name] ?? name, value]),
  );
}

function summaryOf(last: Readonly<Record<string, number>>, { metricPaths = {} }: Project): JsonObject {
  return Object.fromEntries(Object.entries(last).map(([name, value]) => [metricPaths[name] ?? name, value]));
}

function clockOf(start: number, seconds: number): JsonObject {
  return {
    _timestamp: start / 1000 + seconds,
    _runtime: seconds,
    _step: Math.round(seconds),
    _wandb: { runtime: Math.round(seconds) },
  };
}

function flagsOf({ settings }: Launch): string[] {
  return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
}

/** `optim.lr` = 0.1 → `{optim: {lr: 0.1}}`. */
function nest(entries: readonly (readonly [string, JsonValue])[]): JsonObject {
  const root: Record<string, JsonValue> = {};
  for (const [path, value] of entries) {
    const parts = path.split('.');
    let node = root;
    for (const part of parts.slice(0, -1)) node = (node[part] ??= {}) as Record<string, JsonValue>; // made right here
    node[parts.at(-1)!] = value;
  }
  return root;
}

const ADJECTIVES = ['lucky', 'autumn', 'dry', 'fallen', 'glowing', 'misty', 'swift', 'vivid', 'wild', 'zesty'] as const;
const NOUNS = ['night', 'river', 'sky', 'lake', 'meadow', 'moon', 'forest', 'shape', 'wave', 'terrain'] as const;

/** What W&B calls a run that nobody named: the number counts the project's runs. */
function autoName(dice: Dice, no: number): string {
  return `${dice.pick(ADJECTIVES)}-${dice.pick(NOUNS)}-${no}`;
}
