#!/usr/bin/env node
// Everything in this file must run on any Node that reads ES modules: it is what an old Node meets first.
import { spawnSync } from 'node:child_process';
import * as nodeModule from 'node:module';

const NEEDED = [22, 19] as const;

if (isNewEnough(process.versions.node)) {
  nodeModule.enableCompileCache(); // halves the time of every start after the first
  await import('./cli.ts');
} else {
  process.exitCode = continueOnPinnedNode();
}

function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1]);
}

/** Runs the same command on the Node that the `node` package installed beside us; says what is needed without one. */
function continueOnPinnedNode(): number {
  const pinned = findPinnedNodeOrNull();
  if (pinned === null) {
    process.stderr.write(
      `error: runlink needs Node ${NEEDED.join('.')} or newer, and this is Node ${process.versions.node}\n` +
        'hint: install a newer Node, or run "npm install node@24" beside runlink: it is then found and used by itself\n',
    );
    return 1;
  }
  const child = spawnSync(pinned, process.argv.slice(1), { stdio: 'inherit' });
  if (child.signal !== null) process.kill(process.pid, child.signal);
  return child.status ?? 1;
}

function findPinnedNodeOrNull(): string | null {
  try {
    const path = nodeModule.createRequire(import.meta.url).resolve('node/bin/node');
    const version = spawnSync(path, ['-p', 'process.versions.node'], { encoding: 'utf8' }).stdout;
    return typeof version === 'string' && isNewEnough(version.trim()) ? path : null;
  } catch {
    return null;
  }
}
