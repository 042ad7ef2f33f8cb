import { runCli } from '../../src/cli/program.ts';
import type { Io } from '../../src/cli/io.ts';

export interface InlineResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Questions that were asked. */
  readonly asked: readonly string[];
}

export interface InlineOptions {
  /** Only for paths that the command line resolves itself; give plans as absolute paths. */
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly terminal?: Partial<Io['terminal']>;
  readonly answer?: string;
}

/** Runs a command line in this process, for what needs no process of its own: many of them, fast. */
export async function runInline(args: readonly string[], options: InlineOptions): Promise<InlineResult> {
  const [out, err, asked]: [string[], string[], string[]] = [[], [], []];
  const io = makeIo({
    env: options.env ?? {},
    cwd: options.cwd,
    home: options.cwd,
    out: (piece) => void out.push(typeof piece === 'string' ? piece : Buffer.from(piece).toString('latin1')),
    err: (text) => void err.push(text),
    terminal: { ...NO_TERMINAL, ...options.terminal },
    ask: async (question) => {
      asked.push(question);
      return options.answer ?? '';
    },
  });
  const code = await runCli(args, io);
  return { code, stdout: out.join(''), stderr: err.join(''), asked };
}

const NO_TERMINAL = { in: false, out: false, err: false, columns: 100 };

/** A process without terminal, environment or jitter, whose output goes nowhere. */
export function makeIo(fields: Partial<Io> = {}): Io {
  return {
    env: {},
    cwd: '/nonexistent',
    home: '/nonexistent',
    user: 'tester',
    execPath: process.execPath,
    out: () => undefined,
    err: () => undefined,
    errStream: process.stderr,
    terminal: NO_TERMINAL,
    now: () => Date.now(),
    random: () => 0,
    signal: new AbortController().signal,
    ask: async () => '',
    ...fields,
  };
}
