import type { Run } from '../../src/model/run.ts';
import type { ListingWindow, QuarantinedRun, SnapshotStore } from '../../src/model/snapshot.ts';

/** A snapshot in memory, with the same meaning as the plan file's, which has tests of its own. */
export interface MemoryStore extends SnapshotStore {
  readonly runs: () => readonly Run[];
  /** Names of the writing calls, in order. */
  readonly calls: readonly string[];
}

export function createMemoryStore(): MemoryStore {
  const windows = new Map<number, ListingWindow>();
  const runs = new Map<string, { readonly windowNo: number; readonly run: Run }>();
  const quarantined = new Map<string, QuarantinedRun>();
  const calls: string[] = [];
  return {
    calls,
    runs: () => [...runs.values()].map(({ run }) => run),
    readWindows: async () => [...windows.values()].sort((a, b) => a.no - b.no),
    saveWindows: async (saved) => {
      calls.push('saveWindows');
      for (const window of saved) windows.set(window.no, window);
    },
    savePage: async ({ windowNo, runs: page, nextCursor }) => {
      calls.push('savePage');
      const window = windows.get(windowNo);
      if (window === undefined) throw new Error(`a page arrived for window ${windowNo}, which is not saved`);
      for (const run of page) {
        runs.set(run.storageId, { windowNo, run });
        quarantined.delete(run.runId);
      }
      windows.set(windowNo, { ...window, cursor: nextCursor });
    },
    restartWindow: async (windowNo) => {
      calls.push('restartWindow');
      for (const [id, held] of runs) if (held.windowNo === windowNo) runs.delete(id);
      for (const [id, held] of quarantined) if (held.windowNo === windowNo) quarantined.delete(id);
      const window = windows.get(windowNo);
      if (window !== undefined) windows.set(windowNo, { ...window, cursor: null, state: 'open' });
    },
    saveQuarantined: async (run) => {
      calls.push('saveQuarantined');
      quarantined.set(run.runId, run);
    },
    readRunIds: async (windowNo) => {
      const held = [...runs.values()].filter((item) => item.windowNo === windowNo).map(({ run }) => run.runId);
      const broken = [...quarantined.values()].filter((item) => item.windowNo === windowNo).map(({ runId }) => runId);
      return [...new Set([...held, ...broken])].sort();
    },
    readQuarantined: async () => [...quarantined.values()].sort((a, b) => (a.runId < b.runId ? -1 : 1)),
  };
}
