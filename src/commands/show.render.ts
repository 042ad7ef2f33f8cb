import { assertNever } from '../errors.ts';
import { renderCsv } from '../plan/csv.ts';
import { renderPlanJson } from '../plan/json.ts';
import { renderEntryDetail } from '../plan/render-detail.ts';
import { renderPlanDiff } from '../plan/render-diff.ts';
import type { ShowFormat } from './formats.ts';
import type { Page } from '../text/page.ts';
import { renderPlanMarkdown } from '../plan/render-markdown.ts';
import { renderPlanTable } from '../plan/render-table.ts';
import type { ShowReport } from './show.ts';
import { escapeJson } from '../text/escape.ts';

/** Yields the text in pieces, each ending with a line: a plan of a hundred thousand entries need not fit into memory. */
export function renderShow(report: ShowReport, format: ShowFormat, page: Page): Iterable<string> {
  switch (format) {
    case 'table':
      return report.detail === null ? renderPlanTable(report, page) : renderEntryDetail(report.detail, page);
    case 'diff':
      return renderPlanDiff(report, page);
    case 'json':
      return mapPieces(renderPlanJson(report), escapeJson);
    case 'csv':
      return renderCsv(report.entries, report.sealed.digest);
    case 'markdown':
      return renderPlanMarkdown(report);
    default:
      return assertNever(format);
  }
}

function* mapPieces(pieces: Iterable<string>, map: (piece: string) => string): Generator<string> {
  for (const piece of pieces) yield map(piece);
}
