export const RUNS_FORMATS = ['table', 'json', 'jsonl', 'csv', 'parquet'] as const;
export type RunsFormat = (typeof RUNS_FORMATS)[number];

export const SHOW_FORMATS = ['table', 'diff', 'json', 'csv', 'markdown'] as const;
export type ShowFormat = (typeof SHOW_FORMATS)[number];
