import { destination, pino } from 'pino';
import { RunlinkError, UsageError } from '../errors.ts';

export interface InvocationLog {
  readonly info: (line: string) => void;
  /** What ended the invocation. */
  readonly error: (error: unknown) => void;
  readonly close: () => Promise<void>;
}

/**
 * A file of JSON lines with what the invocation said and when, for runs that nobody watches.
 *
 * @throws UsageError where the file cannot be written
 */
export function openLog(path: string): InvocationLog {
  const stream = openStream(path);
  const logger = pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime }, stream);
  return {
    info: (line) => logger.info(line),
    error: (error) => logger.error(describeError(error)),
    close: async () => {
      stream.flushSync();
      stream.end();
    },
  };
}

function openStream(path: string): ReturnType<typeof destination> {
  try {
    return destination({ dest: path, append: true, sync: true, mkdir: true });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`the log ${path} cannot be written: ${why}`, {
      hint: 'Name a file that may be written with --log.',
      cause,
    });
  }
}

function describeError(error: unknown): object {
  if (error instanceof RunlinkError) return { code: error.code, msg: error.message, hint: error.hint };
  return { msg: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}
