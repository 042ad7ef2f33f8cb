import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { renderJson } from '../../src/model/json.ts';
import { decodeConfig, decodeJsonObject, decodeSummary } from '../../src/wandb/decode-json.ts';
import { decodeRun } from '../../src/wandb/decode.ts';

const NODE = { id: 'UnVu', name: 'abc', createdAt: '2024-03-01T10:20:30Z' };

test('a run with nothing but its identity is a run', () => {
  expect(decodeRun(NODE)).toEqual({
    storageId: 'UnVu',
    runId: 'abc',
    displayName: null,
    state: null,
    createdAt: Date.UTC(2024, 2, 1, 10, 20, 30),
    heartbeatAt: null,
    group: null,
    jobType: null,
    sweepName: null,
    tags: [],
    notes: null,
    host: null,
    user: null,
    commit: null,
    program: null,
    args: [],
    config: {},
    summary: {},
  });
});

test('the commit of the run wins over the one in runInfo, which fills in for it', () => {
  const runInfo = { program: 'train.py', args: ['--lr', '0.1'], git: { commit: 'bbb' } };
  expect(decodeRun({ ...NODE, commit: 'aaa', runInfo }).commit).toBe('aaa');
  expect(decodeRun({ ...NODE, commit: null, runInfo })).toMatchObject({ commit: 'bbb', args: ['--lr', '0.1'] });
});

test.each([
  ['2024-03-01T10:20:30', Date.UTC(2024, 2, 1, 10, 20, 30)],
  ['2024-03-01T12:20:30+02:00', Date.UTC(2024, 2, 1, 10, 20, 30)],
])('the time %s is read as UTC where it names no zone', (createdAt, expected) => {
  expect(decodeRun({ ...NODE, createdAt }).createdAt).toBe(expected);
});

test('an answer of another shape names what was expected', () => {
  expect(() => decodeRun({ ...NODE, name: 7 })).toThrow("W&B's answer for a run is not understood");
  expect(() => decodeRun({ ...NODE, createdAt: 'yesterday' })).toThrow('run abc was created at "yesterday"');
});

test.each([[null], [''], ['{}'], ['"{}"'], ['[1]'], ['no json'], [7]])('config %j is an empty config', (text) => {
  expect(decodeConfig(text)).toEqual({});
});

test('config values are unwrapped only where an entry owns a value', () => {
  const text =
    '{"lr":{"value":0.1,"desc":null},"nested":{"a":1},"deep":{"value":{"value":3}},"plain":2,' +
    '"_wandb":{"value":{"e":{"x":{"args":["--seed","3"]}}}},"wandb_version":1,"none":{"value":null}}';
  expect(decodeConfig(text)).toEqual({
    lr: 0.1,
    nested: { a: 1 },
    deep: { value: 3 },
    plain: 2,
    _wandb: { e: { x: { args: ['--seed', '3'] } } },
    none: null,
  });
});

test('a document inside a document is opened, and an object is taken as it is', () => {
  expect(decodeConfig(JSON.stringify('{"lr":{"value":1}}'))).toEqual({ lr: 1 });
  expect(decodeConfig({ lr: { value: 1 } })).toEqual({ lr: 1 });
});

test('bare and quoted non-finite numbers of a summary become numbers; in config the quoted stay texts', () => {
  const text = '{"a":NaN,"b":"NaN","c":{"max":"-Infinity","min":-Infinity},"d":["Infinity"],"e":"nan"}';
  expect(decodeSummary(text)).toEqual({
    a: Number.NaN,
    b: Number.NaN,
    c: { max: -Infinity, min: -Infinity },
    d: [Infinity],
    e: 'nan',
  });
  expect(decodeConfig('{"mode":{"value":"NaN"},"x":{"value":NaN}}')).toEqual({ mode: 'NaN', x: Number.NaN });
});

test('raw control characters and the word NaN inside texts do no harm', () => {
  expect(decodeSummary('{"note":"tab\there, NaN there","x":NaN}')).toEqual({
    note: 'tab\there, NaN there',
    x: Number.NaN,
  });
});

test('every JSON object comes back as it was, written plainly or inside a text', () => {
  // JSON.stringify writes -0 as 0.
  const number = fc.double().map((item) => (item === 0 ? 0 : item));
  const value = fc.dictionary(fc.string(), fc.oneof(fc.string(), number, fc.boolean(), fc.constant(null)));
  fc.assert(
    fc.property(value, (object) => {
      const text = renderJson({ ...object });
      expect(decodeJsonObject(text)).toEqual({ ...object });
      expect(decodeJsonObject(JSON.stringify(text))).toEqual({ ...object });
    }),
  );
});
