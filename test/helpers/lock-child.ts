// A process of its own that takes the lock beside a registry, says so, and holds it until its stdin ends: REGISTRY
import { LockedError } from '../../src/errors.ts';
import { acquireLock } from '../../src/registry/lock.ts';

try {
  const lock = acquireLock(process.argv[2] ?? '', { command: 'apply child', now: () => Date.now() });
  process.stdout.write('held\n');
  process.stdin.resume().on('end', lock.release);
} catch (error) {
  process.stdout.write(error instanceof LockedError ? 'locked\n' : `${String(error)}\n`);
}
