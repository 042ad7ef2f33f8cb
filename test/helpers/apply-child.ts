// A process of its own that applies a plan, for tests that kill it, race it or watch it: PLAN REGISTRY [LOCK_TIMEOUT_MS]
import { applyPlan } from '../../src/commands/apply.ts';
import { RunlinkError } from '../../src/errors.ts';

const [plan = '', registry = '', lockTimeoutMs = '30000'] = process.argv.slice(2);
const stop = new AbortController();
process.on('SIGINT', () => stop.abort());

process.stdout.write('start\n');
try {
  const context = {
    now: () => Date.now(),
    user: 'tester',
    say: () => undefined,
    onProgress: ({ done }: { readonly done: number }) => void process.stdout.write(`done ${done}\n`),
    signal: stop.signal,
  };
  const options = { plan, registry, backup: true, requireDecisions: false, lockTimeoutMs: Number(lockTimeoutMs) };
  const { written, skipped, exitCode, pace } = await applyPlan({ context }, options);
  process.stdout.write(`${JSON.stringify({ written, skipped, pace })}\n`);
  process.exitCode = exitCode;
} catch (error) {
  process.stderr.write(`${error instanceof RunlinkError ? `${error.message}\n${error.hint ?? ''}` : String(error)}\n`);
  process.exitCode = error instanceof RunlinkError ? error.code : 70;
}
