import type { AsyncBuffer } from 'hyparquet';
import type { HistoryDeps } from './deps.ts';

/** A Parquet file is read from its end, and the reader asks for so much of it first: the footer, and many whole files. */
const TAIL_BYTES = 512 * 1024;

/**
 * A file behind a signed address, read by ranges. Its size comes with the first range: the signature is for GET, so HEAD
 * would be refused. The address is a secret and stands in no error.
 *
 * @throws Error where the store refuses, or sends something else than the range
 */
export async function openRemoteFile(
  { download, limit }: HistoryDeps,
  url: string,
  signal: AbortSignal,
): Promise<AsyncBuffer> {
  const get = async (range: string): Promise<{ bytes: Uint8Array<ArrayBuffer>; isPart: boolean; total: number }> => {
    const { status, headers, bytes } = await limit(() => download(url, range, signal));
    if (status !== 200 && status !== 206) throw new Error(`the store answered ${status}`);
    const total = Number(/\/(\d+)$/.exec(String(headers['content-range'] ?? ''))?.[1] ?? bytes.length);
    return { bytes, isPart: status === 206, total };
  };
  const tail = await get(`bytes=-${TAIL_BYTES}`);
  const tailStart = tail.isPart ? tail.total - tail.bytes.length : 0;
  return {
    byteLength: tail.total,
    slice: async (start, end = tail.total) => {
      if (start >= tailStart) return tail.bytes.slice(start - tailStart, end - tailStart).buffer;
      const { bytes, isPart } = await get(`bytes=${start}-${end - 1}`);
      if (!isPart) return bytes.slice(start, end).buffer;
      if (bytes.length !== end - start) throw new Error(`expected ${end - start} bytes, found ${bytes.length}`);
      return bytes.buffer;
    },
  };
}
