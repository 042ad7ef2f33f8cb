import { hostname } from 'node:os';
import { pid } from 'node:process';
import { TOOL_VERSION } from '../model/version.ts';

/** Who writes, for the log and the lock: this very process. */
export const ORIGIN = { toolVersion: TOOL_VERSION, host: hostname(), pid } as const;
