import { evenDelay, filler, joined, score, setting, trace } from '../columns.ts';
import type { Dice } from '../dice.ts';
import { fateOf, spelt, splitOf, workOf } from '../fourth/kit.ts';
import { recordJobs } from '../job.ts';
import type { Job, Launch, Scalar } from '../job.ts';
import { byStart, courseOf, powerOf, splitJobs } from '../labour.ts';
import { at, DAY_MS, HOUR, ISO_Z, NAIVE_MINUTE, zoneOf } from '../times.ts';
import type { TimeStyle } from '../times.ts';
import type { LabRecipe } from '../world.ts';
import { around, derived, launchOf, stamp } from './kit.ts';

/** A run that stood still for days: what its summary calls its start is none. */
function withGaps(job: Job, dice: Dice): Job {
  const gap = Math.round(dice.between(0.5, 9) * DAY_MS);
  const shown = Number(job.run.summary['_timestamp']) + gap / 1000;
  const heartbeatAt = (job.run.heartbeatAt ?? 0) + gap;
  return { ...job, run: { ...job.run, heartbeatAt, summary: { ...job.run.summary, _timestamp: shown } } };
}

/** Nine models of weeks, each resumed under its id after days in the queue; beside them, tries of minutes. */
export const pretraining: LabRecipe = (dice) => {
  const launches = Array.from({ length: 9 }, (_item, no) => no).flatMap((no): Launch[] => {
    const settings = {
      size: dice.pick(['125m', '350m', '1.3b', '7b']),
      lr: dice.pick([6e-4, 3e-4]),
      tokens: dice.pick([50, 100, 300]),
    };
    const start = at('2025-06-02T08:00:00Z') + no * dice.between(9, 14) * DAY_MS;
    const loss = around(dice, settings, { from: 2.1, to: 3.2, spread: 0.02 });
    const main = { settings, launchedAt: start, wait: dice.between(40, 300), seconds: dice.between(90, 500) * 3600 };
    const tries = Array.from({ length: dice.whole(1, 4) }, (_try, part): Launch => ({
      settings,
      launchedAt: start - (part + 1) * dice.between(0.2, 3) * HOUR,
      wait: dice.between(40, 300),
      seconds: dice.logBetween(20, 1500),
      scores: {},
      host: 'debug',
      state: 'failed',
    }));
    return [{ ...main, scores: { loss }, host: 'pod', state: dice.pick(['finished', 'crashed']) }, ...tries];
  });
  const jobs = recordJobs(
    launches,
    {
      paths: { size: 'model.name', lr: 'optim.max_lr', tokens: 'data.max_tokens_b' },
      metricPaths: { loss: 'train/loss' },
      nameOf: ({ settings }) => `gpt-${settings['size']}`,
    },
    dice,
  ).map((job) => (job.host === 'pod' ? withGaps(job, dice) : job));
  const mains = jobs.filter(({ host }) => host === 'pod');
  return {
    table: 'models',
    columns: [
      filler('model_id', 'TEXT', (_job, _dice, no) => `lm-${String.fromCodePoint(97 + no)}`),
      setting('params', 'size', { spell: (value) => String(value).toUpperCase() }),
      setting('tokens', 'tokens', { spell: (value) => `${value}B` }),
      stamp('started', { style: ISO_Z, moment: (job) => job.launchedAt, delay: (s) => evenDelay(40, 300)(-s) }),
      score('final_loss', 'loss', { digits: 2 }),
    ],
    registered: byStart(mains),
    present: jobs,
    gone: [],
  };
};

const shortBase = (value: Scalar): string => String(value).split('/')[1]!.toLowerCase().replace('-instruct', '');

