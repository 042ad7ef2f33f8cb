import { Presets, SingleBar } from 'cli-progress';
import type { Io } from './io.ts';
import type { ProgressTalk } from './progress.ts';

/** Rate and ETA on one line that is drawn again and again. */
export function createBar(io: Io): ProgressTalk {
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
