import type { Progress } from '../model/context.ts';
import type { Io } from './io.ts';

export interface ProgressTalk {
  readonly report: (progress: Progress) => void;
  readonly end: () => void;
}

/** A bar with rate and ETA where stderr is a terminal; one line per 10 % where it is a file or a pipe. */
export async function createProgress(io: Io): Promise<ProgressTalk> {
  if (!io.terminal.err) return createLines(io);
  const { createBar } = await import('./progress-bar.ts');
  return createBar(io);
}

function createLines(io: Io): ProgressTalk {
  let label = '';
  let tenth = -1;
  let started = 0;
  return {
    end: () => {},
    report: ({ label: next, done, total }) => {
      if (next !== label) {
        [label, tenth, started] = [next, -1, io.now()];
      }
      const now = total === 0 ? 10 : Math.floor((10 * done) / total);
      if (now <= tenth) return;
      tenth = now;
      const seconds = (io.now() - started) / 1000;
      const rate = seconds > 0 && done > 0 ? `, ${Math.round(done / seconds)}/s` : '';
      io.err(`${label}: ${done} of ${total} (${now * 10} %)${rate}\n`);
    },
  };
}
