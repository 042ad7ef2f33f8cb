import type { KnownLink, LinkageInput } from '../../../src/model/linkage.ts';
import { DEFAULT_LINKAGE_OPTIONS } from '../../../src/model/linkage.ts';
import type { Cell } from '../../../src/model/cell.ts';
import { EMPTY_IMAGE } from '../../../src/model/identity.ts';
import type { RegistryColumn, RegistryRow, RegistrySchema } from '../../../src/model/registry.ts';
import type { Run } from '../../../src/model/run.ts';
import { createRandom } from './random.ts';
import type { Random } from './random.ts';

/** What a world's lab does and what its registry keeps; everything has a default. */
export interface WorldKnobs {
  readonly rows: number;
  /** Share of rows whose run is not there, and of further runs (others' or never registered) per row. */
  readonly orphanRows: number;
  readonly orphanRuns: number;
  /** Distinct sweeps; each repeats its settings over seeds. */
  readonly sweeps: number;
  /** Seeds go into config and registry: most settings are then nearly unique. */
  readonly seeds: boolean;
  readonly naming: 'synthetic' | 'assignments' | 'typos' | 'none';
  readonly runNaming: 'generated' | 'same' | 'reordered' | 'method';
  /** Registry clock minus UTC, in minutes, by time. */
  readonly zone: (epochSeconds: number) => number;
  /** Clock errors: none, some that machines share, or one of its own for each machine. */
  readonly machineClocks: boolean | 'private';
  /** Seconds between row and run. */
  readonly delay: (random: Random) => number;
  readonly timeText: 'seconds' | 'minutes' | 'day' | 'epoch' | 'zoned' | 'none';
  /** Mean seconds between launches, and how many jobs start in the same second. */
  readonly gap: number;
  readonly batch: number;
  /** Share of launches that crash and are tried again with the same settings some minutes later. */
  readonly retries: number;
  readonly nightSyncs: number;
  readonly durations: 'seconds' | 'minutes' | 'none';
  readonly metricNoise: number;
  readonly metricDigits: number;
  readonly metrics: boolean;
  readonly settings: boolean;
  /** Share of cells missing at random, on both sides. */
  readonly missing: number;
  /** Share of runs that were uploaded twice, as exact copies. */
  readonly copies: number;
  /** Share of true pairs that are linked already. */
  readonly linked: number;
  /** The runs belong to another lab with the same habits. */
  readonly strangers: boolean;
  /** Column and key names: the same on both sides, or others with nested keys, strings and command lines. */
  readonly keys: 'same' | 'renamed';
  /** Further ranks of each launch that are runs as well. */
  readonly ranks: number;
  /** Registry keeps the end of a run only, not its start. */
  readonly endsOnly: boolean;
  /** Job numbers stand in the row's log path and in the run's config. */
  readonly jobIds: boolean;
}

export const PLAIN_WORLD: WorldKnobs = {
  rows: 400,
  orphanRows: 0.1,
  orphanRuns: 0.4,
  sweeps: 25,
  seeds: true,
  naming: 'synthetic',
  runNaming: 'generated',
  zone: () => 120,
  machineClocks: false,
  delay: (random) => 3 + 20 * random.next() ** 2,
  timeText: 'seconds',
  gap: 1800,
  batch: 1,
  retries: 0.1,
  nightSyncs: 0,
  durations: 'seconds',
  metricNoise: 0,
  metricDigits: 4,
  metrics: true,
  settings: true,
  missing: 0.03,
  copies: 0,
  linked: 0,
  strangers: false,
  keys: 'same',
  ranks: 0,
  endsOnly: false,
  jobIds: false,
};

export interface World {
  readonly input: LinkageInput;
  /** Run id by key text, for rows whose run is in the input. */
  readonly truth: ReadonlyMap<string, string>;
}

/** What really happened: one process on one machine. */
export interface Job {
  readonly name: string;
  readonly jobId: number;
  readonly settings: Readonly<Record<string, string | number>>;
  readonly machine: string;
  readonly clockError: number;
  readonly start: number;
  readonly length: number;
  readonly crashed: boolean;
  readonly metrics: Readonly<Record<string, number>>;
}

const TASKS = ['deco_hop', 'ranolazine', 'perindopril', 'zaleplon', 'sitagliptin', 'median_1', 'osimertinib'] as const;
const METHODS = ['mgda', 'pcgrad', 'cagrad', 'nash', 'weighted_sum', 'imtl'] as const;
const HEX = '0123456789abcdef';
const BASE36 = '0123456789abcdefghijklmnopqrstuvwxyz';

