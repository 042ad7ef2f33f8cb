import { access, open, readFile, readdir, rename } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { parseLenientJson } from '../model/json.ts';
import type { Receipt } from './receipt-shape.ts';

/** The version of what `writeReceipt` writes. */
const RECEIPT_VERSION: Receipt['version'] = 1;

export function receiptPath(registry: string, round: string): string {
  return `${resolve(registry)}.${round}.receipt.json`;
}

/** Whole or not at all. @returns the path */
export async function writeReceipt(receipt: Omit<Receipt, 'version'>): Promise<string> {
  const path = receiptPath(receipt.registry, receipt.round);
  const draft = `${path}.draft`;
  const handle = await open(draft, 'w');
  try {
    await handle.writeFile(`${JSON.stringify({ version: RECEIPT_VERSION, ...receipt }, null, 2)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(draft, path);
  return path;
}

export async function hasReceipt(registry: string, round: string): Promise<boolean> {
  return await access(receiptPath(registry, round)).then(
    () => true,
    () => false,
  );
}

export interface ReceiptFile {
  readonly path: string;
  /** Null where the file is not a receipt that we can read. */
  readonly receipt: Receipt | null;
}

/** All receipts that lie beside the registry, by name. */
export async function readReceipts(registry: string): Promise<readonly ReceiptFile[]> {
  const file = resolve(registry);
  const names = (await readdir(dirname(file))).filter(
    (name) => name.startsWith(`${basename(file)}.`) && name.endsWith('.receipt.json'),
  );
  return await Promise.all(
    names.sort().map(async (name) => {
      const path = join(dirname(file), name);
      return { path, receipt: await parseReceiptOrNull(await readFile(path, 'utf8')) };
    }),
  );
}

async function parseReceiptOrNull(text: string): Promise<Receipt | null> {
  // Only who reads a receipt waits for what checks one.
  const { receiptSchema } = await import('./receipt-shape.ts');
  try {
    return receiptSchema.parse(parseLenientJson(text));
  } catch {
    return null;
  }
}
