import { z } from 'zod';

import { RunlinkError } from '../errors.ts';
import type { Run } from '../model/run.ts';
import { parseTimeOrNull } from '../model/time.ts';
import { decodeConfig, decodeSummary } from './decode-json.ts';
import { ServerFailureError } from './failures.ts';

// Unknown fields are let through: W&B adds some with each release. Absent and null mean the same.
const text = z.string().nullish();

const runNode = z.object({
  id: z.string(),
  name: z.string(),
  displayName: text,
  state: text,
  createdAt: z.string(),
  heartbeatAt: text,
  group: text,
  jobType: text,
  sweepName: text,
  tags: z.array(z.string()).nullish(),
  notes: text,
  host: text,
  commit: text,
  user: z.object({ username: text }).nullish(),
  runInfo: z
    .object({ program: text, args: z.array(z.string()).nullish(), git: z.object({ commit: text }).nullish() })
    .nullish(),
  config: z.unknown().optional(),
  summaryMetrics: z.unknown().optional(),
});

/**
 * A `Run` node of GraphQL. Naive times are UTC; unknown states stay as they are; absent config and summary are empty.
 *
 * @throws ServerFailureError where it is not understood
 */
export function decodeRun(node: unknown): Run {
  return decodeServed(() => readRun(node));
}

/** What is wrong with one run is a failure of the server at this run: asked for fewer, it gives the others. */
export function decodeServed<T>(decode: () => T): T {
  try {
    return decode();
  } catch (cause) {
    if (!(cause instanceof RunlinkError)) throw cause;
    throw new ServerFailureError(cause.message, { cause, ...(cause.hint === undefined ? {} : { hint: cause.hint }) });
  }
}

function readRun(node: unknown): Run {
  const run = parseAnswer(runNode, node, 'a run');
  const info = run.runInfo;
  return {
    storageId: run.id,
    runId: run.name,
    displayName: run.displayName ?? null,
    state: run.state ?? null,
    createdAt: decodeTime(run.createdAt, run.name),
    heartbeatAt: decodeTimeOrNull(run.heartbeatAt),
    group: run.group ?? null,
    jobType: run.jobType ?? null,
    sweepName: run.sweepName ?? null,
    tags: run.tags ?? [],
    notes: run.notes ?? null,
    host: run.host ?? null,
    user: run.user?.username ?? null,
    commit: run.commit ?? info?.git?.commit ?? null,
    program: info?.program ?? null,
    args: info?.args ?? [],
    config: decodeConfig(run.config),
    summary: decodeSummary(run.summaryMetrics),
  };
}

function decodeTimeOrNull(value: string | null | undefined): number | null {
  return parseTimeOrNull(value ?? null)?.ms ?? null;
}

function decodeTime(value: string, runId: string): number {
  const ms = decodeTimeOrNull(value);
  if (ms !== null) return ms;
  throw new RunlinkError(`W&B says that run ${runId} was created at "${value}", expected an ISO time`);
}

/** Reads a part of an answer by its expected shape. */
export function parseAnswer<T>(shape: z.ZodType<T>, value: unknown, what: string): T {
  const result = shape.safeParse(value);
  if (result.success) return result.data;
  throw new RunlinkError(`W&B's answer for ${what} is not understood: ${z.prettifyError(result.error)}`, {
    hint: 'Check that WANDB_BASE_URL names a W&B server; if it does, please report this message.',
  });
}
