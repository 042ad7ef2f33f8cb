import type { LinkageResult } from '../../../src/model/linkage.ts';
import { renderJson } from '../../../src/model/json.ts';
import type { RegistryRow } from '../../../src/model/registry.ts';
import type { Run } from '../../../src/model/run.ts';
import type { JudgeWorld } from './world.ts';

/** Each wrong link and missed row: the row, the chosen run and the true one below each other. */
export function renderMistakes(
  { input, truth, identifiable, seed }: JudgeWorld,
  result: LinkageResult,
  most: number,
): string[] {
  const rowsByKey = new Map(input.rows.map((row) => [row.keyText, row]));
  const runsById = new Map(input.runs.map((run) => [run.runId, run]));
  const wrong = result.outcomes.filter(
    ({ kind, keyText, wandbRunId }) => kind === 'match' && truth.get(keyText) !== wandbRunId,
  );
  const missed = result.outcomes.filter(({ kind, keyText }) => kind !== 'match' && identifiable.has(keyText));
  const list = [...wrong.slice(0, most), ...missed.slice(0, most)];
  return [
    `seed ${seed}: ${wrong.length} wrong, ${missed.length} identifiable rows missed; ${result.clock.words}`,
    ...result.health.map((line) => `  ${line}`),
    ...list.flatMap(({ keyText, kind, reason, candidates, wandbRunId }) => {
      const trueId = truth.get(keyText);
      const shown = new Set([wandbRunId, trueId, candidates[0]?.wandbRunId, candidates[1]?.wandbRunId]);
      return [
        `${kind === 'match' ? 'WRONG' : `missed (${kind})`}${identifiable.has(keyText) ? '' : ', not identifiable'}: ${reason}`,
        `    row  ${renderRow(rowsByKey.get(keyText)!)}`,
        ...[...shown].flatMap((runId) => {
          const run = runsById.get(runId ?? '');
          if (run === undefined) return [];
          const candidate = candidates.find((one) => one.wandbRunId === run.runId);
          const odds =
            candidate === undefined
              ? 'no candidate'
              : `p=${candidate.probability.toFixed(4)} w=${candidate.weight.toFixed(1)}`;
          const why = candidate?.evidence.map((item) => `${item.comparison} ${item.weight.toFixed(1)} (${item.words})`);
          return [
            `    ${run.runId === trueId ? 'TRUE' : 'run '} ${odds} ${renderRun(run)}`,
            ...(why === undefined ? [] : [`           ${why.join(' | ')}`]),
          ];
        }),
        ...(trueId === undefined ? ['    its run is not in the project'] : []),
      ];
    }),
  ];
}

/** The first rows, each with its true run: to see with one's own eyes what a world is like. */
export function renderSample({ input, truth, identifiable }: JudgeWorld, count: number): string[] {
  const runsById = new Map(input.runs.map((run) => [run.runId, run]));
  return input.rows.slice(0, count).flatMap((row) => {
    const run = runsById.get(truth.get(row.keyText) ?? '');
    return [
      `${identifiable.has(row.keyText) ? 'sure' : 'open'} row ${renderRow(row)}`,
      `     run ${run === undefined ? '-' : renderRun(run)}`,
    ];
  });
}

function renderRow(row: RegistryRow): string {
  return Object.entries(row.values)
    .map(([name, cell]) => `${name}=${cell === null ? '∅' : String(cell)}`)
    .join(' ');
}

function renderRun({ runId, displayName, createdAt, state, host, args, config, summary }: Run): string {
  const { _timestamp: stamp, _runtime: runtime } = summary;
  const start =
    typeof stamp === 'number' && typeof runtime === 'number'
      ? new Date((stamp - runtime) * 1000).toISOString().slice(0, 19)
      : '-';
  const metrics = Object.fromEntries(Object.entries(summary).filter(([name]) => !name.startsWith('_')));
  return [
    runId,
    `"${displayName ?? ''}"`,
    `created ${new Date(createdAt).toISOString().slice(0, 19)}`,
    `start ${start}`,
    `runtime ${typeof runtime === 'number' ? runtime.toFixed(1) : '-'}`,
    state ?? '',
    host ?? '',
    args.join(' '),
    renderJson(config).slice(0, 300),
    renderJson(metrics).slice(0, 200),
  ].join(' ');
}
