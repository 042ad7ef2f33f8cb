import { describe, expect, it } from 'vitest';
import { linkRecords } from '../../src/linkage/link-records.ts';
import type { LinkageInput, LinkOutcome } from '../../src/model/linkage.ts';
import { isJsonObject, renderJson } from '../../src/model/json.ts';
import type { JsonObject, JsonValue } from '../../src/model/json.ts';
import type { RegistryRow } from '../../src/model/registry.ts';
import type { Run } from '../../src/model/run.ts';
import { languageLab } from '../helpers/habits/language.ts';
import { buildHabitWorld } from '../helpers/habits/records.ts';
import { firstRows } from '../helpers/habits/strangers.ts';
import { triesLab } from '../helpers/habits/tries.ts';
import { createRandom } from '../helpers/worlds/random.ts';
import { inputOf, rowOf, runOf } from '../helpers/worlds/small.ts';
import { PLAIN_WORLD, buildWorld } from '../helpers/worlds/world.ts';

const SMALL = { ...PLAIN_WORLD, rows: 40, sweeps: 6 };

/** Inputs with other conventions, small enough to be linked often. */
const INPUTS: Readonly<Record<string, LinkageInput>> = {
  'many rows without a run': buildWorld({ ...SMALL, orphanRows: 0.4, orphanRuns: 1 }, 4).input,
  'early tries': buildHabitWorld(firstRows(triesLab, 30, 'theirs'), 2).input,
  'texts cut short': buildHabitWorld(firstRows(languageLab, 30, 'theirs'), 3).input,
};
const RESULTS = new Map(Object.entries(INPUTS).map(([name, input]) => [name, linkRecords(input)]));

const outcomesOf = (name: string): readonly LinkOutcome[] => RESULTS.get(name)!.outcomes;

function linksOf(outcomes: readonly LinkOutcome[]): Record<string, string> {
  return Object.fromEntries(
    outcomes.flatMap((one) => (one.wandbRunId === null ? [] : [[one.keyText, one.wandbRunId]])),
  );
}

function bytesOf(result: ReturnType<typeof linkRecords>): string {
  const outcomes = result.outcomes.toSorted((a, b) => (a.keyText < b.keyText ? -1 : 1));
  return renderJson({ ...result, outcomes } as unknown as JsonValue);
}

function turnKeysOf(run: Run): Run {
  return { ...run, config: turnKeys(run.config) as JsonObject, summary: turnKeys(run.summary) as JsonObject };
}

/** The same with all keys the other way round. */
function turnKeys(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(turnKeys);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, item]) => [key, turnKeys(item)]),
  );
}

/** Two matches of each input: every look at one links everything anew. */
function someMatches(name: string): (LinkOutcome & { readonly wandbRunId: string })[] {
  return outcomesOf(name)
    .filter((outcome): outcome is LinkOutcome & { readonly wandbRunId: string } => outcome.wandbRunId !== null)
    .filter((_outcome, at) => at === 3 || at === 10);
}

