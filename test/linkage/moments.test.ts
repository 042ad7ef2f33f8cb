import { describe, expect, it } from 'vitest';
import { linkRecords } from '../../src/linkage/link-records.ts';
import type { LinkageInput, LinkageResult } from '../../src/model/linkage.ts';
import type { Cell } from '../../src/model/cell.ts';
import { createRandom } from '../helpers/worlds/random.ts';
import { inputOf, rowOf, runOf } from '../helpers/worlds/small.ts';

const SECOND = 1000;
const HOUR = 3600 * SECOND;

interface Job {
  readonly no: number;
  readonly start: number;
  readonly end: number;
  readonly loss: number;
}

/** A script that starts each of its jobs some seconds after the last one has ended, without a pause. */
function loop(count = 150): Job[] {
  const random = createRandom(7);
  const jobs: Job[] = [];
  let at = Date.parse('2024-03-01T09:00:00Z');
  for (let no = 0; no < count; no++) {
    const start = at + random.integer(2, 5) * SECOND;
    at = start + random.integer(300, 2400) * SECOND;
    jobs.push({ no, start, end: at, loss: 0.2 + random.between(0, 1) });
  }
  return jobs;
}

/** One in six jobs has no row, one in six no run, whichever it is. */
function registryOf(jobs: readonly Job[], cells: (job: Job) => Readonly<Record<string, Cell>>): LinkageInput {
  const random = createRandom(13);
  const gone = new Map(jobs.map(({ no }) => [no, random.integer(1, 6)]));
  const rows = jobs.filter(({ no }) => gone.get(no) !== 1).map((job) => rowOf(`job-${1000 + job.no}`, cells(job)));
  const runs = jobs
    .filter(({ no }) => gone.get(no) !== 2)
    .map(({ no, start, end, loss }) =>
      runOf(`run${1000 + no}`, new Date(start).toISOString(), { heartbeatAt: end, summary: { loss } }),
    );
  return inputOf(rows, runs);
}

function stamp(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
}

/** How many of the proposed runs are the rows' own, and how many are not. */
function countLinks({ outcomes }: LinkageResult): { right: number; wrong: number } {
  const proposed = outcomes.filter(({ kind }) => kind === 'match');
  const right = proposed.filter(({ keyText, wandbRunId }) => wandbRunId === `run${keyText.slice(4)}`).length;
  return { right, wrong: proposed.length - right };
}

describe('a loop that starts each run as soon as the last one has ended', () => {
  const jobs = loop();
  const noise = createRandom(9);
  const afterStart = new Map(jobs.map(({ no, start }) => [no, stamp(start + noise.integer(0, 6) * SECOND)]));
  const timeOf = ({ no }: Job): string => afterStart.get(no) ?? '';

  it('proposes nothing where a time alone could be a start or the end before it, and says so', () => {
    const result = linkRecords(registryOf(jobs, (job) => ({ noted: timeOf(job) })));
    expect(countLinks(result)).toEqual({ right: 0, wrong: 0 });
    const [first] = result.outcomes.filter(({ kind }) => kind === 'ambiguous');
    expect(first?.reason).toContain('noted lies as near to the starts of runs as to the ends of those before them');
    expect(first?.probability).toBeLessThanOrEqual(0.5);
  });

  it('takes the moment that the column is named after', () => {
    const result = linkRecords(registryOf(jobs, (job) => ({ launched_at: timeOf(job) })));
    expect(countLinks(result)).toEqual({ right: 92, wrong: 0 });
  });

  it('takes the moment whose runs have the metrics of the rows', () => {
    const cells = (job: Job): Readonly<Record<string, Cell>> => ({
      noted: timeOf(job),
      loss: Number(job.loss.toFixed(1)),
    });
    const { right, wrong } = countLinks(linkRecords(registryOf(jobs, cells)));
    expect(wrong).toBe(0);
    expect(right).toBeGreaterThan(90);
  });
});

describe('a job that starts every hour, in a registry of local time', () => {
  const random = createRandom(11);
  const jobs = Array.from({ length: 150 }, (_item, no): Job => {
    const start = Date.parse('2024-03-01T00:00:00Z') + no * HOUR + random.integer(0, 40) * SECOND;
    return { no, start, end: start + 600 * SECOND, loss: 0 };
  });

  it('is of the zone in which rows and runs lie nearest', () => {
    const cells = ({ start }: Job): Readonly<Record<string, Cell>> => ({
      created_at: stamp(start - random.integer(0, 6) * SECOND - 7 * HOUR),
    });
    const result = linkRecords(registryOf(jobs, cells));
    expect(result.clock.words).toContain('7 h behind UTC');
    expect(countLinks(result)).toEqual({ right: 92, wrong: 0 });
  });
});
