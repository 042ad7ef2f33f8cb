import { describe, expect, it } from 'vitest';
import { buildComparisons } from '../../src/linkage/comparison/comparisons.ts';
import { buildField } from '../../src/linkage/normalize/fields.ts';
import { buildRecords } from '../../src/linkage/normalize/records.ts';
import { createValueCodes } from '../../src/linkage/normalize/values.ts';
import { keySimilarity } from '../../src/linkage/pairing/key-similarity.ts';
import { pairMetrics } from '../../src/linkage/pairing/pair-metrics.ts';
import { pairSettings, rankSettings } from '../../src/linkage/pairing/pair-settings.ts';
import { refineChoices } from '../../src/linkage/pairing/refine.ts';
import { shapeOf, textsAlike } from '../../src/linkage/pairing/text-match.ts';
import type { LinkageInput } from '../../src/model/linkage.ts';
import { inputOf, rowOf, runOf } from '../helpers/worlds/small.ts';

const METHODS = ['mgda', 'pcgrad', 'cagrad', 'nash'];
const HOSTS = ['ip-10-0-4-7', 'ip-10-0-4-9', 'ip-10-0-8-1'];
const NODES = ['i-0abc1234', 'i-0def5678', 'i-0aaa9999'];

/** Sixty rows and runs whose columns and keys bear unlike names; row n and run n belong together. */
function sixty(): LinkageInput {
  const numbers = Array.from({ length: 60 }, (_item, index) => index);
  const rows = numbers.map((n) =>
    rowOf(`r${String(n).padStart(2, '0')}`, {
      alg: METHODS[n % 4]!,
      bs: BigInt(32 * (1 + (n % 5))),
      log_lr: [-4, -3, -2, -1][(n * 7) % 4]!,
      num_goals: BigInt(2 + ((n * 3) % 5)),
      pct: 100 * [0.1, 0.25, 0.5][n % 3]!,
      node: NODES[n % 3]!,
      psnr: Number((20 + Math.sin(n) * 5).toFixed(2)),
      nothing: 'x',
    }),
  );
  const runs = numbers.map((n) =>
    runOf(`run${String(n).padStart(2, '0')}`, '2024-01-01T00:00:00Z', {
      host: HOSTS[n % 3]!,
      config: {
        loss: { gradMethod: METHODS[n % 4]!.toUpperCase() },
        perDevice: String(32 * (1 + (n % 5))),
        dropout: [0.1, 0.25, 0.5][n % 3]!,
        noise: n % 7,
        optim: { rate: [1e-4, 1e-3, 1e-2, 0.1][(n * 7) % 4]! },
        goals: ['a', 'b', 'c', 'd', 'e', 'f'].slice(0, 2 + ((n * 3) % 5)),
      },
      summary: { 'test/psnr': 20 + Math.sin(n) * 5, 'test/other': 300 + n },
    }),
  );
  return inputOf(rows, runs);
}

