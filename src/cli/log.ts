import { destination, pino } from 'pino';

export interface InvocationLog {
  readonly info: (line: string) => void;
  readonly close: () => Promise<void>;
}

/** A file of JSON lines with what the invocation said and when, for runs that nobody watches. */
export function openLog(path: string): InvocationLog {
  const stream = destination({ dest: path, append: true, sync: true, mkdir: true });
  const logger = pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime }, stream);
  return {
    info: (line) => logger.info(line),
    close: async () => {
      stream.flushSync();
      stream.end();
    },
  };
}
