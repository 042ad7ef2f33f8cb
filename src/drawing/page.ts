import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { escapeForTerminal } from '../text/escape.ts';
import type { VegaChart } from './vega.ts';

export interface ChartPage {
  readonly title: string;
  readonly svg: string;
  /** The same chart for Vega, which makes it answer the pointer. */
  readonly chart: VegaChart;
  /** With a head. */
  readonly table: readonly (readonly string[])[];
  readonly remarks: readonly string[];
}

/**
 * One file that needs nothing else and asks for nothing: the drawing itself, and Vega to zoom and to read values in it. All
 * texts of runs are data in it, never markup; the page's own policy forbids every connection.
 */
export async function renderPage({ title, svg, chart, table, remarks }: ChartPage): Promise<string> {
  const vega = await readFile(fileURLToPath(new URL('./vega.min.js', import.meta.resolve('vega'))), 'utf8');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; img-src data:">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<figure id="chart">${svg.trim()}</figure>
<p class="hint" hidden>Drag moves along the x axis, the wheel zooms, a double click goes back. Point at a line to read it.</p>
${remarks.map((line) => `<p>${escapeHtml(line)}</p>`).join('\n')}
${renderHtmlTable(table)}
</main>
<div id="tip" role="status" hidden></div>
<script type="application/json" id="spec">${JSON.stringify(chart).replaceAll('<', '\\u003c')}</script>
<script>${vega.replaceAll(/<\/script/gi, '<\\/script').replace(/^\/\/# sourceMappingURL=.*$/m, '')}</script>
<script>${CLIENT}</script>
</body>
</html>
`;
}

function renderHtmlTable(rows: readonly (readonly string[])[]): string {
  const [head, ...body] = rows;
  if (head === undefined) return '';
  const row = (cells: readonly string[], tag: 'th' | 'td'): string =>
    `<tr>${cells.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join('')}</tr>`;
  return `<table>
<thead>${row(head, 'th')}</thead>
<tbody>
${body.map((cells) => row(cells, 'td')).join('\n')}
</tbody>
</table>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return escapeForTerminal(text).replaceAll(/[&<>"']/g, (char) => ENTITIES[char] ?? char);
}

const STYLE = `
body { margin: 0; background: #fff; color: #1a1a1a; font: 14px/1.5 'DejaVu Sans', Verdana, Helvetica, Arial, sans-serif; }
main { max-width: 1080px; margin: 24px auto; padding: 0 20px; }
figure { margin: 0; overflow-x: auto; }
svg { max-width: 100%; height: auto; }
.hint, p { color: #6b6b6b; font-size: 12px; margin: 6px 0; }
table { border-collapse: collapse; margin-top: 20px; font-size: 12px; }
th, td { text-align: left; padding: 4px 16px 4px 0; border-bottom: 1px solid #e4e4e4; vertical-align: top; }
td { font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
#tip { position: absolute; background: #fff; border: 1px solid #bbb; border-radius: 4px; padding: 6px 9px; font-size: 12px;
  box-shadow: 0 2px 8px rgb(0 0 0 / 15%); pointer-events: none; max-width: 320px; }
#tip div { display: flex; gap: 12px; justify-content: space-between; }
#tip span:first-child { color: #6b6b6b; }
`;

/** Replaces the drawing by the live chart. Values are set as text, so that no name of a run becomes markup. */
const CLIENT = `
const tip = document.getElementById('tip');
const show = (_handler, event, _item, value) => {
  tip.hidden = value == null || value === '';
  if (tip.hidden) return;
  const entries = typeof value === 'object' ? Object.entries(value) : [['', value]];
  tip.replaceChildren(...entries.map(([name, text]) => {
    const row = document.createElement('div');
    for (const part of [name, text]) row.appendChild(document.createElement('span')).textContent = String(part);
    return row;
  }));
  tip.style.left = Math.min(event.pageX + 14, document.documentElement.clientWidth - tip.offsetWidth - 8) + 'px';
  tip.style.top = event.pageY + 14 + 'px';
};
const loader = { load: () => Promise.reject(new Error('no network')), sanitize: () => Promise.reject(new Error('no network')) };
const chart = JSON.parse(document.getElementById('spec').textContent);
const target = document.getElementById('chart');
const still = target.innerHTML;
new vega.View(vega.parse(chart), { renderer: 'svg', container: target, hover: true, loader, tooltip: show })
  .runAsync()
  .then(() => { document.querySelector('.hint').hidden = false; })
  .catch(() => { target.innerHTML = still; });
`;
