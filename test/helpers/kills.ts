import type { ChildProcess } from 'node:child_process';
import { watch } from 'node:fs';
import { runRunlink } from './run-cli.ts';
import type { CliOptions, CliResult } from './run-cli.ts';

declare module 'vitest' {
  interface TaskMeta {
    /** Processes that SIGKILL really ended; the reporter adds them up. */
    kills?: number;
  }
}

/** A running `runlink` and the way to end it at once. */
interface Victim {
  readonly child: ChildProcess;
  readonly kill: () => void;
}

/** Waits for its moment and kills. @returns how to stop waiting, for when the victim ends before */
export type Moment = (victim: Victim) => () => void;

export interface KilledResult extends CliResult {
  /** False where it ended by itself before its moment came. */
  readonly killed: boolean;
}

/** More kills than a plain test run makes, for a soak: `node test/bench/kills.ts 300`. */
export function killsWanted(usual: number): number {
  return Math.max(usual, Number(process.env['RUNLINK_TEST_KILLS'] ?? 0));
}

export async function runAndKill(args: readonly string[], options: CliOptions, moment: Moment): Promise<KilledResult> {
  let disarm: () => void = () => undefined;
  const result = await runRunlink(args, {
    ...options,
    onStart: (child) => {
      disarm = moment({ child, kill: () => void child.kill('SIGKILL') });
      child.once('exit', () => disarm());
    },
  });
  return { ...result, killed: result.signal === 'SIGKILL' };
}

/** Some time after the nth piece of its talk on stderr. */
export function afterTalk(nth: number, delayMs = 0): Moment {
  return ({ child, kill }) => {
    const soon = laterOnce(kill, delayMs);
    let pieces = 0;
    child.stderr?.on('data', () => {
      pieces += 1;
      if (pieces === nth) soon.start();
    });
    return soon.cancel;
  };
}

export interface FileEvent {
  readonly folder: string;
  readonly name: (name: string) => boolean;
  /** The nth event (creation, write, removal) of such a file. */
  readonly nth: number;
  readonly delayMs?: number;
}

/** As soon as the kernel tells that a file came, grew or went: inside the transaction that did it, or right after. */
export function afterFileEvent({ folder, name, nth, delayMs = 0 }: FileEvent): Moment {
  return ({ kill }) => {
    const soon = laterOnce(kill, delayMs);
    let events = 0;
    const watcher = watch(folder, (_event, file) => {
      if (file === null || !name(file)) return;
      events += 1;
      if (events === nth) soon.start();
    });
    return () => {
      watcher.close();
      soon.cancel();
    };
  };
}

/** As soon as it is seen to hold; looked at every millisecond. */
export function whenSeen(holds: () => boolean): Moment {
  return ({ kill }) => {
    const timer = setInterval(() => {
      if (holds()) kill();
    }, 1);
    return () => clearInterval(timer);
  };
}

interface Later {
  readonly start: () => void;
  readonly cancel: () => void;
}

function laterOnce(act: () => void, delayMs: number): Later {
  let timer: NodeJS.Timeout | undefined;
  return {
    start: () => {
      if (delayMs === 0) act();
      else timer = setTimeout(act, delayMs);
    },
    cancel: () => clearTimeout(timer),
  };
}
