import { describe, expect, it } from 'vitest';
import { linkRecords } from '../../src/linkage/link-records.ts';
import type { LinkageResult } from '../../src/model/linkage.ts';
import { inputOf, rowOf, runOf } from '../helpers/worlds/small.ts';
import { createRandom } from '../helpers/worlds/random.ts';

const MODELS = ['small', 'medium', 'large'];
const DATA = ['wiki', 'books', 'web', 'code'];

/** Forty jobs an hour or so apart; each row stands 40 to 60 seconds before a run of the same model and data. */
function linkLabs(configOf: (job: { readonly lr: number; readonly steps: number }) => object): LinkageResult {
  const random = createRandom(3);
  const jobs = Array.from({ length: 40 }, (_item, no) => ({
    start: Date.UTC(2025, 3, 1) + no * 4_000_000 + random.integer(0, 3_000_000),
    model: random.pick(MODELS),
    data: random.pick(DATA),
    lr: random.pick([0.001, 0.0003]),
    steps: random.pick([10_000, 50_000]),
  }));
  const rows = jobs.map(({ start, model, data, lr, steps }, no) =>
    rowOf(`row-${no}`, { created_at: new Date(start).toISOString(), model, data, lr, steps, stage: 'pretrain' }),
  );
  const runs = jobs.map(({ start, model, data, lr, steps }, no) =>
    runOf(`run${no}`, new Date(start + random.integer(40_000, 60_000)).toISOString(), {
      config: { model, data, ...configOf({ lr, steps }) },
    }),
  );
  return linkRecords(inputOf(rows, runs));
}

describe('namesakes that never agree', () => {
  it('keep rows from the runs of a sister project that start beside them', () => {
    const { outcomes } = linkLabs(({ lr, steps }) => ({ lr: lr / 70, steps: steps / 12.5, stage: 'finetune' }));
    expect(outcomes.filter(({ kind }) => kind === 'match')).toEqual([]);
    expect(outcomes[0]?.reason).toBe(
      'runs and rows may be of two projects: lr, stage, steps hardly ever agree with the keys of their name',
    );
    const shown = outcomes.flatMap(({ candidates }) => candidates.map(({ probability }) => probability));
    expect(Math.max(...shown)).toBeLessThan(0.01);
  });

  it('keep the nights of a branch from those of another, whose scores lie in the same narrow range', () => {
    const random = createRandom(5);
    const night = (no: number): Date => new Date(Date.UTC(2025, 2, 1, 1) + no * 86_400_000);
    const score = (): { readonly acc: number; readonly loss: number } => ({
      acc: random.integer(8_240_000, 8_360_000) / 1e7,
      loss: random.integer(5_700_000, 6_300_000) / 1e7,
    });
    const rounded = ({ acc, loss }: ReturnType<typeof score>): object => ({
      acc: Number(acc.toFixed(4)),
      loss: Number(loss.toFixed(4)),
    });
    const scores = Array.from({ length: 80 }, score);
    const nights = [...Array(80).keys()];
    const rows = nights.map((no) =>
      rowOf(`row-${no}`, {
        created_at: night(no).toISOString().slice(0, 10),
        minutes: random.integer(88, 92),
        ...rounded(scores[no] ?? score()),
      }),
    );
    const linkTo = (scoreOf: (no: number) => ReturnType<typeof score>): string[] =>
      linkRecords(
        inputOf(
          rows,
          nights.map((no) => runOf(`run${no}`, night(no).toISOString(), { summary: { ...scoreOf(no) } })),
        ),
      ).outcomes.map(({ wandbRunId }) => wandbRunId ?? 'none');
    expect(new Set(linkTo(score))).toEqual(new Set(['none']));
    expect(linkTo((no) => scores[no] ?? score()).filter((run, no) => run === `run${no}`).length).toBeGreaterThan(75);
  });

  it('do no harm where most columns agree and one means something else', () => {
    const { outcomes } = linkLabs(({ lr, steps }) => ({ lr: lr / 70, steps, stage: 'pretrain' }));
    const right = outcomes.filter(({ keyText, wandbRunId }) => wandbRunId === keyText.replace('row-', 'run'));
    expect(right.length).toBeGreaterThan(35);
  });

  it('are asked by the words and the scale that the pairing learned, not letter by letter', () => {
    const random = createRandom(7);
    const SIGNS = ['✓', '✗'];
    const jobs = Array.from({ length: 60 }, (_item, no) => ({
      start: Date.UTC(2025, 3, 1) + no * 4_000_000,
      ema: random.pick(SIGNS),
      mosaic: random.pick(SIGNS),
      fpn: random.pick(SIGNS),
      acc: random.integer(60_000, 90_000) / 1e5,
    }));
    const rows = jobs.map(({ start, ema, mosaic, fpn, acc }, no) =>
      rowOf(`row-${no}`, { created_at: new Date(start).toISOString(), ema, mosaic, fpn, acc: (100 * acc).toFixed(1) }),
    );
    const runs = jobs.map(({ start, ema, mosaic, fpn, acc }, no) =>
      runOf(`run${no}`, new Date(start + random.integer(40_000, 60_000)).toISOString(), {
        config: { ema: ema === '✓', mosaic: mosaic === '✓', fpn: fpn === '✓' },
        summary: { acc: acc + random.integer(-40, 40) / 1e5 },
      }),
    );
    const { outcomes } = linkRecords(inputOf(rows, runs));
    const right = outcomes.filter(({ keyText, wandbRunId }) => wandbRunId === keyText.replace('row-', 'run'));
    expect(right.length).toBeGreaterThan(55);
  });
});
