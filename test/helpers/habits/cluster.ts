import type { Habit, RowRecord, RunRecord } from './records.ts';
import {
  about,
  before,
  exactly,
  HEX,
  lengthOf,
  makeRun,
  maybe,
  ownSummary,
  round,
  startTimes,
  wallClock,
  writeTime,
} from './lab.ts';
import { spread } from './lab.ts';

const DATASETS = ['cifar10', 'cifar100', 'svhn', 'tiny-imagenet'];
const MODELS = ['resnet18', 'resnet50', 'vit_s', 'convnext_t'];

interface ClusterOptions {
  /** Whether job numbers stand in the run: in the client's record of the scheduler, or on the command line. */
  readonly jobNumbers: boolean;
}

/**
 * Slurm arrays: the key is `array_task`, the row keeps the job's end on the head node's clock, minutes, accuracy in percent
 * and the path of the log. Compute nodes are offline, so runs appear when the job has ended, 1 to 15 minutes late.
 */
function clusterLab({ jobNumbers }: ClusterOptions): Habit {
  return (random) => {
    const rows: RowRecord[] = [];
    const runs: RunRecord[] = [];
    let array = 4_410_000;
    for (const submitted of startTimes(random, { from: '2024-03-10', days: 45, count: 48, burst: 1.5, gap: 1200 })) {
      array += random.integer(20, 900);
      const [dataset, model] = [random.pick(DATASETS), random.pick(MODELS)];
      const tasks = random.integer(4, 14);
      for (let task = 0; task < tasks; task++) {
        const start = submitted + spread(random, 1800);
        const failed = random.chance(0.15);
        const length = failed ? random.between(10, 240) : lengthOf(random, 900, 12_000);
        const end = start + length;
        const accuracy = 0.6 + 0.3 * random.next();
        const job = `${array}_${task}`;
        const rate = [0.1, 0.03, 0.01, 0.003][task % 4] ?? 0.1;
        const ended = Math.floor(end + random.between(0, 5));
        if (random.chance(0.9)) {
          const keptModel = maybe(random, 0.08, model);
          const kept = failed ? null : maybe(random, 0.05, round(100 * accuracy, 2));
          rows.push({
            job,
            tells: {
              end: before(ended, [0, 5]),
              job: job,
              dataset,
              model: keptModel ?? undefined,
              metric: kept === null ? undefined : about(kept / 100, 4),
              failed: String(failed),
              length: [60 * Math.floor(length / 60) - 1, 60 * Math.floor(length / 60) + 61],
            },
            cells: {
              job,
              dataset,
              model: keptModel,
              ended: writeTime(ended + wallClock(ended, 1), 'YYYY-MM-DDTHH:mm:ss'),
              elapsed_min: Math.floor(length / 60),
              top1: kept,
              log: `/scratch/proj/logs/slurm-${job}.out`,
              exit_state: failed ? 'FAILED' : 'COMPLETED',
            },
          });
        }
        if (random.chance(0.15)) continue;
        const created = end + Math.min(900, 60 + spread(random, 240));
        const isNewClient = jobNumbers && random.chance(0.5);
        const hasArgs = jobNumbers && !isNewClient && random.chance(0.6);
        const recorded = {
          args: [`--data=${dataset}`],
          slurm: {
            job_id: String(array + task + 1),
            array_job_id: String(array),
            array_task_id: String(task),
            cpus_per_task: '8',
          },
        };
        const keepsTimes = random.chance(0.8);
        runs.push({
          job,
          shows: {
            end: keepsTimes ? [end - 1, end + 1] : [Math.floor(created) - 900, Math.floor(created) - 59],
            job: isNewClient || hasArgs ? job : undefined,
            dataset,
            model,
            metric: failed ? undefined : exactly(accuracy),
            failed: String(failed),
            length: keepsTimes ? [length - 1, length + 1] : undefined,
          },
          run: makeRun(random, {
            created,
            ended: created + random.between(3, 30),
            displayName: `${model}-${dataset}`,
            state: failed ? 'failed' : 'finished',
            host: `node${String(random.integer(1, 40)).padStart(3, '0')}`,
            args: hasArgs ? ['--data', dataset, '--job', job, '--arch', model] : [],
            config: {
              data: { name: dataset, workers: 8 },
              arch: model,
              optimizer: { lr: rate, momentum: 0.9, nesterov: true },
              ...(isNewClient ? { _wandb: { e: { [random.text(16, HEX)]: recorded } } } : {}),
            },
            summary: {
              ...(keepsTimes ? ownSummary(start, end) : {}),
              ...(failed ? {} : { 'val/acc': accuracy, 'val/loss': 2 - 1.5 * accuracy + 0.1 * random.next() }),
            },
          }),
        });
      }
    }
    return {
      table: 'jobs',
      columns:
        'job TEXT PRIMARY KEY, dataset TEXT, model TEXT, ended TEXT, elapsed_min INTEGER, top1 REAL, log TEXT, exit_state TEXT',
      rows,
      runs,
    };
  };
}