describe('pairing by values', () => {
  const records = buildRecords(sixty());
  const taken = new Set(['psnr']);

  it('finds the key that says what a column says, whatever both are called', () => {
    const pairs = pairSettings(rankSettings(records, taken));
    const keys = Object.fromEntries(pairs.map((pair) => [pair.column.name, pair.key.name]));
    expect(keys).toMatchObject({ alg: 'loss.gradMethod', bs: 'perDevice', pct: 'dropout' });
    expect(keys).toMatchObject({ log_lr: 'optim.rate', num_goals: 'goals.length' });
    expect(Object.keys(keys)).not.toContain('nothing');
  });

  it('takes a word in a column of numbers for none, if no run says so', () => {
    const { rows, runs } = sixty();
    const words = rows.map((row, n) => (n === 7 ? rowOf(row.keyText, { ...row.values, pct: 'inf' }) : row));
    const codesOf = (more: LinkageInput['runs']): Int32Array | undefined =>
      pairSettings(rankSettings(buildRecords(inputOf(words, more)), taken)).find(({ column }) => column.name === 'pct')
        ?.rowCodes;
    expect(codesOf(runs)?.[7]).toBe(-1);
    const said = runOf('run60', '2024-01-01T00:00:00Z', { config: { dropout: 'inf' } });
    expect(codesOf([...runs, said])?.[7]).toBeGreaterThanOrEqual(0);
  });

  it('finds the summary key that measured a column, at the digits that the column kept', () => {
    expect(
      pairMetrics(records, [], { taken: new Set(), known: new Map(), bitsAsSetting: () => 0 }).map(
        ({ column, key }) => [column, key],
      ),
    ).toContainEqual(['psnr', 'test/psnr']);
  });

  it('holds months against the months in which the runs began, where rows have no other time', () => {
    const runs = sixty().runs.map((run, at) => ({ ...run, createdAt: run.createdAt + 2 * at * 86_400_000 }));
    const keysWith = (columns: (begun: string) => Readonly<Record<string, string>>): string[] => {
      const rows = runs.map((run, at) => rowOf(`r${at}`, columns(new Date(run.createdAt).toISOString())));
      const pairs = pairSettings(rankSettings(buildRecords(inputOf(rows, runs)), taken));
      return pairs.filter(({ column }) => column.name.startsWith('month')).map(({ key }) => key.name);
    };
    const monthOf = (begun: string): string => begun.slice(0, 7).replace('-', '/');
    expect(keysWith((begun) => ({ month: monthOf(begun) }))).toEqual(['month of start']);
    expect(keysWith((begun) => ({ month: monthOf(begun), begun }))).not.toContain('month of start');
  });

  it('takes the key that the configuration names', () => {
    const input = sixty();
    const named = buildRecords({ ...input, schema: { ...input.schema, evidence: { bs: 'noise' } } });
    const bs = rankSettings(named, taken).find((choices) => choices[0]?.column.name === 'bs');
    expect(bs?.[0]?.key.name).toBe('perDevice'); // values that never occur there cannot be paired, even so
  });

  it('learns from sure pairs that two names always mean one thing, and drops a key that does not fit', () => {
    const node = records.row.fields.find((field) => field.name === 'node')!;
    const host = records.run.fields.find((field) => field.name === 'host')!;
    const sure = records.rows.map((_row, row) => ({ row, run: row }));
    const choice = { column: node, key: host, map: { rows: new Map(), runs: new Map() }, score: 1 };
    const [refined] = refineChoices([choice], sure);
    expect(refined?.isProven).toBe(true);
    expect(refined?.map.rows.size).toBe(3);
    const shifted = records.rows.map((_row, row) => ({ row, run: (row * 7 + Math.floor(row / 3)) % 60 }));
    expect(refineChoices([choice], shifted)).toEqual([]);
  });
});

it('takes no setting and no counting key for a metric that a run or two happens to have measured as much', () => {
  const rates = [0.1, 0.01, 0.001, 0.0001];
  const caps = [412_235n, 117_856n, 1_093_135n];
  const numbers = Array.from({ length: 60 }, (_item, at) => at);
  const rows = numbers.map((n) =>
    rowOf(String(n), { run_id: BigInt(n), lr: rates[n % 4]!, start_points: caps[n % 3]!, cap: caps[n % 3]! }),
  );
  const runs = numbers.map((n) =>
    runOf(`run-${n}`, '2024-01-01T00:00:00Z', {
      config: { learning_rate: rates[n % 4]!, start_points: Number(caps[n % 3]!) },
      summary: { fitness: (n * 37) % 60, grad_norm: 0.0001 * 1.14 ** n, points: n < 3 ? Number(caps[n]) : 300_000 + n },
    }),
  );
  const { metrics, fields } = buildComparisons(buildRecords(inputOf(rows, runs)), [], {
    trusts: () => true,
    ranked: new Map(),
    measured: new Map(),
    tokens: null,
    paired: new Set(),
    last: null,
  });
  expect(metrics.health()).toEqual([]);
  const keys = Object.fromEntries(fields.map(({ column, key }) => [column.name, key.name]));
  expect(keys).toEqual({ lr: 'learning_rate', cap: 'start_points' });
});

it('lets a name that the registry cut go with every run whose name begins so, and with no other', () => {
  const parts = ['lm', 'lb', 'nl', 'nb'].flatMap((data) => [1, 2, 3].map((seed) => `${data}_r${seed}`));
  const names = parts.flatMap((part) => ['unet', 'unetplus', 'deeplabv3'].map((net) => `uncorrected_${part}_${net}`));
  const cut = 'uncorrected_lm_r1_unet'.length;
  const records = buildRecords(
    inputOf(
      names.map((name, n) => rowOf(`row-${n}`, { job: name.slice(0, cut) })),
      names.map((displayName, n) => runOf(`run-${n}`, '2024-01-01T00:00:00Z', { displayName })),
    ),
  );
  const pairs = pairSettings(rankSettings(records, new Set()));
  const pair = pairs.find(({ column, key }) => column.name === 'job' && key.name === 'displayName');
  const cells = records.rows.map(({ values }) => String(values['job']));
  for (const [row, cell] of cells.entries()) {
    for (const [run, { displayName }] of records.runs.entries()) {
      expect(pair!.rowCodes[row] === pair!.runCodes[run], `${cell} and ${displayName}`).toBe(
        displayName!.startsWith(cell),
      );
    }
  }
});

