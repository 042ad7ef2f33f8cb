import type { Cell } from '../model/cell.ts';
import { renderCell } from '../model/cell.ts';
import type { DecidedEntry, Decision, StartSource } from '../model/plan.ts';
import { escapeForTerminal } from '../text/escape.ts';
import { cutToWidth } from '../text/fit.ts';
import type { Style } from '../text/style.ts';
import type { ReviewBlock } from './changes.ts';

/** The symbol of each block carries its meaning without colour. */
export const MARKS: Readonly<Record<ReviewBlock, string>> = {
  overwrite: '~',
  review: '?',
  fill: '+',
  rejected: 'x',
  unmatched: '-',
  linked: '=',
};

export function paintMark(block: ReviewBlock, style: Style): string {
  const paint = { overwrite: style.change, review: style.name, fill: style.add, rejected: style.remove };
  return block === 'unmatched' || block === 'linked' ? style.faint(MARKS[block]) : paint[block](MARKS[block]);
}

export const START_WORDS: Readonly<Record<StartSource, string>> = {
  kept: 'kept: the row has a start time',
  metadata: 'the start that the W&B client recorded',
  summary: 'the last logged time less the run time (_timestamp - _runtime)',
  created: 'when W&B made the run (createdAt)',
};

/** Untrusted text on one line of a terminal. */
export function showText(text: string, width = Number.POSITIVE_INFINITY): string {
  return cutToWidth(escapeForTerminal(text), width);
}

/** Text in quotes, so that '' and '1' are not taken for NULL and 1. */
export function showCell(cell: Cell, width: number): string {
  if (cell === null) return 'NULL';
  return typeof cell === 'string' ? `"${showText(cell, width - 2)}"` : cutToWidth(renderCell(cell), width);
}

export function showName(displayName: string | null, width = Number.POSITIVE_INFINITY): string {
  return displayName === null ? '(no name)' : `"${showText(displayName, width - 2)}"`;
}

/** Four digits, cut: no probability shows as a certainty. */
export function showProbability(probability: number | null): string {
  if (probability === null) return '';
  return (Math.min(9999, Math.floor(probability * 10_000 + 1e-9)) / 10_000).toFixed(4);
}

/** Bits with a sign. */
export function showWeight(weight: number | null): string {
  if (weight === null) return '';
  const text = Math.abs(weight).toFixed(1);
  if (text === '0.0') return text;
  return weight < 0 ? `-${text}` : `+${text}`;
}

export function showDecision({ entry, decision }: DecidedEntry): string {
  if (entry.kind === 'linked' || (entry.kind === 'unmatched' && decision.decision === 'undecided')) return '';
  return decision.decision;
}

/** Who decided, and when; nothing where nothing has to be decided. */
export function showDecider(decided: DecidedEntry): string {
  const { decision } = decided;
  if (showDecision(decided) === '') return '';
  const words: Readonly<Record<Decision, string>> = {
    accepted: 'accepted',
    rejected: 'rejected',
    undecided: 'waits for a decision',
  };
  if (decision.by === 'policy')
    return decision.decision === 'accepted' ? 'accepted by policy' : words[decision.decision];
  const when = decision.at === null ? '' : ` at ${decision.at}`;
  return `${words[decision.decision]} (${showText(decision.reviewer ?? 'reviewer')}${when})`;
}

/** "1 row", "2 rows". */
export function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${groupDigits(number)} ${number === 1 ? noun : plural}`;
}

export function groupDigits(number: number): string {
  return String(number).replaceAll(/\B(?=(\d{3})+$)/g, ',');
}
