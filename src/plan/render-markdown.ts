import { renderCell } from '../model/cell.ts';
import { planIdOfDigest } from '../model/plan.ts';
import type { DecidedEntry } from '../model/plan.ts';
import { escapeForTerminal } from '../text/escape.ts';
import { listChanges } from './changes.ts';
import type { PlanView } from './view.ts';
import { showDecision, showProbability } from './words.ts';

/** Tables for a pull request or a notebook; names and values cannot become markup. */
export function* renderPlanMarkdown(view: PlanView): Generator<string> {
  const { sealed, counts } = view;
  const { registry, entity, project } = sealed.header;
  yield `# Plan ${planIdOfDigest(sealed.digest)}\n\n`;
  yield `${escapeMarkdown(`${entity}/${project}`)} → ${escapeMarkdown(registry.path)}, table ${escapeMarkdown(registry.table)}\n\n`;
  yield '| runs | rows | match | ambiguous | unmatched | linked |\n|---:|---:|---:|---:|---:|---:|\n';
  yield `| ${counts.runs} | ${counts.rows} | ${counts.match} | ${counts.ambiguous} | ${counts.unmatched} | ${counts.linked} |\n\n`;
  yield '| row | kind | decision | run | name | p | changes | reason |\n|---|---|---|---|---|---:|---|---|\n';
  for (const decided of view.entries) yield renderLine(decided);
}

function renderLine(decided: DecidedEntry): string {
  const { entry, choice } = decided;
  const changes = choice === null ? [] : listChanges(entry.before, choice.after);
  const cells = [
    entry.keyText,
    entry.kind,
    showDecision(decided),
    choice?.wandbRunId ?? entry.wandbRunId ?? '',
    choice?.displayName ?? '',
    showProbability(entry.probability),
  ];
  const fields = changes.map(
    ({ column, from, to }) => `${column}: ${from === null ? 'NULL' : renderCell(from)} → ${renderCell(to)}`,
  );
  const texts = [...cells.map(escapeMarkdown), fields.map(escapeMarkdown).join('<br>'), escapeMarkdown(entry.reason)];
  return `| ${texts.join(' | ')} |\n`;
}

// Markup, HTML, table cells, mentions and issue numbers, addresses that become links, and underscores at the edge of
// a word; within a word they mean themselves.
const MARKUP = /[\\`*{}[\]()<>|~&@#$"']|:(?=\/\/)|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g;

/** Character references mean themselves in markdown and HTML alike, also inside tables and links. */
function escapeMarkdown(text: string): string {
  return escapeForTerminal(text).replaceAll(MARKUP, (char) => `&#${char.charCodeAt(0)};`);
}
