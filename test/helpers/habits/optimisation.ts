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
  spread,
  startTimes,
  writeTime,
} from './lab.ts';

interface OptimisationOptions {
  /** Share of the true links that stand in the registry already. */
  readonly linked: number;
  readonly withoutRun: number;
  readonly withoutRow: number;
}

/**
 * Multi-objective design on cloud machines: synthetic names, instances named on one side and private addresses on the
 * other, eight tries of a proposal in one second, queues with a long tail.
 */
function optimisationLab({ linked, withoutRun, withoutRow }: OptimisationOptions): Habit {
  return (random) => {
    const rows: RowRecord[] = [];
    const runs: RunRecord[] = [];
    const instances = Array.from({ length: 14 }, (_item, at) => `i-0${(0x9e3_779b + at * 0x1f_123b).toString(16)}`);
    for (const launch of startTimes(random, { from: '2025-01-06', days: 70, count: 95, burst: 2, gap: 6000 })) {
      const [task, method] = [
        random.pick(['qed_sa', 'gsk3b', 'jnk3', 'drd2']),
        random.pick(['mgda', 'pcgrad', 'cagrad', 'epo']),
      ];
      const [batch, objectives] = [random.pick([32, 64, 96]), random.integer(2, 4)];
      const count = random.chance(0.3) ? 8 : random.integer(1, 3);
      for (let member = 0; member < count; member++) {
        const machine = random.integer(0, instances.length - 1);
        const length = lengthOf(random, 100, 20_000);
        const [volume, top] = [random.next() * objectives, random.next()];
        const failed = random.chance(0.2);
        const job = `run_${random.text(12, HEX)}`;
        const noted = Math.floor(launch + 0.1 * member);
        const seconds = round(length + random.between(10, 30), 1);
        const settings = JSON.stringify([task, method, batch]);
        if (!random.chance(withoutRow)) {
          const kept = {
            seconds: maybe(random, 0.15, seconds),
            objectives: maybe(random, 0.1, objectives),
            metrics: failed ? null : maybe(random, 0.1, { hypervolume: round(volume, 3), top1: round(top, 3) }),
          };
          rows.push({
            job,
            tells: {
              start: before(noted, [0, 0]),
              settings, // in the name
              objectives: kept.objectives === null ? undefined : String(objectives),
              machine: String(machine),
              length: kept.seconds === null ? undefined : [seconds - 30, seconds - 10],
              volume: kept.metrics === null ? undefined : about(kept.metrics.hypervolume, 3),
            },
            cells: {
              run_id: job,
              run_name: `${task}_bs${batch}_${method}_${instances[machine]!}`,
              status: 'not_running',
              created_at: writeTime(noted, 'YYYY-MM-DDTHH:mm:ss+00:00'),
              duration_seconds: kept.seconds,
              batch_size: maybe(random, 0.1, batch),
              gradient_method: maybe(random, 0.1, method),
              num_objectives: kept.objectives,
              final_metrics_json: kept.metrics === null ? null : JSON.stringify(kept.metrics),
              wandb_run_id: null,
            },
          });
        }
        if (random.chance(withoutRun)) continue;
        const created =
          launch + 5 + Math.min(1800, spread(random, 40) + (random.chance(0.1) ? spread(random, 500) : 0));
        runs.push({
          job,
          shows: {
            start: before(Math.floor(created), [5, 400]),
            settings,
            objectives: String(objectives),
            machine: String(machine),
            length: [length - 1, length + 1],
            volume: failed ? undefined : exactly(volume),
          },
          run: makeRun(random, {
            created,
            ended: created + length,
            state: failed ? 'crashed' : 'finished',
            host: `ip-172-31-${machine + 20}-${7 * machine + 3}`,
            config: {
              task,
              mtl: { method },
              batch_size: batch,
              objectives: ['qed', 'sa', 'sim', 'div'].slice(0, objectives),
            },
            summary: {
              ...(failed ? {} : { ...ownSummary(created, created + length), hv: volume, 'top_1/score': top }),
            },
          }),
        });
      }
    }
    return {
      table: 'training_runs',
      columns:
        'run_id TEXT PRIMARY KEY, run_name TEXT, status TEXT, created_at TEXT, duration_seconds REAL, batch_size INTEGER, gradient_method TEXT, num_objectives INTEGER, final_metrics_json TEXT, wandb_run_id TEXT',
      rows,
      runs,
      linked,
    };
  };
}

export const designLab = optimisationLab({ linked: 0, withoutRun: 0.15, withoutRow: 0.15 });
export const designLabHalfLinked = optimisationLab({ linked: 0.5, withoutRun: 0.15, withoutRow: 0.15 });
export const designLabOrphans = optimisationLab({ linked: 0, withoutRun: 0.6, withoutRow: 0.5 });
