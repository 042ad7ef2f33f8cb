import { access, open, readFile, readdir, rename } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { parseLenientJson } from '../model/json.ts';

const RECEIPT_VERSION = 1;

const receiptSchema = z.strictObject({
  version: z.literal(RECEIPT_VERSION),
  registry: z.string(),
  table: z.string(),
  planId: z.string(),
  planDigest: z.string(),
  round: z.string(),
  written: z.number().int(),
  skipped: z.number().int(),
  undecided: z.number().int(),
  /** The ledger's last entry: whoever keeps the receipt elsewhere can prove that the ledger was not rewritten. */
  ledger: z.strictObject({ seq: z.number().int(), hash: z.string() }),
  backup: z.string().nullable(),
  toolVersion: z.string(),
  at: z.string(),
});

/** What an apply did, as a file beside the registry. */
export type Receipt = Readonly<z.infer<typeof receiptSchema>>;

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
      return { path, receipt: parseReceiptOrNull(await readFile(path, 'utf8')) };
    }),
  );
}

function parseReceiptOrNull(text: string): Receipt | null {
  try {
    return receiptSchema.parse(parseLenientJson(text));
  } catch {
    return null;
  }
}