export const slurmLab = clusterLab({ jobNumbers: true });
export const slurmLabWithoutNumbers = clusterLab({ jobNumbers: false });

/**
 * Launches without a rank check: 2 to 8 runs with one name, configuration and second, of which one has metrics; in a
 * tenth of the launches all ranks have the same. The row is the launch's.
 */
export const ranksLab: Habit = (random) => {
  const rows: RowRecord[] = [];
  const runs: RunRecord[] = [];
  for (const start of startTimes(random, { from: '2024-05-01', days: 40, count: 170, burst: 2, gap: 400 })) {
    const job = `${random.text(8, HEX)}-${random.text(4, HEX)}`;
    const name = `gpt-${random.pick(['125m', '350m', '760m'])}-${random.pick(['rope', 'alibi', 'nope'])}`;
    const world = random.pick([2, 4, 8]);
    const length = lengthOf(random, 200, 40_000);
    const loss = 2.4 + 0.5 * random.normal();
    const rate = random.pick([6e-4, 3e-4, 1e-4]);
    const allAlike = random.chance(0.1);
    if (random.chance(0.85)) {
      const noted = Math.floor(start + random.between(0, 3));
      const keptLoss = maybe(random, 0.1, round(loss, 3));
      rows.push({
        job,
        tells: {
          start: before(noted, [0, 3]),
          name,
          loss: keptLoss === null ? undefined : about(keptLoss, 3),
          rank: '0',
        },
        cells: {
          uid: job,
          name,
          created_at: writeTime(noted, 'YYYY-MM-DDTHH:mm:ssZ'),
          world_size: maybe(random, 0.1, world),
          lr: maybe(random, 0.1, rate),
          final_loss: keptLoss,
          ppl: maybe(random, 0.1, round(Math.exp(loss), 1)),
        },
      });
    }
    if (random.chance(0.12)) continue;
    const created = start + random.between(4, 12);
    const main = random.integer(0, world - 1);
    for (let rank = 0; rank < world; rank++) {
      const own = created + random.between(0, 0.8);
      const hasMetrics = allAlike || rank === main;
      runs.push({
        job: rank === main ? job : null,
        shows: {
          start: before(Math.floor(own), [4, 13]),
          name,
          loss: hasMetrics ? exactly(loss) : undefined,
          rank: allAlike || rank === main ? '0' : String(rank + 1),
        },
        run: makeRun(random, {
          created: own,
          ended: own + length + random.between(0, 3),
          displayName: name,
          state: length < 400 ? 'crashed' : 'finished',
          host: 'dgx1',
          config: { model: { name: name.split('-')[1] ?? '', pos: name.split('-')[2] ?? '' }, lr: rate, nproc: world },
          summary: {
            _runtime: length,
            _timestamp: own + length,
            ...(hasMetrics ? { 'train/loss': loss, 'train/ppl': Math.exp(loss), _step: 4000 } : {}),
          },
        }),
      });
    }
  }
  return {
    table: 'launches',
    columns: 'uid TEXT PRIMARY KEY, name TEXT, created_at TEXT, world_size INTEGER, lr REAL, final_loss REAL, ppl REAL',
    rows,
    runs,
  };
};
