import { resolve } from 'node:path';
import { UsageError } from '../errors.ts';
import type { InvocationContext } from '../model/context.ts';
import { COLOURED, PLAIN, type Style } from '../text/style.ts';
import type { Page } from '../text/page.ts';
import type { Io } from './io.ts';
import type { InvocationLog } from './log.ts';
import { createProgress } from './progress.ts';

/** Options that every verb takes. */
export interface CommonOptions {
  readonly json?: boolean;
  readonly color?: 'auto' | 'always' | 'never';
  readonly quiet?: boolean;
  readonly log?: string;
}

export interface RegistryOptions {
  readonly registry?: string;
  readonly config?: string;
}

/** What one verb works with: the streams as it may use them, and the context of the use cases. */
export interface Invocation {
  readonly io: Io;
  readonly json: boolean;
  readonly context: InvocationContext;
  readonly style: Style;
  /** For renderers of plans: style and columns of the terminal. */
  readonly page: Page;
  /** The result: text on stdout, ended by a line feed. */
  readonly print: (text: string) => void;
  /** Keeps in the log what ended the invocation. */
  readonly noteFailure: (error: unknown) => void;
  readonly end: () => Promise<void>;
}

export async function openInvocation(io: Io, options: CommonOptions): Promise<Invocation> {
  const progress = await createProgress(io);
  const style = isColoured(io, options.color ?? 'auto') ? COLOURED : PLAIN;
  const log = options.log === undefined ? null : await openLog(resolve(io.cwd, options.log));
  return {
    io,
    json: options.json === true,
    style,
    page: { style, width: io.terminal.columns },
    print: (text) => io.out(text.endsWith('\n') ? text : `${text}\n`),
    context: {
      now: io.now,
      user: io.user,
      signal: io.signal,
      say: (line) => {
        log?.info(line);
        if (options.quiet !== true) io.err(`${line}\n`);
      },
      onProgress: (state) => {
        if (options.quiet !== true) progress.report(state);
      },
    },
    noteFailure: (error) => log?.error(error),
    end: async () => {
      progress.end();
      await log?.close();
    },
  };
}

/** What writes logs is loaded only by who asks for one. */
async function openLog(path: string): Promise<InvocationLog> {
  const log = await import('./log.ts');
  return log.openLog(path);
}

/** `--color` over NO_COLOR over FORCE_COLOR over TERM=dumb over what stdout is. */
function isColoured(io: Pick<Io, 'env' | 'terminal'>, choice: 'auto' | 'always' | 'never'): boolean {
  if (choice !== 'auto') return choice === 'always';
  if ((io.env['NO_COLOR'] ?? '') !== '') return false;
  const forced = io.env['FORCE_COLOR'];
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  return io.env['TERM'] !== 'dumb' && io.terminal.out;
}

/** @throws UsageError where neither `--registry` nor RUNLINK_REGISTRY names the file */
export function resolveRegistry(io: Io, options: RegistryOptions): { registry: string; config?: string } {
  const given = options.registry ?? io.env['RUNLINK_REGISTRY'];
  if (given === undefined || given === '') {
    throw new UsageError('no registry was named: expected --registry FILE or RUNLINK_REGISTRY', {
      hint: 'Name the SQLite file, for example --registry training_runs.db',
    });
  }
  const registry = resolve(io.cwd, given);
  return options.config === undefined ? { registry } : { registry, config: resolve(io.cwd, options.config) };
}

/** For verbs that can do without a registry. */
export function resolveRegistryOrNull(io: Io, options: RegistryOptions): ReturnType<typeof resolveRegistry> | null {
  const isNamed = [options.registry, options.config, io.env['RUNLINK_REGISTRY']].some((name) => (name ?? '') !== '');
  return isNamed ? resolveRegistry(io, options) : null;
}
