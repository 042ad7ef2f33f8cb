// A long run of the kill tests: `node test/bench/kills.ts [KILLS]` makes each of them kill so often, 100 if not said, and
// lets so many system calls fail, one after the other.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const [kills = '100'] = process.argv.slice(2);
const root = join(import.meta.dirname, '../..');
const vitest = join(root, 'node_modules/vitest/vitest.mjs');
const args = ['run', '--config', 'test/vitest.config.ts', '--testTimeout', '7200000', 'test/faults'];
const { status } = spawnSync(process.execPath, [vitest, ...args], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, RUNLINK_TEST_KILLS: kills },
});
process.exitCode = status ?? 1;
