import { describe, expect, it } from 'vitest';
import { linkRecords } from '../../src/linkage/link-records.ts';
import type { LinkageResult } from '../../src/model/linkage.ts';
import { createRandom } from '../helpers/worlds/random.ts';
import type { Random } from '../helpers/worlds/random.ts';
import { inputOf, rowOf, runOf } from '../helpers/worlds/small.ts';

const JOBS = 300;
const RATES = [0.001, 0.0003, 0.01, 0.03];

interface Planted {
  readonly keyText: string;
  readonly runId: string;
  readonly task: string;
  readonly noise: 'rounded' | 'one percent' | 'unrelated';
}

/**
 * Jobs at least ten minutes apart whose run starts some seconds after the row: who belongs to whom is plain, so that the
 * rest can be recovered. Kept wrong: the rate in 15 % of the runs. Common: seven rows in eight have one task. Metrics:
 * 60 % rounded to four digits, 30 % off by a hundredth, 10 % without any relation.
 */
function plant(seed: number): {
  readonly result: LinkageResult;
  readonly planted: readonly Planted[];
  readonly links: number;
} {
  const random = createRandom(seed);
  const planted: Planted[] = [];
  const rows = [];
  const runs = [];
  let links = 0;
  for (let no = 0; no < JOBS; no++) {
    const start = Date.UTC(2024, 0, 1) + no * 3_600_000 + random.integer(0, 2_900_000);
    const job = {
      lr: random.pick(RATES),
      task: random.chance(1 / 8) ? 'rare' : 'usual',
      score: 0.2 + 0.8 * random.next(),
    };
    const noise = pickNoise(random);
    const [hasRow, hasRun] = [random.chance(0.85), random.chance(0.8)];
    const [keyText, runId] = [`row-${no}`, `run${no}`];
    if (hasRow && hasRun) {
      links++;
      planted.push({ keyText, runId, task: job.task, noise });
    }
    if (hasRow) {
      rows.push(
        rowOf(keyText, {
          created_at: new Date(start).toISOString().slice(0, 19).replace('T', ' '),
          lr: job.lr,
          task: job.task,
          final_metrics_json: JSON.stringify({ score: Number(job.score.toFixed(4)) }),
        }),
      );
    }
    if (hasRun) {
      const lr = random.chance(0.15) ? random.pick(RATES.filter((rate) => rate !== job.lr)) : job.lr;
      const score = {
        rounded: job.score,
        'one percent': job.score * (1 + 0.01 * random.normal()),
        unrelated: 0.2 + 0.8 * random.next(),
      }[noise];
      runs.push(
        runOf(runId, new Date(start + random.integer(4000, 12_000)).toISOString(), {
          config: { lr, task: job.task },
          summary: { score },
        }),
      );
    }
  }
  return { result: linkRecords(inputOf(rows, runs)), planted, links };
}

function pickNoise(random: Random): Planted['noise'] {
  const at = random.next();
  return at < 0.6 ? 'rounded' : at < 0.9 ? 'one percent' : 'unrelated';
}

const { result, planted, links } = plant(20);

/** Mean bits that a comparison adds to the true pairs of some kind, and how many there are. */
function meanBits(
  comparison: string,
  of: (job: Planted) => boolean,
): { readonly bits: number; readonly count: number } {
  const outcomes = new Map(result.outcomes.map((outcome) => [outcome.keyText, outcome]));
  const weights = planted.filter(of).flatMap(({ keyText, runId }) => {
    const own = outcomes.get(keyText)?.candidates.find(({ wandbRunId }) => wandbRunId === runId);
    return own?.evidence.filter((item) => item.comparison === comparison).map(({ weight }) => weight) ?? [];
  });
  return { bits: weights.reduce((sum, weight) => sum + weight, 0) / weights.length, count: weights.length };
}

describe('what was planted is recovered without a label', () => {
  it('the number of links, to three in a hundred', () => {
    const told = Number(/^about (\d+) links/.exec(result.health[0]!)?.[1]);
    expect(Math.abs(told - links)).toBeLessThanOrEqual(0.03 * links);
    expect(result.outcomes.filter(({ kind }) => kind === 'match').length).toBeGreaterThan(0.9 * links);
  });

  it('m: how often a setting is equal on links, to three in a hundred', () => {
    const line = result.health.find((words) => words.startsWith('column lr says what config lr says'));
    expect(Number(/equal on ([\d.]+) %/.exec(line ?? '')?.[1])).toBeGreaterThan(82);
    expect(Number(/equal on ([\d.]+) %/.exec(line ?? '')?.[1])).toBeLessThan(88);
  });

  it('u: the rare task tells about the log of seven more than the usual one', () => {
    const [rare, usual] = [
      meanBits('settings', ({ task }) => task === 'rare'),
      meanBits('settings', ({ task }) => task === 'usual'),
    ];
    expect(rare.count).toBeGreaterThan(12);
    expect(rare.bits - usual.bits).toBeGreaterThan(Math.log2(7) - 0.8);
    expect(rare.bits - usual.bits).toBeLessThan(Math.log2(7) + 0.8);
  });

  it('the spread of the metrics: rounding, a hundredth, and no relation at all', () => {
    // share · density given the run over the density among all rows, which is 1 / 0.8 on the whole range
    const rounded = Math.log2((0.6 / 1e-4) * 0.8);
    const hundredth = Math.log2((0.3 / (Math.sqrt(2 * Math.PI * Math.E) * 0.01 * 0.55)) * 0.8);
    expect(Math.abs(meanBits('metrics', ({ noise }) => noise === 'rounded').bits - rounded)).toBeLessThan(0.8);
    expect(Math.abs(meanBits('metrics', ({ noise }) => noise === 'one percent').bits - hundredth)).toBeLessThan(1);
    expect(meanBits('metrics', ({ noise }) => noise === 'unrelated').bits).toBeLessThan(-1.5);
  });
});
