import type { Run } from '../../src/model/run.ts';

export const CREATED_AT = Date.UTC(2024, 4, 1, 10, 0, 0);

export function sampleRun(runId: string, changes: Partial<Run> = {}): Run {
  return {
    storageId: `storage-${runId}`,
    runId,
    displayName: `name-of-${runId}`,
    state: 'finished',
    createdAt: CREATED_AT,
    heartbeatAt: null,
    group: null,
    jobType: null,
    sweepName: null,
    tags: [],
    notes: null,
    host: null,
    user: null,
    commit: null,
    program: null,
    args: [],
    config: {},
    summary: {},
    ...changes,
  };
}