/** Builds a registry and a project of which the truth is known. */
export function buildWorld(knobs: WorldKnobs, seed: number): World {
  const random = createRandom(seed * 7919 + 13);
  const jobs = runLab(knobs, random);
  const runJobs = knobs.strangers ? runLab(knobs, createRandom(seed * 7919 + 5003)) : jobs;
  const rowJobs = jobs.filter((job) => job.registered);
  const rows = rowJobs.map(({ job }, index) => buildRow(knobs, { job, index, random }));
  const runs: Run[] = [];
  const truth = new Map<string, string>();
  const registered = new Map(rowJobs.map(({ job }, index) => [job, rows[index]!.keyText]));
  for (const { job, uploaded } of runJobs) {
    if (!uploaded) continue;
    const run = buildRun(knobs, { job, random });
    runs.push(run);
    const keyText = registered.get(job);
    if (keyText !== undefined && !knobs.strangers) truth.set(keyText, run.runId);
    if (knobs.ranks > 0 && random.chance(RANKED_LAUNCHES)) runs.push(...otherRanks(knobs.ranks, run, random));
    if (random.chance(knobs.copies))
      runs.push({ ...run, runId: random.text(8, BASE36), storageId: run.storageId + 'c' });
  }
  const linked: KnownLink[] = [...truth]
    .filter(() => random.chance(knobs.linked))
    .map(([keyText, wandbRunId]) => ({ keyText, wandbRunId }));
  for (const { keyText } of linked) truth.delete(keyText);
  return {
    input: {
      schema: schemaOf(knobs, rows),
      rows,
      runs: random.shuffle(runs),
      linked,
      rejected: [],
      options: DEFAULT_LINKAGE_OPTIONS,
    },
    truth,
  };
}

/** Share of the launches without a rank check. */
const RANKED_LAUNCHES = 0.3;

/** Runs of the same name, settings and second; only the first rank logs metrics. */
function otherRanks(ranks: number, main: Run, random: Random): Run[] {
  const bookkeeping = Object.fromEntries(Object.entries(main.summary).filter(([key]) => key.startsWith('_')));
  return Array.from({ length: ranks - 1 }, () => {
    const runId = random.text(8, BASE36);
    return { ...main, runId, storageId: `run:${runId}`, summary: bookkeeping };
  });
}

interface LabJob {
  readonly job: Job;
  readonly registered: boolean;
  readonly uploaded: boolean;
}

/** What a lab holds before its first job: sweeps that jobs draw their settings from, and machines with their clocks. */
export interface Lab {
  readonly sweeps: readonly Readonly<Record<string, string | number>>[];
  readonly machines: readonly { readonly name: string; readonly clockError: number }[];
}

/** The lab whose registry `buildWorld` builds of the same knobs and seed. */
export function labOf(knobs: WorldKnobs, seed: number): Lab {
  return drawLab(knobs, createRandom(seed * 7919 + 13));
}

function drawLab(knobs: WorldKnobs, random: Random): Lab {
  const sweeps = Array.from({ length: knobs.sweeps }, () => ({
    task: random.pick(TASKS),
    gradient_method: random.pick(METHODS),
    batch_size: random.pick([32, 64, 96, 128, 256]),
    lr: random.pick([0.001, 0.0003, 0.0001, 0.003]),
    num_objectives: random.integer(2, 4),
  }));
  const machines = Array.from({ length: 12 }, () => ({
    name: `i-0${random.text(6, HEX)}`,
    clockError: clockErrorOf(knobs, random),
  }));
  return { sweeps, machines };
}

function runLab(knobs: WorldKnobs, random: Random): LabJob[] {
  const { sweeps, machines } = drawLab(knobs, random);
  const jobs: LabJob[] = [];
  let now = 1_700_000_000 + random.integer(0, 86_400);
  let registered = 0;
  while (registered < knobs.rows) {
    now += Math.round(-Math.log(1 - random.next()) * knobs.gap * knobs.batch) + 1;
    const sweep = random.pick(sweeps);
    for (let member = 0; member < knobs.batch && registered < knobs.rows; member++) {
      let start = now;
      for (let retry = 0; retry < 4; retry++) {
        const crashed = random.chance(knobs.retries);
        const job = runJob({ sweep, machine: random.pick(machines), start, crashed, seed: member }, knobs, random);
        const isRow = random.next() >= knobs.orphanRuns / (1 + knobs.orphanRuns);
        const uploaded = !isRow || !random.chance(knobs.orphanRows);
        jobs.push({ job, registered: isRow, uploaded });
        if (isRow) registered++;
        if (!crashed || registered >= knobs.rows) break;
        start += Math.round(job.length + random.between(240, 600));
      }
    }
  }
  return jobs;
}

function clockErrorOf({ machineClocks }: WorldKnobs, random: Random): number {
  if (machineClocks === 'private') return random.integer(-40_000, 40_000);
  return machineClocks ? random.pick([0, 3600, -3600, -25_200, 437, -1203, 71, -8]) : 0;
}

