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
        bar = new SingleBar({ stream: io.errStream, format, barsize: 30, hideCursor: true }, Presets.shades_classic);
        bar.start(progress.total, progress.done);
      }
      bar.setTotal(progress.total);
      bar.update(progress.done);
      if (progress.done >= progress.total) end();
    },
  };
}
