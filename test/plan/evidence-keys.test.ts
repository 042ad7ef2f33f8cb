import { expect, test } from 'vitest';
import type { RegistryRow, RegistrySchema } from '../../src/model/registry.ts';
import { EMPTY_IMAGE } from '../../src/model/identity.ts';
import { selectEvidenceKeys } from '../../src/plan/evidence-keys.ts';

const schema: RegistrySchema = {
  table: 'training_runs',
  key: 'run_id',
  identity: { wandb_run_id: null, wandb_url: null, run_name: null, status: null, started_at: null },
  createdAt: null,
  finishedAt: null,
  durationSeconds: null,
  finalMetrics: ['final_metrics_json'],
  hyperparameters: ['batch_size'],
  columns: ['run_id', 'batch_size', 'final_metrics_json'].map((name) => ({
    name,
    declaredType: 'TEXT',
    kind: 'text',
    timeFormat: null,
    generated: false,
    notNull: false,
    filled: 1,
    sampled: 1,
    distinct: 1,
    example: null,
  })),
  statusWords: { running: 'running', not_running: 'not_running' },
  oddities: [],
  schemaHash: '',
  evidence: {},
};
const rows: readonly RegistryRow[] = [
  { key: 'a', keyText: 'a', identity: EMPTY_IMAGE, values: { final_metrics_json: '{"hypervolume": NaN}' } },
  { key: 'b', keyText: 'b', identity: EMPTY_IMAGE, values: { final_metrics_json: 'broken' } },
];
const many = Array.from({ length: 300 }, (_item, index) => `aaa.${index}`);

test('a project with few keys sends them all, whatever they are called', () => {
  expect(selectEvidenceKeys({ config: ['zz', 'B'], summary: ['psnr'] }, schema, rows)).toEqual({
    config: ['B', 'zz'],
    summary: ['psnr'],
  });
});

test('of many keys those that share a word with a column or a recorded metric travel for sure', () => {
  const chosen = selectEvidenceKeys(
    { config: [...many, 'trainer.batch.n'], summary: [...many, 'test/hypervolume'] },
    schema,
    rows,
  );
  expect(chosen.config).toContain('trainer.batch.n');
  expect(chosen.summary).toContain('test/hypervolume');
  expect(chosen.config).toHaveLength(120);
});