interface Launch {
  readonly sweep: Readonly<Record<string, string | number>>;
  readonly machine: { readonly name: string; readonly clockError: number };
  readonly start: number;
  readonly crashed: boolean;
  readonly seed: number;
}

function runJob(launch: Launch, knobs: WorldKnobs, random: Random): Job {
  const { sweep, machine, start, crashed } = launch;
  const settings = knobs.seeds ? { ...sweep, seed: random.integer(0, 40) } : sweep;
  const length = crashed ? random.between(5, 200) : Math.exp(random.between(4, 10));
  const level = random.next();
  const metrics: Record<string, number> = crashed
    ? {}
    : {
        objective_COMT: level + 0.05 * random.normal(),
        hypervolume: 3 * level ** 2 + 0.2 * random.next(),
        loss: Math.exp(-2 * level + 0.3 * random.normal()),
      };
  const name = `${sweep['task']}_bs${sweep['batch_size']}_${sweep['gradient_method']}_${machine.name}`;
  const jobId = random.integer(1_000_000, 9_999_999);
  return {
    name,
    jobId,
    settings,
    machine: machine.name,
    clockError: machine.clockError,
    start,
    length,
    crashed,
    metrics,
  };
}

function buildRow(knobs: WorldKnobs, source: { job: Job; index: number; random: Random }): RegistryRow {
  const { job, index, random } = source;
  const keyText = `row-${String(index).padStart(6, '0')}`;
  const keep = <T extends Cell>(cell: T): T | null => (random.chance(knobs.missing) ? null : cell);
  const values: Record<string, Cell> = { run_id: keyText, wandb_run_id: null, wandb_url: null };
  values['run_name'] = rowName(knobs, job, random);
  values['status'] = 'not_running';
  const written = (seconds: number): Cell => writeTime(knobs, seconds + job.clockError + 60 * knobs.zone(seconds));
  values[knobs.endsOnly ? 'finished_at' : 'created_at'] = keep(
    written(job.start + (knobs.endsOnly ? job.length + 4 : 0)),
  );
  if (knobs.jobIds) values['log_path'] = `/logs/train-${job.jobId}.out`;
  values['duration_seconds'] = keep(writeDuration(knobs, job, random));
  if (knobs.settings) {
    for (const [key, value] of Object.entries(job.settings)) values[columnName(knobs, key)] = keep(cellOf(value));
  }
  values['final_metrics_json'] = knobs.metrics ? keep(writeMetrics(knobs, job, random)) : null;
  return {
    key: keyText,
    keyText,
    identity: { ...EMPTY_IMAGE, run_name: values['run_name'], status: 'not_running' },
    values,
  };
}

function cellOf(value: string | number): Cell {
  return typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : value;
}

function rowName(knobs: WorldKnobs, job: Job, random: Random): string | null {
  if (knobs.naming === 'none') return null;
  if (knobs.naming === 'assignments') {
    return Object.entries(job.settings)
      .map(([key, value]) => `${key}=${value}`)
      .join('-');
  }
  if (knobs.naming === 'typos' && random.chance(0.3)) {
    const at = random.integer(1, job.name.length - 3);
    return job.name.slice(0, at) + job.name[at + 1] + job.name[at] + job.name.slice(at + 2);
  }
  return job.name;
}

function writeTime(knobs: WorldKnobs, seconds: number): Cell {
  const text = new Date(seconds * 1000).toISOString();
  switch (knobs.timeText) {
    case 'none':
      return null;
    case 'day':
      return text.slice(0, 10);
    case 'minutes':
      return `${text.slice(0, 16).replace('T', ' ')}:00`;
    case 'epoch':
      return BigInt(Math.round(seconds - 60 * knobs.zone(seconds)));
    case 'zoned':
      return new Date((seconds - 60 * knobs.zone(seconds)) * 1000).toISOString();
    default:
      return text.slice(0, 19).replace('T', ' ');
  }
}

function writeDuration(knobs: WorldKnobs, job: Job, random: Random): Cell {
  if (knobs.durations === 'none') return null;
  const seconds = job.length + random.between(2, 6);
  return knobs.durations === 'minutes' ? 60 * Math.round(seconds / 60) : Math.round(seconds * 10) / 10;
}

function writeMetrics(knobs: WorldKnobs, job: Job, random: Random): Cell {
  const entries = Object.entries(job.metrics).map(([key, value]) => {
    const noisy = value * (1 + knobs.metricNoise * random.normal());
    return [key, Number(noisy.toFixed(knobs.metricDigits))];
  });
  return entries.length === 0 ? null : JSON.stringify(Object.fromEntries(entries));
}