/** Adapters, and beside a quarter of them the merged model, which no run ever made; losses kept as perplexity. */
export const adapters: LabRecipe = (dice) => {
  const bases = ['meta-llama/Llama-3.1-8B', 'Qwen/Qwen2.5-7B-Instruct', 'google/gemma-2-9b'];
  const launches = workOf(dice, { from: '2026-01-12T00:00:00Z', days: 45, count: 170, users: ['x', 'y', 'z'] }).map(
    (start) => {
      const settings = {
        base: dice.pick(bases),
        r: dice.pick([8, 16, 32, 64]),
        data: dice.pick(['alpaca', 'oasst1', 'dolly', 'mix-v2']),
        lr: dice.pick([1e-4, 2e-4, 5e-5]),
        epochs: dice.whole(1, 3),
      };
      return launchOf(dice, {
        settings,
        at: start.at,
        wait: dice.logBetween(20, 200),
        seconds: settings.epochs * dice.between(1800, 7000),
        failed: 0.12,
        scores: { loss: around(dice, settings, { from: 0.8, to: 1.7, spread: 0.012 }) },
      });
    },
  );
  const jobs = recordJobs(
    launches,
    {
      paths: { base: 'model_name_or_path', r: 'peft_config.default.r', data: 'dataset', epochs: 'num_train_epochs' },
      extras: ({ settings }) => ({ lora_alpha: 2 * Number(settings['r']), bf16: true, lora_dropout: 0.05 }),
      metricPaths: { loss: 'eval/loss' },
      nameOf: ({ settings }) => `${String(settings['data'])}-sft`,
    },
    dice,
  );
  const { registered, present, gone } = splitJobs(dice, byStart(jobs), { noRow: 0.15, noRun: 0.12 });
  const merged = registered
    .filter(({ scores }) => 'loss' in scores && dice.chance(0.25))
    .map((job): Job => {
      const loss = courseOf(dice, (job.scores['loss']?.last ?? 1) + dice.normal(0, 0.02), 0);
      const launchedAt = job.launchedAt + (job.seconds + dice.logBetween(300, 90_000)) * 1000;
      const seen = { seenStart: launchedAt, seenSeconds: 60, seenScores: { loss: loss.last } };
      return {
        ...job,
        ...seen,
        runId: dice.token(8),
        host: 'merge',
        launchedAt,
        wait: 0,
        seconds: 60,
        scores: { loss },
      };
    });
  const names = [setting('', 'base', { spell: shortBase }), setting('', 'data'), setting('', 'r')];
  return {
    table: 'adapters',
    columns: [
      filler('id', 'INTEGER', (_job, _dice, no) => no + 1),
      joined('repo', names, ([base, data, r]) => `lab/${base}-${data}-r${r}-a${2 * Number(r)}`),
      filler('kind', 'TEXT', ({ host }) => (host === 'merge' ? 'merged' : 'adapter')),
      derived('ppl', 'loss', (loss) => Number(Math.exp(loss).toFixed(2))),
      stamp('trained_at', {
        style: NAIVE_MINUTE,
        zone: zoneOf('Asia/Shanghai'),
        moment: ({ launchedAt, wait, seconds }, own) => launchedAt + (wait + seconds + own.between(5, 120)) * 1000,
        of: 'end',
        delay: evenDelay(5, 120),
      }),
    ],
    registered: byStart([...registered, ...merged]),
    present,
    gone: [...gone, ...merged],
  };
};

/** 2026年03月14日 09:05 */
const JAPANESE: TimeStyle = {
  type: 'TEXT',
  quantum: 60,
  render: (ms) => {
    const [date, time] = new Date(ms).toISOString().split('T');
    const [year, month, day] = date!.split('-');
    return `${year}年${month}月${day}日 ${time!.slice(0, 5)}`;
  },
};

const stemOf = (model: string, lr: string, warm: string): string => `asr_${model}_lr${lr}_warmup${warm}k`;