describe.for(Object.keys(INPUTS))('for a registry with %s', (name) => {
  const input = INPUTS[name]!;

  it('finds most of what is there, so that the properties below say something', () => {
    expect(someMatches(name).length).toBe(2);
    expect(Object.keys(linksOf(outcomesOf(name))).length).toBeGreaterThan(10);
  });

  it('gives the same bytes in whatever order rows and runs come', () => {
    const random = createRandom(7);
    const shuffled = { ...input, rows: random.shuffle(input.rows), runs: random.shuffle(input.runs) };
    expect(bytesOf(linkRecords(shuffled))).toBe(bytesOf(RESULTS.get(name)!));
  });

  it('gives the same bytes in whatever order the keys of rows and runs come, and of what runs hold', () => {
    const turned = {
      ...input,
      rows: input.rows.map((row) => ({ ...row, values: Object.fromEntries(Object.entries(row.values).toReversed()) })),
      runs: input.runs.map((run, at) => (at % 2 === 0 ? run : turnKeysOf(run))),
    };
    expect(bytesOf(linkRecords(turned))).toBe(bytesOf(RESULTS.get(name)!));
  });

  it('makes a match ambiguous when its run gets an exact copy, and moves no other link', () => {
    for (const { keyText, wandbRunId } of someMatches(name)) {
      const run = input.runs.find(({ runId }) => runId === wandbRunId)!;
      const { outcomes } = linkRecords({
        ...input,
        runs: [...input.runs, { ...run, runId: 'copycopy', storageId: 'copy' }],
      });
      const own = outcomes.find((outcome) => outcome.keyText === keyText)!;
      expect(own).toMatchObject({ kind: 'ambiguous', wandbRunId: null });
      expect(
        own.candidates
          .slice(0, 2)
          .map((candidate) => candidate.wandbRunId)
          .toSorted(),
      ).toEqual([wandbRunId, 'copycopy'].toSorted());
      expectSameAwayFrom(
        outcomes.filter((outcome) => outcome !== own),
        outcomesOf(name),
      );
    }
  });

  it('links a row whose run is taken away to no other run', () => {
    for (const { keyText, wandbRunId } of someMatches(name)) {
      const { outcomes } = linkRecords({ ...input, runs: input.runs.filter(({ runId }) => runId !== wandbRunId) });
      const own = outcomes.find((outcome) => outcome.keyText === keyText)!;
      expect(own.wandbRunId).toBeNull();
      expect(own.probability ?? 0).toBeLessThan(0.99);
    }
  });

  it('changes no decision away from a threshold when runs of another year that share nothing are added', () => {
    const others = Array.from({ length: 30 }, (_item, at) =>
      runOf(`zz${at}other`, new Date(Date.UTC(2019, at % 12, 3 + (at % 20), at % 24, at, 11)).toISOString(), {
        displayName: `faint-echo-${at}`,
        config: { unrelated: `thing ${at}` },
      }),
    );
    expectSameAwayFrom(linkRecords({ ...input, runs: [...input.runs, ...others] }).outcomes, outcomesOf(name));
  });

  it('only loses links when a threshold is raised', () => {
    const linksWith = (options: LinkageInput['options']): Record<string, string> =>
      linksOf(linkRecords({ ...input, options }).outcomes);
    const plain = linksOf(outcomesOf(name));
    expect(linksWith({ minProbability: 0.9, minMargin: 1 })).toMatchObject(plain);
    expect(plain).toMatchObject(linksWith({ minProbability: 0.9999, minMargin: 20 }));
  });

  it('decides alike whatever rows and runs are called', () => {
    const renamed = renameAll(input);
    const { outcomes } = linkRecords(renamed.input);
    const plain = outcomesOf(name).map(({ keyText, kind, wandbRunId }) => ({
      keyText: renamed.keys.get(keyText),
      kind,
      wandbRunId: wandbRunId === null ? null : renamed.runIds.get(wandbRunId),
    }));
    expect(outcomes.map(({ keyText, kind, wandbRunId }) => ({ keyText, kind, wandbRunId }))).toEqual(plain);
  });
});

/** Rows whose probability lies well on one side of the threshold keep their decision. */
function expectSameAwayFrom(outcomes: readonly LinkOutcome[], before: readonly LinkOutcome[]): void {
  const isSettled = ({ probability }: LinkOutcome): boolean => (probability ?? 0) > 0.999 || (probability ?? 0) < 0.9;
  const earlier = new Map(before.map((outcome) => [outcome.keyText, outcome]));
  const changed = outcomes.filter((outcome) => {
    const own = earlier.get(outcome.keyText)!;
    return isSettled(own) && isSettled(outcome) && own.wandbRunId !== outcome.wandbRunId;
  });
  expect(changed.map(({ keyText }) => keyText)).toEqual([]);
}

interface Renamed {
  readonly input: LinkageInput;
  readonly keys: ReadonlyMap<string, string>;
  readonly runIds: ReadonlyMap<string, string>;
}

/** Run ids change places among each other; keys too where they are mere numbers of the rows. */
function renameAll(input: LinkageInput): Renamed {
  const random = createRandom(11);
  const runIds = permuted(
    input.runs.map(({ runId }) => runId),
    random.shuffle,
  );
  const isCounter = input.rows.every(({ keyText }) => /^(row|ssl)-\d+$/.test(keyText));
  const texts = input.rows.map(({ keyText }) => keyText);
  const keys = isCounter ? permuted(texts, random.shuffle) : new Map(texts.map((text) => [text, text]));
  const rename = (row: RegistryRow): RegistryRow => {
    const keyText = keys.get(row.keyText)!;
    return isCounter ? { ...row, key: keyText, keyText, values: { ...row.values, [input.schema.key]: keyText } } : row;
  };
  return {
    input: {
      ...input,
      rows: input.rows.map(rename),
      runs: input.runs.map((run): Run => ({ ...run, runId: runIds.get(run.runId)! })),
    },
    keys,
    runIds,
  };
}

function permuted(names: readonly string[], shuffle: <T>(items: readonly T[]) => T[]): Map<string, string> {
  const others = shuffle(names);
  return new Map(names.map((name, at) => [name, others[at]!]));
}

