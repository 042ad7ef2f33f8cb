import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EMPTY_IMAGE, IDENTITY_COLUMNS } from '../../src/model/identity.ts';
import { DEFAULT_LINKAGE_OPTIONS } from '../../src/model/linkage.ts';
import type { KnownLink, LinkageInput } from '../../src/model/linkage.ts';
import type { RegistryColumn, RegistryRow, RegistrySchema } from '../../src/model/registry.ts';
import { buildFolds, buildSpotCheck, hideLinks, selectTestable } from '../../src/plan/hidden-links.ts';
import { SCHEMA, sampleRun } from '../helpers/plan-samples.ts';

const COLUMNS = ['run_id', ...IDENTITY_COLUMNS, 'log_path', 'page'];

function column(name: string): RegistryColumn {
  const sizes = { filled: 1, sampled: 1, distinct: 1, example: null };
  const generated = name === 'page';
  return { name, declaredType: 'TEXT', kind: 'text', timeFormat: null, generated, notNull: false, ...sizes };
}

const FULL_SCHEMA: RegistrySchema = {
  ...SCHEMA,
  identity: Object.fromEntries(IDENTITY_COLUMNS.map((name) => [name, name])) as RegistrySchema['identity'],
  columns: COLUMNS.map(column),
};

function linkedRow(no: number): RegistryRow {
  const [keyText, id] = [`row-${no}`, `w${no}`];
  const identity = {
    wandb_run_id: id,
    wandb_url: `https://wandb.ai/lab/molopt/runs/${id}`,
    run_name: `name-of-${id}`,
    status: 'not_running',
    started_at: '2024-05-01T10:00:00Z',
  };
  const values = { run_id: keyText, ...identity, log_path: `/logs/run-${id}.log`, page: `see /runs/${id}` };
  return { key: keyText, keyText, identity, values };
}

function buildInput(count: number, changes: Partial<LinkageInput> = {}): LinkageInput {
  const numbers = Array.from({ length: count }, (_item, no) => no);
  return {
    schema: FULL_SCHEMA,
    rows: numbers.map(linkedRow),
    runs: numbers.map((no) => sampleRun(`w${no}`)),
    linked: numbers.map(linkOf),
    rejected: [],
    options: DEFAULT_LINKAGE_OPTIONS,
    ...changes,
  };
}

function linkOf(no: number): KnownLink {
  return { keyText: `row-${no}`, wandbRunId: `w${no}` };
}

describe('hiding a link', () => {
  test('blanks all that the link may have written, and keeps what else names the run', () => {
    const { rows, linked } = hideLinks(buildInput(2), [linkOf(0)]);
    expect(linked).toEqual([linkOf(1)]);
    expect(rows[0]).toEqual({
      key: 'row-0',
      keyText: 'row-0',
      identity: EMPTY_IMAGE,
      values: {
        run_id: 'row-0',
        wandb_run_id: null,
        wandb_url: null,
        run_name: null,
        status: null,
        started_at: null,
        log_path: '/logs/run-w0.log',
        page: null,
      },
    });
    expect(rows[1]).toEqual(linkedRow(1));
  });

  test('leaves the key alone where the name is the key', () => {
    const input = buildInput(1, { schema: { ...FULL_SCHEMA, key: 'run_name' } });
    expect(hideLinks(input, [linkOf(0)]).rows[0]?.values['run_name']).toBe('name-of-w0');
  });

  test('changes neither the input nor the rows that are not hidden', () => {
    fc.assert(
      fc.property(fc.subarray([0, 1, 2, 3, 4, 5]), (numbers) => {
        const input = buildInput(6);
        const hidden = hideLinks(input, numbers.map(linkOf));
        expect(input).toEqual(buildInput(6));
        expect(hidden.rows.map(({ values }) => values['wandb_run_id'] === null)).toEqual(
          input.rows.map((_row, no) => numbers.includes(no)),
        );
        expect(hidden.linked).toHaveLength(6 - numbers.length);
      }),
    );
  });
});

test('only links that can be right or wrong are testable, and the others are counted by reason', () => {
  const input = buildInput(6, {
    linked: [...[0, 1, 2, 3, 4].map(linkOf), { keyText: 'row-5', wandbRunId: 'w0' }],
    runs: [0, 2, 3, 4, 5].map((no) => sampleRun(`w${no}`)),
    rejected: [linkOf(2), { keyText: 'row-4', wandbRunId: 'w2' }],
  });
  expect(selectTestable(input, [linkOf(3), { keyText: 'row-4', wandbRunId: 'w9' }])).toEqual({
    testable: [linkOf(4)],
    leftOut: { shared: 2, notServed: 1, takenBack: 1, byPolicy: 1 },
  });
});

describe('folds', () => {
  const links = fc
    .uniqueArray(fc.string(), { minLength: 1, maxLength: 60 })
    .map((keys) => keys.map((keyText) => ({ keyText, wandbRunId: `w-${keyText}` })));

  test('are the same whatever the order of the rows, of like size, and hold each link once', () => {
    fc.assert(
      fc.property(links, fc.integer({ min: 1, max: 12 }), fc.nat(), (all, count, turn) => {
        const folds = buildFolds(all, count);
        const turned = [...all.slice(turn % all.length), ...all.slice(0, turn % all.length)];
        expect(buildFolds(turned.reverse(), count)).toEqual(folds);
        expect(folds).toHaveLength(Math.min(count, all.length));
        const sizes = folds.map((fold) => fold.length);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        expect(new Set(folds.flat())).toEqual(new Set(all));
        expect(folds.flat()).toHaveLength(all.length);
      }),
    );
  });

  test('of no links are none', () => {
    expect(buildFolds([], 5)).toEqual([]);
  });
});

test('a spot check of a large registry hides 500 links among 1,500 other rows, the same in any order', () => {
  const input = buildInput(3000);
  const check = buildSpotCheck(input, input.linked);
  expect(check.hidden).toHaveLength(500);
  expect(check.input.rows).toHaveLength(2000);
  expect(check.input.runs).toHaveLength(3000);
  // Runs of rows that are not looked at stay out of reach.
  expect(check.input.linked).toHaveLength(2500);
  expect(check.input.rows.filter(({ values }) => values['wandb_run_id'] === null)).toHaveLength(500);
  const turned = { ...input, rows: input.rows.toReversed(), linked: input.linked.toReversed() };
  const again = buildSpotCheck(turned, turned.linked);
  expect(again.hidden).toEqual(check.hidden);
  expect(new Set(again.input.rows.map(({ keyText }) => keyText))).toEqual(
    new Set(check.input.rows.map(({ keyText }) => keyText)),
  );
});
