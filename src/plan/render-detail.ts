import { cellsEqual, isEmptyCell } from '../model/cell.ts';
import { IDENTITY_COLUMNS } from '../model/identity.ts';
import type { IdentityColumn } from '../model/identity.ts';
import type { DecidedEntry, PlanCandidate } from '../model/plan.ts';
import { joinEnds, padToWidth, widthOf } from '../text/fit.ts';
import { blockOf } from './changes.ts';
import { renderReason } from './render-entry.ts';
import type { Page } from '../text/page.ts';
import { renderWaterfall } from './render-waterfall.ts';
import {
  paintMark,
  showCell,
  showDecider,
  showName,
  showProbability,
  showText,
  showWeight,
  START_WORDS,
} from './words.ts';

/** Everything about one entry: what its write changes, and each candidate with the waterfall of its weight. */
export function* renderEntryDetail(decided: DecidedEntry, page: Page): Generator<string> {
  const { entry, choice } = decided;
  const { style, width } = page;
  const state = [entry.kind, showDecider(decided)].filter((part) => part !== '').join(', ');
  const right = state.slice(0, width - 20);
  const key = showText(entry.keyText, Math.max(20, width - widthOf(right) - 4));
  yield `${joinEnds(`${paintMark(blockOf(decided), style)} ${style.strong(key)}`, style.faint(right), width)}\n`;
  yield `${renderReason(showText(entry.reason), page).join('\n')}\n\n`;
  for (const column of IDENTITY_COLUMNS) yield `${renderColumn(column, decided, page)}\n`;
  if (choice !== null) yield style.faint(`    started_at: ${START_WORDS[choice.startSource]}\n`);
  for (const [index, candidate] of entry.candidates.entries()) {
    yield `\n${renderCandidate(candidate, { rank: index + 1, decided, page })}\n`;
  }
}

function renderColumn(column: IdentityColumn, { entry, choice }: DecidedEntry, { style, width }: Page): string {
  const [from, to] = [entry.before[column], (choice?.after ?? entry.before)[column]];
  const room = width - 19;
  if (cellsEqual(from, to)) return `    ${column.padEnd(12)} ${showCell(from, room)}`;
  const paint = isEmptyCell(from) ? style.add : style.change;
  const old = showCell(from, Math.max(8, Math.floor(room * 0.4)));
  const mark = paint(isEmptyCell(from) ? '+' : '~');
  return `  ${mark} ${column.padEnd(12)} ${style.faint(old)} -> ${paint(showCell(to, room - widthOf(old) - 4))}`;
}

interface CandidateContext {
  readonly rank: number;
  readonly decided: DecidedEntry;
  readonly page: Page;
}

function renderCandidate(candidate: PlanCandidate, { rank, decided, page }: CandidateContext): string {
  const { entry, choice } = decided;
  const { style, width } = page;
  const { wandbRunId } = candidate;
  const roles = [
    ...(entry.wandbRunId === wandbRunId ? ['proposed'] : []),
    ...(choice?.wandbRunId === wandbRunId && entry.wandbRunId !== wandbRunId ? ['chosen'] : []),
  ];
  const scores = `${roles.join(', ')}  p ${showProbability(candidate.probability)}  ${showWeight(candidate.weight)} bits`;
  const id = style.name(showText(wandbRunId));
  const name = showName(candidate.displayName, Math.max(12, width - widthOf(scores) - widthOf(id) - 12));
  const lines = [
    joinEnds(`  ${padToWidth(`${rank}`, 3)} ${id}  ${style.strong(name)}`, scores.trimStart(), width),
    `      ${style.faint(showCell(candidate.after.wandb_url, width - 6).replaceAll('"', ''))}`,
    ...renderWaterfall(candidate.evidence, page),
  ];
  return lines.join('\n');
}
