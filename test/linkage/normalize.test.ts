import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { looksLikeCommand, parseArgs, splitCommand } from '../../src/linkage/normalize/args.ts';
import { findRounding, unitOf, unitsByRow } from '../../src/linkage/normalize/digits.ts';
import { flattenJson } from '../../src/linkage/normalize/flatten.ts';
import { findNumberedWords } from '../../src/linkage/normalize/name-fields.ts';
import { isGeneratedName, parseName } from '../../src/linkage/normalize/names.ts';
import { setRanksAside } from '../../src/linkage/normalize/ranks.ts';
import { buildTimeFieldOrNull, findTimeOrNull } from '../../src/linkage/normalize/times.ts';
import { rareTokens } from '../../src/linkage/normalize/tokens.ts';
import { createValueCodes } from '../../src/linkage/normalize/values.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { runOf } from '../helpers/worlds/small.ts';

const partsOf = (name: string): string[] =>
  parseName(name).map(({ label, value }) => (label === null ? value : `${label}:${value}`));

describe('values of both sides', () => {
  it('are one value however they are written', () => {
    const values = createValueCodes();
    const sameAs = (first: unknown, ...others: readonly unknown[]): void => {
      for (const other of others) expect(values.encode(other)).toBe(values.encode(first));
    };
    sameAs(0.001, '1e-3', '0.0010', ' 1E-3 ');
    sameAs(96, 96n, '96', '96.0');
    sameAs(true, 'True', 1, '1');
    sameAs('Deco-Hop', 'deco_hop', ' DECO HOP');
  });

  it('stay apart where only the digits are alike', () => {
    const values = createValueCodes();
    expect(values.encode('13901e4')).not.toBe(values.encode(139_010_000));
    expect(values.encode('0012345')).not.toBe(values.encode(12_345));
    expect(values.encode(2n ** 60n)).not.toBe(values.encode(2n ** 60n + 1n));
  });

  it('are missing where people write that there is none', () => {
    const values = createValueCodes();
    for (const nothing of [null, undefined, '', '  ', 'null', 'N/A', 'nan', Number.NaN]) {
      expect(values.encode(nothing)).toBe(-1);
    }
  });
});

