import { homedir, userInfo } from 'node:os';
import { createInterface } from 'node:readline/promises';
import type { Io } from './cli/io.ts';
import { runCli } from './cli/program.ts';
import { EXIT_CODES } from './errors.ts';

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (stop.signal.aborted) process.exit(EXIT_CODES.stopped);
    stop.abort();
    process.stderr.write('\nstopping at the next safe point; once more to stop at once\n');
  });
}
// A reader that has seen enough (`| head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? EXIT_CODES.done : EXIT_CODES.failure);
});

const io: Io = {
  env: process.env,
  cwd: process.cwd(),
  home: process.env['HOME'] ?? homedir(),
  user: process.env['USER'] ?? userInfo().username,
  execPath: process.execPath,
  out: (piece) => void process.stdout.write(piece),
  err: (text) => void process.stderr.write(text),
  errStream: process.stderr,
  terminal: {
    in: process.stdin.isTTY === true,
    out: process.stdout.isTTY === true,
    err: process.stderr.isTTY === true,
    columns: process.stdout.columns ?? 100,
  },
  now: () => Date.now(),
  random: () => Math.random(),
  signal: stop.signal,
  ask: async (question) => {
    const prompt = createInterface({ input: process.stdin, output: process.stderr });
    try {
      return await prompt.question(question);
    } finally {
      prompt.close();
    }
  },
};

process.exitCode = await runCli(process.argv.slice(2), io);
