import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { RunlinkError } from '../errors.ts';
import type { ConfigFields } from './config-shape.ts';

export const CONFIG_FILE_NAME = 'runlink.json';

/**
 * What `runlink.json` says about the registry; whatever it leaves out is found in the registry itself. A column that is
 * `null` says that no column plays that part.
 */
export interface RegistryConfig extends ConfigFields {
  /** The file it was read from, for error messages; null where there is none. */
  readonly file: string | null;
}

export const EMPTY_CONFIG: RegistryConfig = { columns: {}, evidence: {}, ignore: [], file: null };

/**
 * Reads the file named, or `runlink.json` beside the registry where there is one.
 *
 * @throws RunlinkError that lists all problems of the file at once
 */
export async function readRegistryConfig(
  registryPath: string,
  configPath: string | null = null,
): Promise<RegistryConfig> {
  const file = resolve(configPath ?? join(dirname(resolve(registryPath)), CONFIG_FILE_NAME));
  const text = readTextOrNull(file);
  if (text !== null) return await parseRegistryConfig(text, file);
  if (configPath === null) return EMPTY_CONFIG;
  throw new RunlinkError(`there is no config file at "${file}"`, {
    hint: `Give another path with --config FILE, or leave it out: ${CONFIG_FILE_NAME} beside the registry is read by itself.`,
  });
}

export async function parseRegistryConfig(text: string, file: string): Promise<RegistryConfig> {
  // Most registries have no such file, and what checks one takes longer to load than the rest of a query.
  const { COLUMN_PARTS, configShape } = await import('./config-shape.ts');
  const parsed = configShape.safeParse(parseJson(text, file));
  if (parsed.success) return { ...parsed.data, file };
  const problems = parsed.error.issues.map((issue) => `  ${issue.path.join('.') || '(top level)'}: ${issue.message}`);
  throw new RunlinkError(
    `"${file}" has ${problems.length} problem${problems.length === 1 ? '' : 's'}:\n${problems.join('\n')}`,
    {
      hint: `Known keys: table, columns {${COLUMN_PARTS.join(', ')}}, evidence, ignore, statuses {running, not_running}, time_zone.`,
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