describe('parseName', () => {
  it('finds the same parts whatever separates them', () => {
    expect(partsOf('deco_hop_bs96_mgda_i-0abc123')).toEqual(['deco', 'hop', 'bs:96', 'mgda', 'i-0abc123']);
    expect(partsOf('deco_hop_bs96_mgda_i-0190499')).toEqual(['deco', 'hop', 'bs:96', 'mgda', 'i-0190499']);
    expect(partsOf('Deco/hop-BS=96 mgda|i-0abc123')).toEqual(['deco', 'hop', 'bs:96', 'mgda', 'i-0abc123']);
  });

  it('keeps the minus of an exponent with its number', () => {
    expect(partsOf('mgda-lr1e-3-seed7')).toEqual(['mgda', 'lr:1e-3', 'seed:7']);
    expect(partsOf('lr=0.001')).toEqual(['lr:0.001']);
  });

  it('keeps numbers with a point whole between minuses', () => {
    expect(partsOf('darcy_fno-m24-6.5e-4-sd15')).toEqual(['darcy', 'fno', 'm:24', '6.5e-4', 'sd:15']);
    expect(partsOf('unet-m8-0.0037-lr3.7e-3-x')).toEqual(['unet', 'm:8', '0.0037', 'lr:3.7e-3', 'x']);
    expect(partsOf('a=0.5-b=0.3-run')).toEqual(['a:0.5', 'b:0.3', 'run']);
    expect(partsOf('v1.2-3.4.best')).toEqual(['v:1.2', '3.4', 'best']);
  });

  it('reads numbers without a point or a minus, as names of files have them', () => {
    expect(partsOf('rn50_lr0p01_wd1em4_do0p3')).toEqual(['rn:50', 'lr:0.01', 'wd:1e-4', 'do:0.3']);
    expect(partsOf('lr=2p5em05, beta 0p9')).toEqual(['lr:2.5e-05', 'beta', '0.9']);
    expect(partsOf('clip_1080px2_top1em_p4')).toEqual(['clip', '1080px2', 'top1em', 'p:4']);
  });

  it('reads a number before its word as after it', () => {
    expect(partsOf('vit_300ep_8gpu_bs96_1e-3')).toEqual(['vit', 'ep:300', 'gpu:8', 'bs:96', '1e-3']);
  });

  it('separates at points beside settings, unless they are the path of a key or within a value', () => {
    expect(partsOf('esm2.cnn.subloc.seed0.lr=2.1e-4.pt')).toEqual(['esm:2', 'cnn', 'subloc', 'seed:0', 'lr:2.1e-4']);
    expect(partsOf('subloc_esm2-cnn_lr2.1e-4_s0')).toEqual(['subloc', 'esm:2', 'cnn', 'lr:2.1e-4', 's:0']);
    expect(partsOf('exp=3.lr=1e-3')).toEqual(['exp:3', 'lr:1e-3']);
    expect(partsOf('v1.2_lr=0.01.ckpt')).toEqual(['v:1.2', 'lr:0.01']);
    expect(partsOf('cnn.wide.lr=0.1.pth.tar')).toEqual(['cnn', 'wide', 'lr:0.1']);
    expect(partsOf('model.encoder.dim=64,optim.lr=0.01')).toEqual(['model.encoder.dim:64', 'optim.lr:0.01']);
    expect(partsOf('tag=v1.best')).toEqual(['tag:v1.best']);
  });

  it('knows the names that W&B makes up', () => {
    expect(isGeneratedName('glowing-sun-12')).toBe(true);
    expect(isGeneratedName('deco-hop-bs96')).toBe(false);
  });

  it('loses no letter or digit of any text but those that stand for a point or a minus', () => {
    const bare = (text: string): string =>
      text
        .normalize('NFKC')
        .toLowerCase()
        .replaceAll(/[^a-z0-9]/g, '')
        .replaceAll(/(?<=\d)p(?=\d)|(?<=\de)m(?=\d)/g, '');
    fc.assert(
      fc.property(fc.stringMatching(/^[a-zA-Z0-9_ /-]{0,30}$/), (text) => {
        const parts = parseName(text).map(({ label, value, isNumberFirst }) =>
          isNumberFirst ? `${value}${label}` : `${label ?? ''}${value}`,
        );
        expect(bare(parts.join(''))).toBe(bare(text));
      }),
    );
  });
});

describe('findNumberedWords', () => {
  it('are names that end in a number, which some names bear and always the same', () => {
    const names = ['esm2_gb1_lr0.1_v3', 'ankh_gb1_lr0.2_v3', 'esm2_fluor_lr0.1_v3', 'glowing-sun-12'];
    expect([...findNumberedWords(names)]).toEqual(['esm', 'gb', 'v']);
    expect([...findNumberedWords(names.slice(0, 3))]).toEqual(['esm', 'gb']);
  });
});

describe('parseArgs', () => {
  it('reads the ways in which people write arguments', () => {
    expect(
      parseArgs([
        '--lr',
        '0.1',
        '--bs=96',
        'task=deco',
        '+optim.wd=1e-4',
        '-s',
        '7',
        '--amp',
        '--no-cache',
        '--beta',
        '-0.5',
      ]),
    ).toEqual([
      ['lr', '0.1'],
      ['bs', '96'],
      ['task', 'deco'],
      ['optim.wd', '1e-4'],
      ['s', '7'],
      ['amp', 'true'],
      ['cache', 'false'],
      ['beta', '-0.5'],
    ]);
  });
});

describe('a command line in a cell', () => {
  const COMMAND = `python -m lab.train --lr 0.1 data.mix='[web]' prompt="say \\"hello\\" twice"`;

  it('is taken apart as a shell does it', () => {
    expect(parseArgs(splitCommand(COMMAND)).slice(1)).toEqual([
      ['lr', '0.1'],
      ['data.mix', '[web]'],
      ['prompt', 'say "hello" twice'],
    ]);
    expect(splitCommand("don't do --that")).toContain('--that');
  });

  it('sets two things at least, and is no list', () => {
    expect(looksLikeCommand(COMMAND)).toBe(true);
    expect(looksLikeCommand('ended early --sadly')).toBe(false);
    expect(looksLikeCommand('Namespace(lr=0.1, bs=32, seed=4)')).toBe(false);
  });
});

