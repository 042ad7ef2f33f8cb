import { evenDelay, filler, joined, moment, score, setting, sometimes } from '../columns.ts';
import type { Column } from '../columns.ts';
import { recordJobs } from '../job.ts';
import type { Job, Scalar } from '../job.ts';
import { byStart, courseOf, officeTimes, powerOf, splitJobs, stateOf } from '../labour.ts';
import { at, DAY, zoneOf } from '../times.ts';
import type { LabRecipe } from '../world.ts';
import { calendarDay, hands, launch, NEVER, told } from './parts.ts';

const two = (value: number): string => String(value).padStart(2, '0');

/** A sheet with merged cells, newest on top: the day without its year and the model stand in a block's first row only. */
export const mergedCells: LabRecipe = (dice) => {
  const times = officeTimes(dice, { from: at('2025-03-03T00:00:00Z'), days: 70, count: 130 });
  let model = 'unet';
  const launches = times.map((launchedAt) => {
    if (dice.chance(0.25)) model = dice.pick(['unet', 'segformer', 'swin_unetr']);
    return launch({
      settings: { model, site: dice.pick(['HUG', 'CHUV', 'Inselspital']), crop: dice.pick([96, 128, 160]) },
      launchedAt,
      wait: dice.between(10, 200),
      seconds: dice.logBetween(900, 8000),
      scores: {
        dice: courseOf(dice, dice.normal(0.81, 0.045), 0.004),
        hd: courseOf(dice, dice.logBetween(3, 30), -0.5),
      },
    });
  });
  const jobs = recordJobs(
    launches,
    { paths: { site: 'data.site', crop: 'data.crop_size' }, metricPaths: { dice: 'test/dice', hd: 'test/hd95' } },
    dice,
  );
  const split = splitJobs(dice, byStart(jobs), { noRow: 0.15, noRun: 0.12 });
  const registered = split.registered.toReversed();
  const blockOf = (job: Job): string => `${DAY.render(job.launchedAt)} ${String(job.settings['model'])}`;
  const heads = new Set(registered.filter((job, no) => no === 0 || blockOf(job) !== blockOf(registered[no - 1]!)));
  const merged = (column: Column): Column => ({
    ...column,
    write: (job, own, no) => (heads.has(job) ? column.write(job, own, no) : { cell: null, fit: () => 0 }),
  });
  return {
    table: 'Versuche',
    columns: [
      filler('Zeile', 'INTEGER', (_job, _dice, no) => no + 2),
      merged(
        calendarDay('Tag', {
          zone: zoneOf('Europe/Zurich'),
          spell: (date) => `${date.getUTCDate()}.${date.getUTCMonth() + 1}.`,
        }),
      ),
      merged(setting('Modell', 'model', { spell: (value) => String(value).replace('_', '-').toUpperCase() })),
      setting('Zentrum', 'site', { slip: 0.02, slipTo: () => 'HUG' }),
      sometimes(0.2, setting('Crop', 'crop', { spell: (value) => `${value}³` })),
      score('Dice [%]', 'dice', { digits: 1, scale: 100 }),
      sometimes(0.25, score('HD95', 'hd', { digits: 1 })),
      filler('Bemerkung', 'TEXT', (_job, own) => (own.chance(0.15) ? own.pick(['?', 'nochmal!!', 'für Paper']) : null)),
    ],
    ...split,
    registered,
  };
};