it('finds by the pairs that are sure a key that has other words for all that a column says', () => {
  const words: Readonly<Record<string, string>> = { mgda: 'MultipleGradientDescent', epo: 'ParetoOptimal', ls: 'Sum' };
  const numbers = Array.from({ length: 60 }, (_item, at) => at);
  const methods = Object.keys(words);
  const other = numbers.map((n) => ['red', 'green', 'blue'][(n * n) % 3]!);
  const records = buildRecords(
    inputOf(
      numbers.map((n) => rowOf(`row-${n}`, { method: methods[n % 3]! })),
      numbers.map((n) =>
        runOf(`run-${n}`, '2024-01-01T00:00:00Z', { config: { solver: words[methods[n % 3]!]!, colour: other[n]! } }),
      ),
    ),
  );
  const choices = rankSettings(records, new Set());
  const runNumbers = new Map(records.runs.map(({ runId }, at) => [runId, at]));
  const sure = records.rows.map(({ keyText }, row) => ({ row, run: runNumbers.get(keyText.replace('row', 'run'))! }));
  const pairsWith = (known: typeof sure) => pairSettings(choices.map((own) => refineChoices(own, known)));
  expect(pairsWith([])).toEqual([]);
  const [pair, ...more] = pairsWith(sure);
  expect([pair?.column.name, pair?.key.name, more.length]).toEqual(['method', 'solver', 0]);
  expect(sure.every(({ row, run }) => pair!.rowCodes[row] === pair!.runCodes[run])).toBe(true);
});

describe('textsAlike', () => {
  const alike = (a: string, b: string): boolean => textsAlike(shapeOf(a), shapeOf(b));

  it('sees through order, separators, typos, cuts and abbreviations', () => {
    for (const [a, b] of [
      ['deco_hop_bs96_mgda', 'mgda-bs96-hop-deco'],
      ['perindopril_bs32_acgrad', 'perindopril_bs32_cagrad'],
      ['ranolazine', 'ranolazne'],
      ['crtple', 'cartpole'],
      ['resnet', 'resnet-imagenet'],
      ['3377f54', '3377f54af65f438666ee20ff347e5e987e5d1d2f'],
    ] as const) {
      expect([a, b, alike(a, b), alike(b, a)]).toEqual([a, b, true, true]);
    }
  });

  it('sees a random id in a name that bears its head', () => {
    expect(alike('lt-en_2j7sj', '2j7sj0wvbs8vu11auj46v0')).toBe(true);
    expect(alike('lt-en_2j7', '2j7sj0wvbs8vu11auj46v0')).toBe(false);
    expect(alike('transformer', 'transformer_base_12_24_36')).toBe(false);
  });

  it('never takes one number for another', () => {
    for (const [a, b] of [
      ['deco_bs96', 'deco_bs69'],
      ['i-0abc123', 'i-0abc124'],
      ['v1', 'v2'],
      ['adam', 'sgd'],
    ] as const) {
      expect([a, b, alike(a, b)]).toEqual([a, b, false]);
    }
  });
});

describe('a column that numbers the rows', () => {
  /** Keys that its column `no` may stand for. */
  const keysOf = (rowCount: number, runs: LinkageInput['runs']): string[] => {
    const rows = Array.from({ length: rowCount }, (_item, at) => rowOf(`row-${at}`, { no: BigInt(at + 1) }));
    const ranked = rankSettings(buildRecords(inputOf(rows, runs)), new Set());
    return ranked.flat().flatMap(({ column, key }) => (column.name === 'no' ? [key.name] : []));
  };
  const runsWith = (configOf: (at: number) => Record<string, number>): LinkageInput['runs'] =>
    Array.from({ length: 60 }, (_item, at) =>
      runOf(`w${at}`, '2025-03-01T10:00:00Z', { user: `student${(at % 20) + 1}`, config: configOf(at) }),
    );

  it('stands for no value that many runs share', () => {
    const runs = runsWith((at) => ({ index: at + 1 }));
    expect(keysOf(40, runs)).toContain('index');
    expect(keysOf(40, runs)).not.toContain('user');
  });

  it('is read however many rows there are', () => {
    const values = createValueCodes();
    const codes = Int32Array.from({ length: 150_000 }, (_item, at) => values.encode(at + 1));
    const no = buildField({ name: 'no', origin: 'column', codes }, values);
    const records = buildRecords(
      inputOf(
        [],
        runsWith(() => ({})),
      ),
    );
    const many = { ...records, values, row: { ...records.row, fields: [no] } };
    expect(rankSettings(many, new Set())).toEqual([]);
  });
});

describe('keySimilarity', () => {
  it('is highest for the same words, high for initials, low for others', () => {
    expect(keySimilarity('batch_size', 'trainer.batchSize')).toBeGreaterThan(0.9);
    expect(keySimilarity('bs', 'batch_size')).toBe(0.8);
    expect(keySimilarity('psnr', 'test_full/psnr')).toBeGreaterThan(0.9);
    expect(keySimilarity('seed', 'lr')).toBe(0);
  });
});