describe('flattenJson', () => {
  it('takes the values of one path in the same order, whichever key comes first', () => {
    const pathsOf = (value: JsonObject): string[] => {
      const paths: string[] = [];
      flattenJson(value, (path, scalar) => paths.push(`${path}=${String(scalar)}`));
      return paths;
    };
    expect(pathsOf({ 'a.b': 1, a: { b: 2 } })).toEqual(['a.b=2', 'a.b=1']);
    expect(pathsOf({ a: { b: 2 }, 'a.b': 1 })).toEqual(['a.b=2', 'a.b=1']);
  });

  it('gives dotted paths and the lengths of lists, drops media and the random ids of what the client recorded', () => {
    const found: [string, unknown][] = [];
    flattenJson(
      {
        optim: { lr: 0.1, betas: [0.9, 0.99] },
        plot: { _type: 'image-file', path: 'x.png' },
        _wandb: { t: { 1: [5] }, value: { e: { r4nd0m: { slurm: { job_id: '77' } } } } },
      },
      (path, scalar) => found.push([path, scalar]),
    );
    expect(found).toEqual([
      ['optim.lr', 0.1],
      ['optim.betas.length', 2],
      ['optim.betas.0', 0.9],
      ['optim.betas.1', 0.99],
      ['_wandb.e.slurm.job_id', '77'],
    ]);
  });
});

describe('times', () => {
  const seconds = Date.parse('2024-05-12T08:15:30Z') / 1000;

  it('are found as they are and inside of names', () => {
    for (const text of ['2024-05-12 08:15:30', 'train_20240512-081530.log', 'run-2024-05-12_08.15.30-x', seconds]) {
      expect(findTimeOrNull(text)?.seconds).toBe(seconds);
    }
    expect(findTimeOrNull('seed20240512')).toBeNull();
    expect(findTimeOrNull('bs96_lr0.001')).toBeNull();
  });

  it('make a column of times where nearly all cells hold one, with the step that divides all', () => {
    const minutes = ['2024-05-12 08:15:00', '2024-05-12 09:45:00', null, '2024-05-13 10:00:00'];
    expect(buildTimeFieldOrNull('t', minutes)).toMatchObject({ quantum: 60, zoned: false, filled: 3 });
    expect(buildTimeFieldOrNull('d', ['2024-05-12', '2024-05-13'])).toMatchObject({ quantum: 86_400 });
    expect(buildTimeFieldOrNull('h', ['2024-05-12T08', '2024-05-13 21h'])).toMatchObject({ quantum: 3600, filled: 2 });
    expect(buildTimeFieldOrNull('n', ['a', '2024-05-12', 'b'])).toBeNull();
  });
});

describe('findRounding', () => {
  it('tells decimals from significant digits', () => {
    expect(findRounding(Float64Array.of(0.93, 12.41, 3.07, 150.28))).toEqual({ kind: 'decimals', digits: 2 });
    expect(findRounding(Float64Array.of(0.001234, 12.34, 0.5678, 1234))).toEqual({ kind: 'significant', digits: 4 });
  });

  it('gives the unit of the last digit that was kept', () => {
    expect(unitOf(12.3, { kind: 'decimals', digits: 2 })).toBeCloseTo(0.01, 12);
    expect(unitOf(0.001234, { kind: 'significant', digits: 4 })).toBeCloseTo(1e-6, 15);
  });
});

