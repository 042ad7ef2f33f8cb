import { filler, moment, setting, skewDelay, sometimes } from '../columns.ts';
import type { Column } from '../columns.ts';
import { recordJobs } from '../job.ts';
import type { Job } from '../job.ts';
import { burstsOf, byStart, courseOf, splitJobs } from '../labour.ts';
import { at, NAIVE, UTC } from '../times.ts';
import type { LabRecipe } from '../world.ts';
import { figure, fixed, launch, NEVER, same, significant, told } from './parts.ts';

/** Physics: residuals and energies over many orders of magnitude, three significant digits, no time at all. */
export const magnitudes: LabRecipe = (dice) => {
  const exact: Readonly<Record<string, number>> = { LiH: -8.07, N2: -109.54, H2O: -76.43, C6H6: -232.2 };
  const launches = Array.from({ length: 140 }, (_item, no) => {
    const system = dice.pick(Object.keys(exact));
    return launch({
      settings: {
        system,
        ansatz: dice.pick(['ferminet', 'paulinet']),
        walkers: dice.pick([512, 1024, 4096]),
      },
      launchedAt: at('2025-02-01T00:00:00Z') + no * dice.between(2, 5) * 3_600_000,
      seconds: dice.logBetween(3000, 60_000),
      scores: {
        energy: courseOf(dice, exact[system]! + Math.abs(dice.normal(0, 0.05)), -0.001),
        variance: courseOf(dice, dice.logBetween(1e-9, 1e-3), -1e-10),
        accepted: courseOf(dice, dice.whole(200_000, 900_000), 5),
      },
    });
  });
  const jobs = recordJobs(
    launches,
    { metricPaths: { energy: 'E_mean', variance: 'E_var', accepted: 'mcmc/accepted' } },
    dice,
  );
  return {
    table: 'vmc',
    columns: [
      filler('calc', 'TEXT', (_job, own) => own.hex(10)),
      setting('mol', 'system'),
      sometimes(0.4, setting('ansatz', 'ansatz')),
      sometimes(0.1, figure('energy_ha', 'energy', { spell: significant(5), grain: 0.01 })),
      sometimes(0.2, figure('var', 'variance', { spell: (value) => value.toExponential(1), type: 'TEXT' })),
      sometimes(0.6, figure('acc_moves', 'accepted', { spell: significant(2), grain: 0.02 })),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.15, noRun: 0.15 }),
  };
};

/** What was not known was filled in: -1, 9999, "n/a", "TBD", the first second of 1970. */
export const sentinels: LabRecipe = (dice) => {
  const times = burstsOf(dice, {
    from: at('2025-06-09T08:00:00Z'),
    count: 210,
    size: [2, 9],
    step: [20, 900],
    pause: [1, 12],
  });
  const launches = times.map((launchedAt) => {
    const isDone = dice.chance(0.7);
    return launch({
      settings: { policy: dice.pick(['act', 'diffusion', 'bc']), task: dice.pick(['lift', 'can', 'square']) },
      launchedAt,
      wait: dice.logBetween(3, 40),
      seconds: isDone ? dice.logBetween(2000, 20_000) : dice.logBetween(10, 800),
      scores: isDone
        ? {
            success: courseOf(dice, dice.whole(0, 50) / 50, 0.02),
            loss: courseOf(dice, dice.logBetween(0.01, 0.3), -0.001),
          }
        : {},
      state: isDone ? 'finished' : 'failed',
    });
  });
  const jobs = recordJobs(
    launches,
    { metricPaths: { success: 'test/mean_score', loss: 'train_loss' }, noConfig: 0.1 },
    dice,
  );
  const unless = (share: number, cell: string | number, column: Column): Column => ({
    ...column,
    write: (job, own, no) => (own.chance(share) ? { cell, blank: true, fit: () => 0 } : column.write(job, own, no)),
  });
  return {
    table: 'rollouts',
    columns: [
      filler('uid', 'TEXT', (_job, own) => `r-${own.hex(8)}`),
      unless(0.2, 'TBD', setting('policy', 'policy')),
      unless(0.2, 'n/a', setting('task', 'task')),
      unless(0.35, '1970-01-01 00:00:00', moment('start', { style: NAIVE, zone: UTC, delay: skewDelay(11, 0.7) })),
      figure('success_rate', 'success', { spell: fixed(2), grain: 0.02, blank: -1 }),
      unless(0.3, 9999, figure('final_loss', 'loss', { spell: fixed(4), blank: 9999 })),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.12, noRun: 0.15 }),
  };
};

/** An overnight agent edits one file again and again: five minutes each, one name, a commit and a loss a row. */
export const fiveMinuteAgent: LabRecipe = (dice) => {
  let now = at('2026-03-09T22:00:00Z');
  let best = 1.02;
  const launches = Array.from({ length: 260 }, () => {
    const isCrash = dice.chance(0.1);
    best -= dice.chance(0.2) ? dice.logBetween(0.00005, 0.002) : 0;
    now += (isCrash ? dice.between(30, 90) : dice.between(370, 420)) * 1000 + (dice.chance(0.04) ? 4 * 3_600_000 : 0);
    return launch({
      settings: { depth: dice.pick([8, 8, 8, 10]), commit: dice.hex(40) },
      launchedAt: now,
      wait: dice.between(6, 11),
      seconds: isCrash ? dice.between(3, 40) : dice.normal(325, 2),
      scores: isCrash
        ? {}
        : {
            bpb: courseOf(dice, best + Math.abs(dice.normal(0, 0.004)), -0.001),
            memory: courseOf(dice, dice.normal(44.2, 0.4), 0),
          },
      state: isCrash ? 'crashed' : 'finished',
    });
  });
  const jobs = recordJobs(
    launches,
    {
      paths: { commit: null },
      metricPaths: { bpb: 'val_bpb', memory: 'peak_vram_gb' },
      nameOf: () => 'autoresearch',
      about: ({ settings }) => ({ commit: dice.chance(0.3) ? String(settings['commit']) : null }),
    },
    dice,
  );
  const short = ({ settings }: Job): string => String(settings['commit']).slice(0, 7);
  return {
    table: 'results',
    columns: [
      filler('n', 'INTEGER', (_job, _dice, no) => no + 1),
      same('commit', short, (job) => (job.run.commit === null ? null : short(job))),
      figure('val_bpb', 'bpb', { spell: fixed(6), grain: 0.0005, blank: 0 }),
      figure('memory_gb', 'memory', { spell: fixed(1), grain: 0.1, blank: 0 }),
      told('status', {
        say: ({ state }, own) => (state === 'crashed' ? 'crash' : own.pick(['discard', 'discard', 'keep'])),
        fit: (cell, other) => ((cell === 'crash') === (other.state === 'crashed') ? 0 : NEVER),
      }),
      filler('description', 'TEXT', (_job, own) =>
        own.pick(['increase matrix LR', 'swiglu', 'no weight tying', 'window 512', 'warmdown 0.6', 'baseline']),
      ),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.05, noRun: 0.15 }),
  };
};
