import { describe, expect, it } from 'vitest';
import { linkRecords } from '../../src/linkage/link-records.ts';
import type { LinkageInput } from '../../src/model/linkage.ts';
import { createRandom } from '../helpers/worlds/random.ts';
import { inputOf, rowOf, runOf } from '../helpers/worlds/small.ts';

const NUMBERS = Array.from({ length: 200 }, (_item, no) => no);

/** Jobs that start every forty seconds or so: a row has the minute in which it was queued and how many minutes it took. */
function queueOf({ isTimed }: { readonly isTimed: boolean }): LinkageInput {
  const random = createRandom(4);
  let start = Date.parse('2025-03-03T08:00:07Z');
  const jobs = NUMBERS.map((no) => {
    start += 1000 * Math.round(1 - 40 * Math.log(1 - random.next()));
    return { no, start, seconds: Math.round(random.between(60, 300)), waiting: random.between(5, 40) };
  });
  const rows = jobs.map((job) => {
    const minute = new Date(job.start - 1000 * job.waiting).toISOString().slice(0, 16).replace('T', ' ');
    return rowOf(`${(job.no * 7919) % 1009}x`, {
      created_at: isTimed ? minute : null,
      duration_min: Math.round((random.chance(0.2) ? random.between(60, 300) : job.seconds) / 60),
    });
  });
  const runs = jobs
    .filter(() => random.chance(0.9))
    .map((job) =>
      runOf(`run${job.no}`, new Date(job.start).toISOString(), {
        heartbeatAt: job.start + 1000 * job.seconds,
        summary: { _runtime: job.seconds },
      }),
    );
  return inputOf(rows, runs);
}

/** How many links the report expects. */
function expectedOf(input: LinkageInput): number {
  return Number(/about (\S+) links/.exec(linkRecords(input).health.join(' '))?.[1]);
}

describe('where the weights to begin with tell too little to find any link', () => {
  it('learns as if half of the rows had one, so that better weights find most of them', () => {
    const input = queueOf({ isTimed: true });
    expect(expectedOf(input)).toBeGreaterThan(0.8 * input.runs.length);
    const { outcomes } = linkRecords(input);
    expect(outcomes.filter(({ kind }) => kind === 'match')).toEqual([]);
  });

  it('does not where no times meet: what is alike by chance would confirm itself', () => {
    expect(expectedOf(queueOf({ isTimed: false }))).toBeLessThan(2);
  });
});