/** All facts stand in a free sentence, by three writers of their own style. */
export const sentences: LabRecipe = (dice) => {
  const times = officeTimes(dice, { from: at('2025-10-06T04:00:00Z'), days: 45, count: 150 });
  const launches = times.map((launchedAt) =>
    launch({
      settings: {
        corpus: dice.pick(['librispeech', 'commonvoice', 'ami']),
        lr: dice.pick([0.001, 0.0005, 0.0003, 0.0001]),
        bs: dice.pick([8, 16, 32, 64]),
        seed: dice.whole(1, 5),
        writer: dice.whole(0, 2),
      },
      launchedAt,
      wait: dice.between(4, 30),
      seconds: dice.logBetween(600, 30_000),
      scores: { wer: courseOf(dice, dice.logBetween(0.05, 0.3), -0.003) },
      state: stateOf(dice, 0.1),
    }),
  );
  const jobs = recordJobs(
    launches,
    {
      paths: { lr: 'optim.lr', bs: 'train_ds.batch_size', corpus: 'train_ds.name', writer: null },
      metricPaths: { wer: 'val_wer' },
      nameOf: () => 'asr',
    },
    dice,
  );
  const wer = score('', 'wer', { digits: 3 });
  const percent = score('', 'wer', { digits: 1, scale: 100 });
  const short = setting('', 'corpus', {
    spell: (value) => ({ librispeech: 'LS', commonvoice: 'CV', ami: 'AMI' })[String(value)] ?? null,
  });
  const [lr, bs, seed] = [setting('', 'lr'), setting('', 'bs'), setting('', 'seed')];
  return {
    table: 'log',
    columns: [
      filler('id', 'INTEGER', (_job, _dice, no) => no + 1),
      moment('added', { style: DAY, zone: zoneOf('America/New_York'), delay: evenDelay(4, 30) }),
      hands(
        'note',
        [
          joined(
            '',
            [setting('', 'corpus'), lr, bs, seed, wer],
            ([data, rate, batch, no, out]) =>
              `${data} with lr ${rate}, batch ${batch}, seed ${no}. Ended at ${out}, looks fine`,
          ),
          joined(
            '',
            [short, setting('', 'lr', { spell: powerOf }), sometimes(0.5, seed), percent],
            ([data, rate, no, out]) => `${data} again @${rate}${no === '' ? '' : ` (s${no})`} -> ${out}% WER`,
          ),
          joined(
            '',
            [percent, bs, setting('', 'corpus')],
            ([out, batch, data]) => `got ${out} on ${data!.slice(0, 5)}, bs${batch}. todo: longer`,
          ),
        ],
        ({ settings }) => Number(settings['writer']),
      ),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.15, noRun: 0.15 }),
  };
};

/** Three people fill one table: day first, month first or characters; percent, share or text; names as each likes. */
export const threeHands: LabRecipe = (dice) => {
  const times = officeTimes(dice, { from: at('2025-05-01T00:00:00Z'), days: 70, count: 190 });
  const people = ['ana.s', 'bob', 'chenwei'] as const;
  const launches = times.map((launchedAt) =>
    launch({
      settings: {
        net: dice.pick(['resnet50', 'convnext_tiny', 'vit_base']),
        aug: dice.pick(['none', 'randaug', 'mixup']),
        ep: dice.pick([50, 100, 300]),
        who: dice.whole(0, 2),
      },
      launchedAt,
      wait: dice.between(5, 60),
      seconds: dice.logBetween(2000, 40_000),
      scores: { top1: courseOf(dice, dice.normal(78, 2.5), 0.2) },
    }),
  );
  const jobs = recordJobs(
    launches,
    {
      paths: { net: 'model', ep: 'epochs', who: null },
      metricPaths: { top1: 'eval_top1' },
      about: ({ settings }) => ({ user: people[Number(settings['who'])]! }),
    },
    dice,
  );
  const whose = ({ settings }: Job): number => Number(settings['who']);
  const names = (list: Readonly<Record<string, string>>): Column =>
    setting('', 'net', { spell: (value: Scalar) => list[String(value)] ?? String(value) });
  const zone = zoneOf('Europe/Madrid');
  return {
    table: 'shared',
    columns: [
      filler('id', 'INTEGER', (_job, _dice, no) => no + 1),
      told('by', {
        say: (job) => ['Ana', 'BK', '陈伟'][whose(job)]!,
        fit: (cell, other) => (['Ana', 'BK', '陈伟'][whose(other)] === cell ? 0 : NEVER),
      }),
      hands(
        'date',
        [
          calendarDay('', {
            zone,
            spell: (day) => `${two(day.getUTCDate())}/${two(day.getUTCMonth() + 1)}/${day.getUTCFullYear()}`,
          }),
          calendarDay('', {
            zone,
            spell: (day) => `${two(day.getUTCMonth() + 1)}/${two(day.getUTCDate())}/${day.getUTCFullYear()}`,
          }),
          calendarDay('', {
            zone,
            spell: (day) => `${day.getUTCFullYear()}年${day.getUTCMonth() + 1}月${day.getUTCDate()}日`,
          }),
        ],
        whose,
      ),
      hands(
        'model',
        [
          names({ resnet50: 'RN50', convnext_tiny: 'CNX-T', vit_base: 'ViT-B' }),
          names({ resnet50: 'resnet', convnext_tiny: 'convnext', vit_base: 'vit' }),
          names({}),
        ],
        whose,
      ),
      sometimes(0.3, setting('epochs', 'ep', { type: 'INTEGER' })),
      hands(
        'result',
        [
          score('', 'top1', { type: 'TEXT', digits: 1, spell: (value) => `${value.toFixed(1)} %` }),
          score('', 'top1', { type: 'TEXT', digits: 3, scale: 0.01, spell: (value) => value.toFixed(3) }),
          score('', 'top1', { type: 'TEXT', digits: 2, spell: (value) => `top1=${value.toFixed(2)}` }),
        ],
        whose,
      ),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.12, noRun: 0.15 }),
  };
};
