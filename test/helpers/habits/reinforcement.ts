import type { Habit, RowRecord, RunRecord } from './records.ts';
import {
  about,
  before,
  exactly,
  lengthOf,
  makeRun,
  maybe,
  ownSummary,
  round,
  startTimes,
  wallClock,
  writeTime,
} from './lab.ts';

const ENVS = ['HalfCheetah-v4', 'Hopper-v4', 'Walker2d-v4', 'Ant-v4', 'Humanoid-v4'];
const ALGOS = ['ppo', 'sac', 'td3', 'ddpg_tuned'];

/**
 * CleanRL's habit: run names `env__algo__seed__epoch`, several seeds in one second. The registry writes env without version,
 * the algorithm in capitals, local minutes, hours with two digits; half of the runs crashed and have no metrics.
 */
export const reinforcementLab: Habit = (random) => {
  const rows: RowRecord[] = [];
  const runs: RunRecord[] = [];
  let no = 100;
  for (const launch of startTimes(random, { from: '2024-01-15', days: 100, count: 110, burst: 2, gap: 900 })) {
    const [env, algo] = [random.pick(ENVS), random.pick(ALGOS)];
    const rate = random.pick([3e-4, 1e-3]);
    const atOnce = random.chance(0.5);
    for (let seed = 1; seed <= 4; seed++) {
      const start = launch + (atOnce ? random.between(0, 1.5) : seed * random.between(20, 40));
      no += random.integer(1, 2);
      const job = `job-${no}`;
      const crashed = random.chance(0.5);
      const length = crashed ? lengthOf(random, 5, 900) : lengthOf(random, 3000, 20_000);
      const last = 1500 + 900 * random.normal();
      const best = last + 200 * random.next();
      const local = start + wallClock(start, -8);
      const shownMinute = Math.floor(start / 60) * 60;
      const hours = round(length / 3600, 2);
      if (random.chance(0.85)) {
        const keepsSeed = random.chance(0.9);
        const keptLast = crashed ? null : maybe(random, 0.05, round(last, 1));
        rows.push({
          job,
          tells: {
            start: [shownMinute, shownMinute + 60],
            env,
            algo,
            seed: keepsSeed ? String(seed) : undefined,
            last: keptLast === null ? undefined : about(keptLast, 1),
            metrics: crashed ? 'none' : 'some',
            length: [hours * 3600 - 20, hours * 3600 + 20],
          },
          cells: {
            id: no,
            env: env.replace('-v4', ''),
            algo: algo.toUpperCase(),
            seed: keepsSeed ? seed : null,
            started: writeTime(local, 'YYYY-MM-DD HH:mm'),
            hours: hours,
            best_return: crashed ? null : round(best, 1),
            last_return: keptLast,
          },
        });
      }
      if (random.chance(0.12)) continue;
      const created = start + random.between(1, 6);
      runs.push({
        job,
        shows: {
          start: before(Math.floor(start), [0, 0]),
          env,
          algo,
          seed: String(seed),
          last: crashed ? undefined : exactly(last),
          metrics: crashed ? 'none' : 'some',
          length: [length - 1, length + 1],
        },
        run: makeRun(random, {
          created,
          ended: created + length,
          displayName: `${env}__${algo}__${seed}__${Math.floor(start)}`,
          state: crashed ? random.pick(['crashed', 'failed']) : 'finished',
          program: `cleanrl/${algo}.py`,
          config: {
            env_id: env,
            exp_name: algo,
            seed,
            learning_rate: rate,
            total_timesteps: 1_000_000,
            cuda: true,
            track: true,
            torch_deterministic: true,
          },
          summary: crashed
            ? random.chance(0.3)
              ? {}
              : { _runtime: length, _timestamp: created + length }
            : {
                ...ownSummary(created, created + length),
                'charts/episodic_return': last,
                'charts/SPS': random.integer(80, 400),
                global_step: 1_000_000,
              },
        }),
      });
    }
  }
  return {
    table: 'runs',
    columns:
      'id INTEGER PRIMARY KEY, env TEXT, algo TEXT, seed INTEGER, started TEXT, hours REAL, best_return REAL, last_return REAL',
    rows,
    runs,
  };
};
