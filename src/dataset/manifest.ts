import { z } from 'zod';
import { RunlinkError } from '../errors.ts';
import type { DatasetManifest, DatasetRun, DatasetStore, Shard } from '../model/dataset.ts';
import { isInShard, manifestPath } from './layout.ts';

const FORMAT = 'runlink-dataset';
const VERSION = 1;

const count = z.number().int().nonnegative();
/** Also the order of the fields in the file: what is parsed has the shape's order. */
const runShape = z.strictObject({
  run: z.string(),
  row: z.string(),
  name: z.string().nullable(),
  state: z.string().nullable(),
  status: z.enum(['complete', 'failed']),
  lastStep: z.number().int().nullable(),
  logged: count.nullable(),
  rows: count,
  parts: z.array(z.strictObject({ path: z.string(), rows: count, bytes: count })),
  error: z.string().nullable(),
});

const manifestShape = z.strictObject({
  format: z.literal(FORMAT),
  version: z.literal(VERSION),
  project: z.string(),
  keys: z.array(z.string()).nullable(),
  shard: z.strictObject({ index: count, count }),
  runs: z.array(runShape),
});

/**
 * @returns null where none was written yet
 * @throws RunlinkError where the file is none of ours, damaged, or of a newer version
 */
async function readManifestOrNull(store: DatasetStore, project: string, shard: Shard): Promise<DatasetManifest | null> {
  const path = manifestPath(project, shard);
  const bytes = await store.readOrNull(path);
  if (bytes === null) return null;
  const { format: _format, version: _version, ...manifest } = parseManifest(bytes, `${store.place}/${path}`);
  if (manifest.project === project) return manifest;
  throw new RunlinkError(
    `${store.place}/${path} says that it is of project "${manifest.project}", expected "${project}"`,
    { hint: 'Name another place with --out.' },
  );
}

function parseManifest(bytes: Uint8Array, place: string): z.infer<typeof manifestShape> {
  const hint =
    'Restore the file, or delete it and run the same command again: the runs are then read and written once more.';
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch (cause) {
    throw new RunlinkError(`the manifest ${place} is damaged: it is no JSON (${bytes.byteLength} bytes)`, {
      hint,
      cause,
    });
  }
  const parsed = manifestShape.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? 'it' : `"${issue.path.join('.')}"`;
  throw new RunlinkError(`the manifest ${place} is damaged or of another version: ${where}: ${issue?.message ?? ''}`, {
    hint,
    cause: parsed.error,
  });
}

/** The same runs give the same bytes. */
export async function writeManifest(store: DatasetStore, manifest: DatasetManifest): Promise<void> {
  const { project, keys, shard } = manifest;
  const runs = sortRuns(manifest.runs).map((run) => `    ${JSON.stringify(runShape.parse(run))}`);
  const head = JSON.stringify({ format: FORMAT, version: VERSION, project, keys, shard }, null, 2);
  const list = runs.length === 0 ? '[]' : `[\n${runs.join(',\n')}\n  ]`;
  await store.write(manifestPath(project, shard), Buffer.from(`${head.slice(0, -2)},\n  "runs": ${list}\n}\n`));
}

function sortRuns(runs: readonly DatasetRun[]): readonly DatasetRun[] {
  return [...runs].sort((a, b) => (a.run < b.run ? -1 : 1));
}

/**
 * What was exported before, as far as it is this shard's: by its own manifest or, where it has none yet, by the manifest
 * of the whole.
 *
 * @throws RunlinkError where a manifest is damaged, or holds other metrics than asked for
 */
export async function readEarlierRuns(
  store: DatasetStore,
  wanted: Omit<DatasetManifest, 'runs'>,
): Promise<readonly DatasetRun[]> {
  const { project, shard, keys } = wanted;
  const manifest =
    (await readManifestOrNull(store, project, shard)) ??
    (shard.count === 1 ? null : await readManifestOrNull(store, project, { index: 1, count: 1 }));
  if (manifest === null) return [];
  if (JSON.stringify(manifest.keys) !== JSON.stringify(keys)) {
    const name = (list: readonly string[] | null): string => (list === null ? 'all metrics' : list.join(', '));
    throw new RunlinkError(`the dataset in ${store.place} holds ${name(manifest.keys)}, asked for: ${name(keys)}`, {
      hint: 'Ask for the same metrics, or name another place with --out.',
    });
  }
  return manifest.runs.filter(({ run }) => isInShard(run, shard));
}

/**
 * Joins the manifests of all shards to the manifest of the whole.
 *
 * @throws RunlinkError where a shard has none yet, or one is damaged or holds other metrics
 */
export async function mergeManifests(store: DatasetStore, project: string, shards: number): Promise<DatasetManifest> {
  const found: DatasetManifest[] = [];
  const missing: number[] = [];
  for (let index = 1; index <= shards; index += 1) {
    const manifest = await readManifestOrNull(store, project, { index, count: shards });
    if (manifest === null) missing.push(index);
    else found.push(manifest);
  }
  const [first] = found;
  if (first === undefined || missing.length > 0) {
    throw new RunlinkError(`${missing.length} of ${shards} shards have no manifest yet: ${missing.join(', ')}`, {
      hint: `Export them first: --shard ${missing[0] ?? 1}/${shards}. In ${store.place} the project is "${project}".`,
    });
  }
  const other = found.find(({ keys }) => JSON.stringify(keys) !== JSON.stringify(first.keys));
  if (other !== undefined) {
    throw new RunlinkError(
      `shard ${other.shard.index} of ${shards} holds other metrics than shard ${first.shard.index}`,
      {
        hint: 'Export all shards with the same metrics.',
      },
    );
  }
  const whole = { ...first, shard: { index: 1, count: 1 }, runs: sortRuns(found.flatMap(({ runs }) => runs)) };
  await writeManifest(store, whole);
  return whole;
}
