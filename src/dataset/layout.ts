import { createHash } from 'node:crypto';
import type { Shard } from '../model/dataset.ts';

/**
 * A partition value as Hive, DuckDB, Spark and Arrow read it back: percent-encoded UTF-8. Only letters, digits, `_`, `-`
 * and dots stay, so that no value leaves its folder or looks like another partition.
 */
export function encodePartitionValue(value: string): string {
  if (value === '') return '__HIVE_DEFAULT_PARTITION__';
  return encodeURIComponent(value.toWellFormed()).replaceAll(
    /[!'()*~]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** @param project `entity/project` */
function projectFolder(project: string): string {
  return `project=${encodePartitionValue(project)}`;
}

export function runFolder(project: string, runId: string): string {
  return `${projectFolder(project)}/run=${encodePartitionValue(runId)}`;
}

/** Numbered from 0. */
export function partPath(folder: string, no: number): string {
  return `${folder}/part-${String(no).padStart(5, '0')}.parquet`;
}

/** Readers of Parquet folders pass over names that begin with `_`. */
export function manifestPath(project: string, { index, count }: Shard): string {
  const name = count === 1 ? '_manifest.json' : `_manifest-${index}-of-${count}.json`;
  return `${projectFolder(project)}/${name}`;
}

/** The same on every machine and in every version: SHA-256 of the run id, its first 48 bits, modulo the number of shards. */
export function isInShard(runId: string, { index, count }: Shard): boolean {
  return createHash('sha256').update(runId).digest().readUIntBE(0, 6) % count === index - 1;
}
