// A process of its own in which some training jobs start at the same moment and each link their row without asking W&B, the
// first of them twice: REGISTRY BASE_URL FIRST COUNT. Waits for its stdin to end, so that all processes begin together.
import { once } from 'node:events';
import { linkRun } from '../../src/commands/link.ts';
import { openRunSource } from '../../src/wandb/run-source.ts';
import { makeContext } from './context.ts';

const [registry = '', baseUrl = '', first = '1', count = '1'] = process.argv.slice(2);
const source = openRunSource({
  surroundings: { env: {}, home: '/nonexistent', cwd: '/nonexistent' },
  explicit: { baseUrl, project: 'lab/molecules' },
  userAgent: 'runlink/test',
  say: () => undefined,
  now: () => Date.now(),
  random: () => Math.random(),
  sleep: async () => undefined,
});
const context = makeContext();
process.stdout.write('ready\n');
process.stdin.resume();
await once(process.stdin, 'end');

const numbers = Array.from({ length: Number(count) }, (_item, index) => Number(first) + index);
const link = async (no: number): Promise<string> => {
  const runId = `run-${String(no).padStart(4, '0')}`;
  const options = {
    registry,
    runId,
    wandbRun: `job${String(no).padStart(5, '0')}`,
    offline: true,
    lockTimeoutMs: 120_000,
  };
  return (await linkRun({ context, source }, options)).outcome;
};
const outcomes = await Promise.all([Number(first), ...numbers].map(link));
process.stdout.write(`${JSON.stringify(outcomes)}\n`);
await source.close();
