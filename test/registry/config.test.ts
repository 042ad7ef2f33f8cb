import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { EMPTY_CONFIG, parseRegistryConfig, readRegistryConfig } from '../../src/registry/config.ts';
import { makeFolder } from '../helpers/database.ts';

test('the file beside the registry is read by itself, and its absence is no error', () => {
  const registry = join(makeFolder(), 'registry.db');
  expect(readRegistryConfig(registry)).toEqual(EMPTY_CONFIG);
  writeFileSync(
    join(dirname(registry), 'runlink.json'),
    '\uFEFF{"table": "jobs", "columns": {"final_metrics": "metrics", "run_name": null}}',
  );
  expect(readRegistryConfig(registry)).toEqual({
    table: 'jobs',
    columns: { final_metrics: ['metrics'], run_name: null },
    evidence: {},
    ignore: [],
    file: join(dirname(registry), 'runlink.json'),
  });
});

test('a file that was named has to be there', () => {
  expect(() => readRegistryConfig('registry.db', '/nowhere/runlink.json')).toThrow(
    'there is no config file at "/nowhere/runlink.json"',
  );
});

test('all problems are told at once, with the file and the path of each', () => {
  const text = JSON.stringify({
    tabel: 'runs',
    columns: { key: 7, wandb: 'x' },
    evidence: { lr: '' },
    statuses: { running: 'on', not_running: 'on' },
  });
  expect(() => parseRegistryConfig(text, '/lab/runlink.json')).toThrowError(
    /^"\/lab\/runlink.json" has \d problems:[^]*columns\.key[^]*columns[^]*wandb[^]*evidence\.lr[^]*statuses[^]*different words[^]*tabel/,
  );
});

test('text that is no JSON is explained with its file', () => {
  expect(() => parseRegistryConfig('{table: runs}', '/lab/runlink.json')).toThrow('"/lab/runlink.json" is not JSON');
});
