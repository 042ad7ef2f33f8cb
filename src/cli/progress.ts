import { Presets, SingleBar } from 'cli-progress';
import type { Progress } from '../model/context.ts';
import type { Io } from './io.ts';

export interface ProgressTalk {
  readonly report: (progress: Progress) => void;
  readonly end: () => void;
}

/** A bar with rate and ETA where stderr is a terminal; one line per 10 % where it is a file or a pipe. */
export function createProgress(io: Io): ProgressTalk {
  return io.terminal.err ? createBar(io) : createLines(io);
}

function createBar(io: Io): ProgressTalk {
  let bar: SingleBar | null = null;
  let label = '';
  const end = (): void => {
    bar?.stop();
    bar = null;
  };
  return {
    end,
    report: (progress) => {
      if (bar === null || progress.label !== label) {
        end();
        label = progress.label;
        const format = `${label} {bar} {value}/{total} · ETA {eta_formatted}`;
        const options = { stream: io.errStream, format, formatTime, barsize: 30, hideCursor: true };
        bar = new SingleBar(options, Presets.shades_classic);
        bar.start(progress.total, progress.done);
      }
      bar.setTotal(progress.total);
      bar.update(progress.done);
      if (progress.done >= progress.total) end();
    },
  };
}

/** The bar gives words instead of seconds where it cannot tell yet. */
export function formatTime(seconds: number | string): string {
  if (typeof seconds !== 'number' || !Number.isFinite(seconds)) return '?';
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  return minutes < 60 ? `${minutes} min ${whole % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
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