/** One job as either side might have written it: both sides keep the same, each with errors of its own. */
interface Note {
  readonly id: string;
  readonly at: number;
  readonly seconds: number;
  readonly lr: number;
  readonly task: string;
  readonly score: number;
}

function takeNotes(seed: number, count: number): { readonly left: Note[]; readonly right: Note[] } {
  const random = createRandom(seed);
  const left: Note[] = [];
  const right: Note[] = [];
  for (let no = 0; no < count; no++) {
    const at = Date.UTC(2024, 2, 1) / 1000 + no * 5000 + random.integer(0, 4000);
    const job = {
      seconds: random.integer(100, 9000),
      lr: random.pick([1e-3, 1e-4]),
      task: random.pick(['hop', 'jnk']),
    };
    const score = Math.round(random.next() * 1e5) / 1e5;
    const note = (side: string): Note => ({
      ...job,
      id: `${side}${String(no).padStart(3, '0')}`,
      at: at + random.integer(-3, 3),
      score,
    });
    if (random.chance(0.9)) left.push(note('l'));
    if (random.chance(0.9)) right.push(note('r'));
  }
  return { left, right };
}

function linkNotes(rows: readonly Note[], runs: readonly Note[]): Record<string, string> {
  const input = inputOf(
    rows.map(({ id, at, seconds, lr, task, score }) =>
      rowOf(id, {
        created_at: new Date(at * 1000).toISOString().slice(0, 19).replace('T', ' '),
        duration_seconds: seconds,
        lr,
        task,
        final_metrics_json: JSON.stringify({ score }),
      }),
    ),
    runs.map(({ id, at, seconds, lr, task, score }) =>
      runOf(id, new Date(at * 1000).toISOString(), {
        heartbeatAt: (at + seconds) * 1000,
        config: { lr, task },
        summary: { score },
      }),
    ),
  );
  return linksOf(linkRecords(input).outcomes);
}

describe('linkRecords', () => {
  it('mirrors its links when registry and project change places', () => {
    for (const seed of [1]) {
      const { left, right } = takeNotes(seed, 30);
      const there = linkNotes(left, right);
      const back = linkNotes(right, left);
      expect(Object.keys(there).length).toBeGreaterThan(18);
      expect(Object.fromEntries(Object.entries(back).map(([from, to]) => [to, from]))).toEqual(there);
    }
  });

  it('decides alike when all times of the registry are moved by an hour and a quarter', () => {
    const decide = (minutes: number): unknown =>
      linkRecords(buildWorld({ ...SMALL, zone: () => minutes }, 9).input).outcomes.map(
        ({ keyText, kind, wandbRunId, probability }) => [keyText, kind, wandbRunId, probability?.toFixed(6)],
      );
    expect(decide(75)).toEqual(decide(0));
  });

  it('never weighs a true pair less because a missing field is there and agrees', () => {
    const { left, right } = takeNotes(5, 30);
    const rows = left.map(({ id, at, lr, task, score }) =>
      rowOf(id, {
        created_at: new Date(at * 1000).toISOString().slice(0, 19).replace('T', ' '),
        lr,
        task,
        final_metrics_json: JSON.stringify({ score }),
      }),
    );
    const runs = right.map(({ id, at, seconds, lr, task, score }) =>
      runOf(id, new Date(at * 1000).toISOString(), {
        heartbeatAt: (at + seconds) * 1000,
        config: { lr, task },
        summary: { score },
      }),
    );
    const full = weightsOf(inputOf(rows, runs));
    const keys = Object.keys(full).slice(0, 2);
    expect(keys.length).toBe(2);
    for (const keyText of keys) {
      for (const column of ['lr', 'created_at', 'final_metrics_json']) {
        const without = rows.map((row) =>
          row.keyText === keyText ? { ...row, values: { ...row.values, [column]: null } } : row,
        );
        const less = weightsOf(inputOf(without, runs))[keyText] ?? -Infinity;
        expect({ keyText, column, gain: full[keyText]! - less >= 0 }).toEqual({ keyText, column, gain: true });
      }
    }
  });
});

/** Weight of each row's pair with the run of its own number, prior included. */
function weightsOf(input: LinkageInput): Record<string, number> {
  return Object.fromEntries(
    linkRecords(input).outcomes.flatMap(({ keyText, candidates }) => {
      const own = candidates.find(({ wandbRunId }) => wandbRunId === `r${keyText.slice(1)}`);
      return own === undefined ? [] : [[keyText, own.weight]];
    }),
  );
}