describe('unitsByRow', () => {
  const rounding = { kind: 'decimals', digits: 4 } as const;
  const columnsOf = (...columns: number[][]): { rowValues: Float64Array; rounding: typeof rounding }[] =>
    columns.map((values) => ({ rowValues: Float64Array.from(values), rounding }));

  it('are coarser for a row that was rounded more than its columns', () => {
    const units = unitsByRow(columnsOf([0.4436, 0.444, 0.4], [0.7251, 0.725, Number.NaN]));
    expect(units.map((own) => Array.from(own))).toEqual([
      [1e-4, 1e-3, 0.1],
      [1e-4, 1e-3, 1],
    ]);
  });

  it('stay as fine where as many rows end in zeros as do by chance: a database keeps none of them', () => {
    const column = Array.from({ length: 400 }, (_item, at) => Number((0.35 + at / 2000 + 0.0004).toFixed(3)));
    const [fine] = unitsByRow([
      { rowValues: Float64Array.from([...column, 0.4]), rounding: { ...rounding, digits: 3 } },
    ]);
    expect(fine!.at(-1)).toBe(1e-3);
    const rounded = column.map((value, at) => (at % 3 === 0 ? Number(value.toFixed(1)) : value));
    const [mixed] = unitsByRow([
      { rowValues: Float64Array.from([...rounded, 0.4]), rounding: { ...rounding, digits: 3 } },
    ]);
    expect(mixed!.at(-1)).toBe(0.1);
  });

  it('stay as fine where a row may have trailing zeros, or metrics that are 0 and 1', () => {
    const [first] = unitsByRow(columnsOf([0.4436, 0.443, 1], [0.7251, 0.7254, 0]));
    expect(Array.from(first!)).toEqual([1e-4, 1e-4, 1e-4]);
  });
});

describe('rareTokens', () => {
  it('are ids and whole values, but neither times nor decimals', () => {
    expect(rareTokens('/logs/slurm-4640400_3.out')).toEqual(['4640400', '/logs/slurm-4640400_3.out']);
    expect(rareTokens('2024-05-12 08:15:30')).toEqual([]);
    expect(rareTokens('lr0.00123456')).not.toContain('00123456');
    expect(rareTokens('x 3f2a91bc')).toContain('3f2a91bc');
  });
});

describe('setRanksAside', () => {
  const rank = (runId: string, summary: Record<string, number>, end = 600): ReturnType<typeof runOf> =>
    runOf(runId, '2024-03-01T09:00:00Z', {
      displayName: 'deco',
      heartbeatAt: Date.parse('2024-03-01T09:00:00Z') + end * 1000,
      summary,
    });

  it('keeps the one rank that has metrics', () => {
    const { runs, ranksByRunId } = setRanksAside([rank('a', {}), rank('b', { loss: 1 }), rank('c', {})], new Set());
    expect(runs.map((run) => run.runId)).toEqual(['b']);
    expect(ranksByRunId.get('b')?.map((run) => run.runId)).toEqual(['a', 'c']);
  });

  it('keeps the rank that knows the mean, of ranks on eight machines that start seconds apart and live for hours', () => {
    const start = Date.parse('2024-03-01T09:00:00Z');
    const ranks = Array.from({ length: 8 }, (_item, no) =>
      runOf(`rank${no}`, new Date(start + 5000 * no).toISOString(), {
        host: `node-${no}`,
        heartbeatAt: start + 2 * 3_600_000 + 1000 * no,
        summary: no === 5 ? { loss: 2.31, mfu: 0.4 } : { loss_local: 2.3 + no / 100 },
      }),
    );
    expect(setRanksAside(ranks, new Set()).runs.map((run) => run.runId)).toEqual(['rank5']);
    const short = ranks.map((run) => ({ ...run, heartbeatAt: run.createdAt + 60_000 }));
    expect(setRanksAside(short, new Set()).runs).toHaveLength(8);
  });

  it('keeps jobs of their own: two with metrics, one that ended at another time, one that is linked', () => {
    const all = (runs: ReturnType<typeof runOf>[], keep: string[] = []): number =>
      setRanksAside(runs, new Set(keep)).runs.length;
    expect(all([rank('a', { loss: 2 }), rank('b', { loss: 1 })])).toBe(2);
    expect(all([rank('a', {}, 20), rank('b', { loss: 1 })])).toBe(2);
    expect(all([rank('a', {}), rank('b', { loss: 1 })], ['a'])).toBe(2);
  });
});
