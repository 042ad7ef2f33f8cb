import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';

const CLI = resolve(import.meta.dirname, '../../src/cli.ts');

export interface CliResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly cwd: string;
  /** The child's whole environment besides PATH, so that nothing of this machine's leaks into a test. */
  readonly env?: Readonly<Record<string, string>>;
  /** Sends SIGKILL after this many milliseconds. */
  readonly killAfterMs?: number;
  /** A program that runs it, with its options, for example strace. */
  readonly under?: readonly string[];
  /** Called with the child while it runs, for tests that signal it. */
  readonly onStart?: (child: ReturnType<typeof spawn>) => void;
}

/** Runs `runlink` as a user does: a process of its own, no terminal. */
export function runRunlink(args: readonly string[], options: CliOptions): Promise<CliResult> {
  return new Promise((done, fail) => {
    const { PATH, NODE_COMPILE_CACHE } = process.env;
    const own = { HOME: options.cwd, USER: 'tester', TMPDIR: tmpdir() };
    const env = { PATH, NODE_COMPILE_CACHE, ...own, ...options.env };
    const [command = '', ...rest] = [...(options.under ?? []), process.execPath, CLI, ...args];
    const child = spawn(command, rest, { cwd: options.cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', fail);
    const timer =
      options.killAfterMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), options.killAfterMs);
    options.onStart?.(child);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      done({ code, signal, stdout, stderr });
    });
  });
}
