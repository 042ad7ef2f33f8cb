import { resolve } from 'node:path';
import { UsageError } from '../errors.ts';
import type { DatasetStore } from '../model/dataset.ts';
import { openLocalStore } from './local-store.ts';
import { openS3Store } from './s3-store.ts';
import type { S3Options } from './s3-store.ts';

/** @param location a folder, from `cwd` on, or `s3://bucket/prefix` */
export function openDatasetStore(location: string, options: S3Options & { readonly cwd: string }): DatasetStore {
  if (location.startsWith('s3://')) return openS3Store(location, options);
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(location)?.[1];
  if (scheme === undefined) return openLocalStore(resolve(options.cwd, location));
  throw new UsageError(`datasets cannot be written to ${scheme}://`, { hint: 'Name a folder, or s3://BUCKET/PREFIX.' });
}
