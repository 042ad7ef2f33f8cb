import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { configShape } from '../../src/registry/config-shape.ts';
import { EMPTY_CONFIG, parseRegistryConfig, readRegistryConfig } from '../../src/registry/config.ts';
import { makeFolder } from '../helpers/database.ts';

test('the file beside the registry is read by itself, and its absence is no error', async () => {
  const registry = join(makeFolder(), 'registry.db');
  expect(await readRegistryConfig(registry)).toEqual(EMPTY_CONFIG);
  writeFileSync(
    join(dirname(registry), 'runlink.json'),
    '\uFEFF{"table": "jobs", "columns": {"final_metrics": "metrics", "run_name": null}}',
  );
  expect(await readRegistryConfig(registry)).toEqual({
    table: 'jobs',
    columns: { final_metrics: ['metrics'], run_name: null },
    evidence: {},
    ignore: [],
    file: join(dirname(registry), 'runlink.json'),
  });
});

test('no file says as much as an empty one', () => {
  expect(EMPTY_CONFIG).toEqual({ ...configShape.parse({}), file: null });
});

test('a file that was named has to be there', async () => {
  await expect(readRegistryConfig('registry.db', '/nowhere/runlink.json')).rejects.toThrow(
    'there is no config file at "/nowhere/runlink.json"',
  );
});

test('all problems are told at once, with the file and the path of each', async () => {
  const text = JSON.stringify({
    tabel: 'runs',
    columns: { key: 7, wandb: 'x' },
    evidence: { lr: '' },
    statuses: { running: 'on', not_running: 'on' },
  });
  await expect(parseRegistryConfig(text, '/lab/runlink.json')).rejects.toThrowError(
    /^"\/lab\/runlink.json" has \d problems:[^]*columns\.key[^]*columns[^]*wandb[^]*evidence\.lr[^]*statuses[^]*different words[^]*tabel/,
  );
});

test('text that is no JSON is explained with its file', async () => {
  await expect(parseRegistryConfig('{table: runs}', '/lab/runlink.json')).rejects.toThrow(
    '"/lab/runlink.json" is not JSON',
  );
});
