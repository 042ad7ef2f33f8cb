import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, symlinkSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { LockedError } from '../../src/errors.ts';
import { acquireLock, readLockHolderOrNull } from '../../src/registry/lock.ts';
import { makeRegistry } from '../helpers/registry.ts';

const CHILD = fileURLToPath(new URL('../helpers/lock-child.ts', import.meta.url));
const OPTIONS = { command: 'apply here', now: () => Date.UTC(2026, 0, 1) };

/** Starts a process that tries to take the lock. @returns it with its answer: `held` or `locked` */
async function startContender(registry: string): Promise<{ readonly child: ChildProcess; readonly answer: string }> {
  const child = spawn(process.execPath, [CHILD, registry], { stdio: ['pipe', 'pipe', 'inherit'] });
  const answer = await new Promise<string>((done) => child.stdout.setEncoding('utf8').once('data', done));
  return { child, answer: answer.trim() };
}

const closed = (child: ChildProcess): Promise<unknown> => new Promise((done) => child.once('close', done));

test('who comes second is told who holds the lock, and gets it after the release', () => {
  const { path } = makeRegistry();
  const lock = acquireLock(path, OPTIONS);
  expect(() => acquireLock(path, OPTIONS)).toThrow(LockedError);
  expect(() => acquireLock(path, OPTIONS)).toThrow(`locked by "runlink apply here" (pid ${process.pid} on `);
  expect(readLockHolderOrNull(path)).toMatchObject({ command: 'apply here', started: '2026-01-01T00:00:00.000Z' });
  lock.release();
  expect(readLockHolderOrNull(path)).toBeNull();
  acquireLock(path, OPTIONS).release();
  expect(existsSync(`${path}.runlink-lock`)).toBe(true);
});

test('a lock of a process that was killed is free at once', async () => {
  const { path } = makeRegistry();
  const { child, answer } = await startContender(path);
  expect(answer).toBe('held');
  expect(() => acquireLock(path, OPTIONS)).toThrow(`"runlink apply child" (pid ${child.pid} on `);
  const end = closed(child);
  child.kill('SIGKILL');
  await end;
  acquireLock(path, OPTIONS).release();
});

test('of many that start together exactly one holds the lock', async () => {
  const { path } = makeRegistry();
  for (let round = 0; round < 2; round += 1) {
    const contenders = await Promise.all(Array.from({ length: 5 }, () => startContender(path)));
    expect(contenders.map(({ answer }) => answer).sort()).toEqual([
      'held',
      ...Array.from({ length: 4 }, () => 'locked'),
    ]);
    const ends = contenders.filter(({ answer }) => answer === 'held').map(({ child }) => closed(child));
    for (const { child } of contenders) child.stdin?.end();
    await Promise.all(ends);
  }
});

test('two names of one registry meet at one lock', () => {
  const { path } = makeRegistry();
  symlinkSync(path, `${path}.link`);
  const lock = acquireLock(path, OPTIONS);
  expect(() => acquireLock(`${path}.link`, OPTIONS)).toThrow(LockedError);
  lock.release();
});
