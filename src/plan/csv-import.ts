import { parse } from 'csv-parse/sync';
import { UsageError } from '../errors.ts';
import { DECISIONS } from '../model/plan.ts';
import type { DecidedEntry, Decision, PlanChoice } from '../model/plan.ts';
import { buildCsvRecord, EDITABLE_COLUMNS, NUMBER_COLUMNS } from './csv.ts';
import type { CsvRecord } from './csv.ts';
import { unguardCell } from './csv-cells.ts';
import type { PlanReader, ReviewProblem, ReviewRequest } from './review.ts';

/** The other columns may be left out; where they are there, their values may not be edited. */
const NEEDED_COLUMNS = ['digest', 'run_id', ...EDITABLE_COLUMNS];

export interface CsvLine {
  readonly no: number;
  readonly record: CsvRecord;
}

export interface CsvRequests {
  readonly requests: readonly ReviewRequest[];
  readonly unchanged: number;
  readonly problems: readonly ReviewProblem[];
}

/** @throws UsageError where the text is no CSV or lacks a column */
export function parseDecisionsCsv(text: string): readonly CsvLine[] {
  const [header, ...lines] = parseLines(text);
  const columns = (header?.record ?? []).map(unguardCell);
  const missing = NEEDED_COLUMNS.filter((column) => !columns.includes(column));
  if (missing.length > 0) {
    throw new UsageError(`the decisions lack the column ${missing.join(', ')}; found ${columns.join(', ') || 'none'}`, {
      hint: 'Start from `runlink show PLAN --format csv` and edit decision and wandb_run_id.',
    });
  }
  return lines.map(({ record, info }) => ({
    no: info.lines,
    record: Object.fromEntries(columns.map((column, index) => [column, unguardCell(record[index] ?? '')])),
  }));
}

interface ParsedLine {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

function parseLines(text: string): ParsedLine[] {
  try {
    // With `info`, csv-parse returns the record beside its line number, which its types do not say.
    return parse(text, { bom: true, info: true, skip_empty_lines: true }) as unknown as ParsedLine[];
  } catch (error) {
    throw new UsageError(`the decisions are no CSV: ${error instanceof Error ? error.message : String(error)}`, {
      hint: 'Save the file as comma-separated values in UTF-8.',
      cause: error,
    });
  }
}

/** Turns the lines that differ from the plan into requests; names each line that is not of this plan or was edited. */
export function buildCsvRequests(lines: readonly CsvLine[], plan: PlanReader, digest: string): CsvRequests {
  const requests: ReviewRequest[] = [];
  const problems: ReviewProblem[] = [];
  let unchanged = 0;
  for (const line of lines) {
    const result = judgeLine(line, plan, digest);
    if (result === null) unchanged += 1;
    else if ('action' in result) requests.push(result);
    else problems.push({ ...result, text: `line ${line.no}: ${result.text}` });
  }
  return { requests, unchanged, problems };
}

function judgeLine({ no, record }: CsvLine, plan: PlanReader, digest: string): ReviewRequest | ReviewProblem | null {
  if (record['digest'] !== digest) {
    const found = JSON.stringify(record['digest']?.slice(0, 12));
    return { kind: 'other-plan', text: `expected a decision about plan "${digest.slice(0, 12)}", found ${found}` };
  }
  const keyText = record['run_id'] ?? '';
  const decided = plan.readEntryOrNull(keyText);
  if (decided === null) return usage(`row ${JSON.stringify(keyText)} is not in this plan`);
  const edit = findEditOrNull(record, decided, plan);
  if (edit !== null) return usage(edit);
  const current = buildCsvRecord(decided, digest);
  const [decision, wandbRunId] = [record['decision'] ?? '', record['wandb_run_id'] ?? ''];
  if (decision === current['decision'] && wandbRunId === current['wandb_run_id']) return null;
  if (!isDecision(decision)) {
    return usage(`decision ${JSON.stringify(decision)}: expected ${DECISIONS.join(', ')}`);
  }
  const where = `line ${no}: `;
  if (decision === 'accepted') {
    if (wandbRunId === '') return usage(`row ${JSON.stringify(keyText)} is accepted without a wandb_run_id`);
    return { keyText, action: { kind: 'choose', wandbRunId }, where };
  }
  const known = ['', current['wandb_run_id'], decided.entry.wandbRunId];
  if (!known.includes(wandbRunId)) {
    return usage(`row ${JSON.stringify(keyText)} names run ${JSON.stringify(wandbRunId)} but is ${decision}`);
  }
  return { keyText, action: { kind: decision === 'rejected' ? 'reject' : 'reset' }, where };
}

/**
 * A line shows the run that was decided on when it was exported, which may be the proposed one, the one of now, or
 * none; a reviewer who names another run may also have filled in that run's values.
 */
function findEditOrNull(record: CsvRecord, decided: DecidedEntry, plan: PlanReader): string | null {
  const runIds = new Set([decided.choice?.wandbRunId, decided.entry.wandbRunId, record['wandb_run_id']]);
  const choices: (PlanChoice | null)[] = [null];
  for (const runId of runIds) {
    if (runId !== undefined && runId !== null) choices.unshift(plan.readChoiceOrNull(decided.entry, runId));
  }
  const edits = choices.map((choice) =>
    listEdits(record, buildCsvRecord({ ...decided, choice }, record['digest'] ?? '')),
  );
  if (edits.some((edit) => edit.length === 0)) return null;
  const fewest = edits.reduce((best, edit) => (edit.length < best.length ? edit : best));
  return `row ${JSON.stringify(decided.entry.keyText)} has an edited value: ${fewest.join('; ')}`;
}

function listEdits(found: CsvRecord, expected: CsvRecord): string[] {
  return Object.entries(expected).flatMap(([column, value]) => {
    const other = found[column];
    if (other === undefined || (EDITABLE_COLUMNS as readonly string[]).includes(column)) return [];
    const isSame = NUMBER_COLUMNS.includes(column) ? isSameNumber(value, other) : value === other;
    return isSame ? [] : [`${column} expected ${JSON.stringify(value)}, found ${JSON.stringify(other)}`];
  });
}

function isSameNumber(a: string, b: string): boolean {
  return a === b || (a !== '' && b.trim() !== '' && Number(a) === Number(b));
}

function isDecision(text: string): text is Decision {
  return (DECISIONS as readonly string[]).includes(text);
}

function usage(text: string): ReviewProblem {
  return { kind: 'usage', text };
}