/** Speech recognizers in Japanese columns; the registry keeps the best of the checkpoints, W&B the last. */
export const speech: LabRecipe = (dice) => {
  const launches = workOf(dice, { from: '2026-02-01T00:00:00Z', days: 70, count: 240, users: ['sato', 'ito'] }).map(
    (start) => {
      const settings = {
        model: dice.pick(['conformer', 'ebranchformer', 'zipformer']),
        lr: dice.pick([0.0005, 0.001, 0.002]),
        warmup: dice.pick([15, 25, 40]),
        bpe: dice.pick([500, 2000, 5000]),
      };
      return launchOf(dice, {
        settings,
        at: start.at,
        wait: dice.between(3, 30),
        seconds: dice.logBetween(3000, 90_000),
        failed: 0.2,
        scores: { wer: around(dice, settings, { from: 0.04, to: 0.14, spread: 0.002, slack: -0.001 }) },
      });
    },
  );
  const jobs = recordJobs(
    launches,
    {
      paths: { lr: 'optim_conf.lr', warmup: 'scheduler_conf.warmup_steps', bpe: 'token_list', model: null },
      metricPaths: { wer: 'valid/wer' },
      extras: ({ settings }) => ({
        scheduler: 'warmuplr',
        config: `conf/tuning/train_asr_${settings['model']}.yaml`,
        token_type: 'bpe',
      }),
      nameOf: ({ settings }) => `exp/asr_train_${settings['model']}_raw_en_bpe${settings['bpe']}_sp`,
    },
    dice,
  ).map((job): Job => ({ ...job, seen: job.settings }));
  const stem = [setting('', 'model'), setting('', 'lr', { spell: powerOf }), setting('', 'warmup')];
  return {
    table: '実験',
    columns: [
      filler('番号', 'INTEGER', (_job, _dice, no) => no + 1),
      joined('実験名', stem, ([model, lr, warm]) => stemOf(model!, lr!, warm!)),
      setting('語彙数', 'bpe', { type: 'INTEGER' }),
      stamp('開始日時', {
        style: JAPANESE,
        zone: zoneOf('Asia/Tokyo'),
        moment: (job) => job.launchedAt,
        delay: (s) => evenDelay(3, 30)(-s),
      }),
      score('単語誤り率', 'wer', { digits: 1, scale: 100, keeps: 'best', noise: 0.001 }),
    ],
    ...splitOf(dice, jobs, [0.1, 0.15]),
  };
};

/** Students' rows hold the run id of their teacher, which has a row and a run of its own. */
export const distillation: LabRecipe = (dice) => {
  const from = at('2025-11-10T08:00:00Z');
  const make = (settings: Record<string, Scalar>, launchedAt: number, planned: number): Launch => {
    const fate = fateOf(dice, planned, 0.1);
    const top1 = around(dice, settings, { from: 0.68, to: 0.83, spread: 0.002 });
    const scores = fate.measured ? { top1 } : {};
    return {
      settings,
      launchedAt,
      wait: dice.logBetween(5, 120),
      seconds: fate.seconds,
      scores,
      host: 'g',
      state: fate.state,
    };
  };
  const project = { paths: { teacher: null }, metricPaths: { top1: 'val/acc1' }, noSummary: 0.05 };
  const teachers = recordJobs(
    Array.from({ length: 12 }, (_item, no) =>
      make({ arch: dice.pick(['vit_l', 'swin_b']), T: 0 }, from + no * 5 * HOUR, 40_000),
    ),
    project,
    dice,
  );
  const students = recordJobs(
    Array.from({ length: 220 }, (_item, no) => {
      const teacher = dice.pick(teachers).runId;
      const settings = {
        arch: dice.pick(['vit_s', 'vit_t', 'mnv3']),
        T: dice.pick([1, 2, 4, 8]),
        alpha: dice.pick([0.3, 0.5, 0.9]),
        teacher,
      };
      return make(settings, from + 4 * DAY_MS + no * dice.between(1, 3) * HOUR, dice.logBetween(4000, 30_000));
    }),
    { ...project, extras: ({ settings }) => ({ kd: { checkpoint: `/ckpt/${settings['teacher']}/best.pth` } }) },
    dice,
  ).map((job): Job => ({ ...job, seen: job.settings }));
  return {
    table: 'kd',
    columns: [
      filler('kd_id', 'TEXT', (_job, own) => `kd-${own.hex(6)}`),
      setting('net', 'arch'),
      setting('temperature', 'T', { type: 'REAL' }),
      trace('teacher', ({ settings }) => (settings['teacher'] === undefined ? null : String(settings['teacher']))),
      spelt(score('top1', 'top1', { digits: 1, scale: 100 }), (cell) => `${String(cell)} %`),
      stamp('t_submit', {
        style: ISO_Z,
        moment: (job) => Math.floor(job.launchedAt / HOUR) * HOUR,
        delay: (s) => evenDelay(5, 3720)(-s),
      }),
    ],
    ...splitOf(dice, [...teachers, ...students], [0.1, 0.15]),
  };
};