function buildRun(knobs: WorldKnobs, source: { job: Job; random: Random }): Run {
  const { job, random } = source;
  const start = job.start + knobs.delay(random);
  const isLate = random.chance(knobs.nightSyncs);
  const created = isLate ? start + random.between(4, 14) * 3600 : start;
  const end = start + job.length;
  const keep = (record: Readonly<Record<string, string | number>>): Record<string, string | number> =>
    Object.fromEntries(Object.entries(record).filter(() => !random.chance(knobs.missing)));
  const runId = random.text(8, BASE36);
  return {
    storageId: `run:${runId}`,
    runId,
    displayName: runName(knobs, job, random),
    state: job.crashed ? 'crashed' : 'finished',
    createdAt: Math.floor(created) * 1000,
    heartbeatAt: Math.floor(Math.max(created + 5, isLate ? created + 60 : end)) * 1000,
    group: null,
    jobType: null,
    sweepName: null,
    tags: [],
    notes: null,
    host: `ip-${job.machine.slice(2)}`,
    user: 'ana',
    commit: null,
    program: 'train.py',
    ...runSettings(knobs, job, knobs.settings ? keep(job.settings) : {}),
    summary: {
      ...(knobs.metrics ? renameMetrics(knobs, keep(job.metrics)) : {}),
      ...(random.chance(0.9) ? { _runtime: job.length, _timestamp: end, _step: random.integer(10, 5000) } : {}),
    },
  };
}

const COLUMNS: Readonly<Record<string, string>> = {
  batch_size: 'bs',
  lr: 'step',
  gradient_method: 'alg',
  task: 'goal',
};

/** The registry's column of a setting. */
export function columnName({ keys }: WorldKnobs, key: string): string {
  return keys === 'renamed' ? (COLUMNS[key] ?? key) : key;
}

function renameMetrics(
  { keys }: WorldKnobs,
  metrics: Readonly<Record<string, string | number>>,
): Record<string, string | number> {
  if (keys === 'same') return metrics;
  return Object.fromEntries(
    Object.entries(metrics).map(([key, value]) => [`final/${key.slice(-4).toUpperCase()}`, value]),
  );
}

/** Renamed: half of the runs keep their settings nested and as text, the others on the command line. */
function runSettings(
  knobs: WorldKnobs,
  job: Job,
  settings: Readonly<Record<string, string | number>>,
): Pick<Run, 'args' | 'config'> {
  const launch = knobs.jobIds ? { launch: `slurm job ${job.jobId} on gpu` } : {};
  if (knobs.keys === 'same') return { args: [], config: { ...settings, ...launch } };
  const renamed = Object.entries(settings).map(([key, value]) => [`${key.slice(0, 3)}Opt`, String(value)] as const);
  if (job.jobId % 2 === 0) return { args: renamed.map(([key, value]) => `--train.${key}=${value}`), config: launch };
  return { args: [], config: { train: Object.fromEntries(renamed), ...launch } };
}

function runName(knobs: WorldKnobs, job: Job, random: Random): string {
  switch (knobs.runNaming) {
    case 'same':
      return job.name;
    case 'reordered':
      return job.name.split('_').toReversed().join('-').toUpperCase();
    case 'method':
      return String(job.settings['gradient_method']);
    default:
      return `${random.pick(['glowing', 'brisk', 'sweet', 'misty'])}-${random.pick(['sun', 'lake', 'fog'])}-${random.integer(1, 900)}`;
  }
}

const IDENTITY = {
  wandb_run_id: 'wandb_run_id',
  wandb_url: 'wandb_url',
  run_name: 'run_name',
  status: 'status',
} as const;

export function schemaOf(knobs: Pick<WorldKnobs, 'timeText'>, rows: readonly RegistryRow[]): RegistrySchema {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row.values)))];
  const has = (name: string): string | null => (names.includes(name) ? name : null);
  const known = new Set([
    ...Object.values(IDENTITY),
    'run_id',
    'created_at',
    'finished_at',
    'duration_seconds',
    'final_metrics_json',
  ]);
  return {
    table: 'training_runs',
    key: 'run_id',
    identity: { ...IDENTITY, started_at: has('started_at') },
    createdAt: knobs.timeText === 'none' ? null : has('created_at'),
    finishedAt: has('finished_at'),
    durationSeconds: has('duration_seconds'),
    finalMetrics: names.filter((name) => name === 'final_metrics_json'),
    hyperparameters: names.filter((name) => !known.has(name)),
    columns: names.map(columnOf),
    statusWords: { running: 'running', not_running: 'not_running' },
    oddities: [],
    schemaHash: '0'.repeat(64),
    evidence: {},
  };
}

function columnOf(name: string): RegistryColumn {
  return {
    name,
    declaredType: 'TEXT',
    kind: 'text',
    timeFormat: null,
    generated: false,
    notNull: false,
    filled: 0,
    sampled: 0,
    distinct: 0,
    example: null,
  };
}
