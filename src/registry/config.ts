import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { RunlinkError } from '../errors.ts';
import { isTimeZone } from '../model/zone.ts';

export const CONFIG_FILE_NAME = 'runlink.json';

const columnName = z.string().min(1);
const columnOrNone = columnName.nullable().optional();

const columnsShape = z.strictObject({
  key: columnName.optional(),
  wandb_run_id: columnOrNone,
  wandb_url: columnOrNone,
  run_name: columnOrNone,
  status: columnOrNone,
  started_at: columnOrNone,
  created_at: columnOrNone,
  finished_at: columnOrNone,
  duration_seconds: columnOrNone,
  final_metrics: z.union([columnName.transform((name) => [name]), z.array(columnName)]).optional(),
});

const configShape = z.strictObject({
  table: z.string().min(1).optional(),
  columns: columnsShape.default({}),
  evidence: z.record(columnName, z.string().min(1)).default({}),
  ignore: z.array(columnName).default([]),
  statuses: z
    .strictObject({ running: z.string().min(1), not_running: z.string().min(1) })
    .refine(({ running, not_running }) => running !== not_running, 'running and not_running must be different words')
    .optional(),
  time_zone: z.string().refine(isTimeZone, 'expected a time zone such as "Europe/Berlin" or "UTC"').optional(),
});

/**
 * What `runlink.json` says about the registry; whatever it leaves out is found in the registry itself. A column that is
 * `null` says that no column plays that part.
 */
export interface RegistryConfig extends z.infer<typeof configShape> {
  /** The file it was read from, for error messages; null where there is none. */
  readonly file: string | null;
}

export const EMPTY_CONFIG: RegistryConfig = { ...configShape.parse({}), file: null };

/**
 * Reads the file named, or `runlink.json` beside the registry where there is one.
 *
 * @throws RunlinkError that lists all problems of the file at once
 */
export function readRegistryConfig(registryPath: string, configPath: string | null = null): RegistryConfig {
  const file = resolve(configPath ?? join(dirname(resolve(registryPath)), CONFIG_FILE_NAME));
  const text = readTextOrNull(file);
  if (text !== null) return parseRegistryConfig(text, file);
  if (configPath === null) return EMPTY_CONFIG;
  throw new RunlinkError(`there is no config file at "${file}"`, {
    hint: `Give another path with --config FILE, or leave it out: ${CONFIG_FILE_NAME} beside the registry is read by itself.`,
  });
}

export function parseRegistryConfig(text: string, file: string): RegistryConfig {
  const parsed = configShape.safeParse(parseJson(text, file));
  if (parsed.success) return { ...parsed.data, file };
  const problems = parsed.error.issues.map((issue) => `  ${issue.path.join('.') || '(top level)'}: ${issue.message}`);
  throw new RunlinkError(
    `"${file}" has ${problems.length} problem${problems.length === 1 ? '' : 's'}:\n${problems.join('\n')}`,
    {
      hint: `Known keys: table, columns {${Object.keys(columnsShape.shape).join(', ')}}, evidence, ignore, statuses {running, not_running}, time_zone.`,
    },
  );
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new RunlinkError(`"${file}" is not JSON: ${error instanceof Error ? error.message : String(error)}`, {
      hint: 'Correct the file, or leave it out where the defaults find everything.',
      cause: error,
    });
  }
}

function readTextOrNull(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw new RunlinkError(`cannot read the config file "${file}"`, { hint: 'Check its permissions.', cause: error });
  }
}
