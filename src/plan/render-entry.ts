import type { Page } from '../text/page.ts';
import type { DecidedEntry, PlanCandidate } from '../model/plan.ts';
import { joinEnds, padToWidth, widthOf, wrapText } from '../text/fit.ts';
import { blockOf, listChanges } from './changes.ts';
import type { FieldChange } from './changes.ts';
import { paintMark, showCell, showName, showProbability, showText, showWeight } from './words.ts';

/** Names of the identity columns, padded. */
const LABEL_WIDTH = 12;
const SHOWN_CANDIDATES = 3;

/** An entry with the fields that its write would change, like one file of a diff. */
export function renderEntryDiff(decided: DecidedEntry, page: Page): string {
  const { entry, choice } = decided;
  const body =
    choice === null
      ? renderChoices(decided, page)
      : listChanges(entry.before, choice.after).map((change) => renderChange(change, decided, page));
  return `${[...renderEntryHead(decided, page), ...body].join('\n')}\n`;
}

/** Row, run and name on one line, scores and reason below. A key stands whole wherever it fits: people copy it. */
export function renderEntryHead(decided: DecidedEntry, page: Page): string[] {
  const { entry, choice } = decided;
  const { style, width } = page;
  const run = choice === null ? '' : `  ->  ${showText(choice.wandbRunId)} `;
  const key = showText(entry.keyText, width - 2);
  const room = Math.max(12, width - 2 - widthOf(key) - widthOf(run));
  const name = choice === null ? '' : style.name(showName(choice.displayName, room));
  const title = `${paintMark(blockOf(decided), style)} ${style.strong(key)}${run}${name}`.trimEnd();
  return [title, ...renderReason([...listScores(decided), showText(entry.reason)].join('; '), page)];
}

function listScores({ entry, decision, choice }: DecidedEntry): string[] {
  const isOwnPick = choice !== null && choice.wandbRunId !== entry.wandbRunId;
  const scores = [
    ...(choice === null ? [] : isOwnPick ? ['chosen by a person'] : [`p ${showProbability(entry.probability)}`]),
    ...(entry.margin === null || isOwnPick ? [] : [`margin ${entry.margin.toFixed(1)}`]),
    ...(decision.by === 'reviewer' || entry.kind === 'match' ? [DECISION_WORDS[decision.decision]] : []),
  ];
  return scores.length === 0 ? [] : [scores.join(', ')];
}

const DECISION_WORDS = { accepted: 'accepted', rejected: 'rejected', undecided: 'waits for a decision' } as const;

/** @param reason escaped */
export function renderReason(reason: string, { style, width }: Page): string[] {
  return wrapText(reason, width - 4).map((line) => `    ${style.faint(line)}`);
}

function renderChange(change: FieldChange, { choice }: DecidedEntry, { style, width }: Page): string {
  const isFill = change.kind === 'fill';
  const source = choice?.startSource ?? 'kept';
  const note = change.column === 'started_at' && source !== 'kept' ? style.faint(`  ${START_NOTES[source]}`) : '';
  const label = `  ${isFill ? style.add('+') : style.change('~')} ${change.column.padEnd(LABEL_WIDTH)}  `;
  const room = width - widthOf(label) - widthOf(note) - 4;
  // The old value gets at most 40 % of the line, the new one what is left.
  const from = showCell(change.from, Math.max(8, Math.floor(room * 0.4)));
  const to = showCell(change.to, room - widthOf(from));
  return `${label}${style.faint(from)} -> ${isFill ? style.add(to) : style.change(to)}${note}`;
}

const START_NOTES = {
  metadata: '(recorded by the client)',
  summary: '(from _timestamp - _runtime)',
  created: "(W&B's createdAt)",
} as const;

function renderChoices({ entry }: DecidedEntry, page: Page): string[] {
  const shown = entry.candidates.slice(0, SHOWN_CANDIDATES);
  const idWidth = Math.max(...shown.map((candidate) => widthOf(showText(candidate.wandbRunId))), 8);
  const more = entry.candidates.length - shown.length;
  const lines = shown.map((candidate) => renderCandidateLine(candidate, idWidth, page));
  return more > 0 ? [...lines, page.style.faint(`      and ${more} more`)] : lines;
}

function renderCandidateLine(candidate: PlanCandidate, idWidth: number, { style, width }: Page): string {
  const right = `p ${showProbability(candidate.probability)}  ${showWeight(candidate.weight).padStart(6)}`;
  const id = padToWidth(showText(candidate.wandbRunId), idWidth);
  const name = showName(candidate.displayName, width - idWidth - widthOf(right) - 12);
  return joinEnds(`      ${style.name(id)}  ${name}`, right, Math.min(width, 84));
}
