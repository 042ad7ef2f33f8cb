import { z } from 'zod';

export const receiptSchema = z.strictObject({
  version: z.literal(1),
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
