import { styleText } from 'node:util';
import { cutToWidth, padToWidth, widthOf, wrapText } from '../text/fit.ts';
import type { Page } from '../text/page.ts';
import { createBrailleCanvas } from './braille.ts';
import type { Figure, Panel } from './figure.ts';
import { chooseLogTicks, chooseTicks, renderTick, renderTimeTick } from './ticks.ts';
import { buildXAxis } from './x-axis.ts';
import type { XAxis } from './x-axis.ts';

const INKS = ['blue', 'red', 'green', 'magenta', 'yellow', 'cyan', 'white', 'gray'] as const;
/** What tells lines apart where there is no colour. */
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const LEAST_PANEL = 44;
const GAP = 3;
const ROWS = { one: 18, many: 9 } as const;

interface Pen {
  readonly paint: (cell: string, ink: number) => string;
  readonly sample: (ink: number) => string;
}

/** The figure as text for a terminal: panels side by side where there is room, the legend and the caption below. Bands are left out. */
export function renderTerminalFigure(figure: Figure, { style, width }: Page): string {
  const axis = buildXAxis(figure);
  const pen = createPen(figure, style.name('x') !== 'x');
  const perRow = Math.max(1, Math.min(figure.panels.length, Math.floor((width + GAP) / (LEAST_PANEL + GAP)), 3));
  const panelWidth = Math.max(24, Math.floor((width - GAP * (perRow - 1)) / perRow));
  const rows = figure.panels.length > 1 ? ROWS.many : ROWS.one;
  const panels = figure.panels.map((panel) =>
    renderPanel(panel, { figure, axis, pen, page: { style, width: panelWidth }, rows }),
  );
  const blocks: string[] = [];
  for (let first = 0; first < panels.length; first += perRow)
    blocks.push(joinPanels(panels.slice(first, first + perRow), panelWidth));
  const caption = figure.caption.flatMap((line) => wrapText(line, width)).map((line) => style.faint(line));
  return [...blocks, ...renderLegend(figure, pen, width), ...(caption.length > 0 ? ['', ...caption] : [])].join('\n');
}

/** Colours, or a letter a line where there are none; many lines look alike. */
function createPen({ legend }: Figure, isColoured: boolean): Pen {
  if (legend.length <= 1) return { paint: (cell) => cell, sample: () => '─' };
  if (!isColoured) {
    const letter = (ink: number): string => LETTERS[ink % LETTERS.length] ?? '*';
    return { paint: (_cell, ink) => letter(ink), sample: letter };
  }
  const paint = (text: string, ink: number): string =>
    styleText(INKS[ink % INKS.length] ?? 'white', text, { validateStream: false });
  return { paint, sample: (ink) => paint('──', ink) };
}

function joinPanels(panels: readonly (readonly string[])[], width: number): string {
  const height = Math.max(...panels.map((lines) => lines.length));
  return Array.from({ length: height }, (_line, no) =>
    panels
      .map((lines) => padToWidth(lines[no] ?? '', width))
      .join(' '.repeat(GAP))
      .trimEnd(),
  ).join('\n');
}

function renderLegend({ legend }: Figure, pen: Pen, width: number): readonly string[] {
  if (legend.length === 0) return [];
  const items = legend.map((label, ink) => `${pen.sample(ink)} ${cutToWidth(label, Math.max(8, width - 4))}`);
  const lines: string[] = [];
  for (const item of items) {
    const last = lines.at(-1);
    if (last === undefined || widthOf(last) + 3 + widthOf(item) > width) lines.push(item);
    else lines[lines.length - 1] = `${last}   ${item}`;
  }
  return lines;
}

interface PanelSetting {
  readonly figure: Figure;
  readonly axis: XAxis;
  readonly pen: Pen;
  readonly page: Page;
  readonly rows: number;
}

function renderPanel(panel: Panel, setting: PanelSetting): readonly string[] {
  const { figure, axis, page, rows } = setting;
  const project = figure.logY ? Math.log10 : (value: number): number => value;
  const [low, high] = findRange(panel, project);
  const ticks = figure.logY ? chooseLogTicks(low, high, rows / 2) : chooseTicks(low, high, rows / 2);
  const margin = Math.max(...ticks.map((tick) => renderTick(tick).length), 3);
  const columns = Math.max(8, page.width - margin - 2);
  const labels = new Map(ticks.map((tick) => [rowOf(project(tick), { low, high, rows }), renderTick(tick)]));
  const plot = drawLines(panel, { ...setting, columns, project, low, high });
  const title = page.style.strong(cutToWidth(panel.metric, page.width));
  const body = plot.map(
    (line, row) => `${(labels.get(row) ?? '').padStart(margin)} ${labels.has(row) ? '┤' : '│'}${line}`,
  );
  return [title, ...body, ...renderXTicks(axis, margin, columns), ''];
}

interface Scale {
  readonly low: number;
  readonly high: number;
  readonly rows: number;
}

function rowOf(value: number, { low, high, rows }: Scale): number {
  return Math.round(((high - value) / (high - low)) * (rows - 1));
}

/** A flat line gets some air, so that it has a place. */
function findRange({ series }: Panel, project: (value: number) => number): readonly [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const { y } of series) {
    for (const value of y) {
      if (Number.isNaN(value)) continue;
      low = Math.min(low, project(value));
      high = Math.max(high, project(value));
    }
  }
  if (low > high) return [0, 1];
  return low < high ? [low, high] : [low - (Math.abs(low) || 1) / 2, high + (Math.abs(high) || 1) / 2];
}

interface DrawSetting extends PanelSetting {
  readonly columns: number;
  readonly project: (value: number) => number;
  readonly low: number;
  readonly high: number;
}

function drawLines(
  panel: Panel,
  { figure, axis, pen, columns, rows, project, low, high }: DrawSetting,
): readonly string[] {
  const canvas = createBrailleCanvas(columns, rows);
  const across = (canvas.width - 1) / (axis.to - axis.from || 1);
  for (const { label, x, y } of panel.series) {
    const ink = Math.max(0, figure.legend.indexOf(label));
    let before: { readonly x: number; readonly y: number } | null = null;
    y.forEach((value, index) => {
      const dot = Number.isNaN(value)
        ? null
        : {
            x: Math.round(((x[index] ?? 0) * axis.scale - axis.from) * across),
            y: Math.round(((high - project(value)) / (high - low)) * (canvas.height - 1)),
          };
      if (dot !== null) canvas.line(before ?? dot, dot, ink);
      before = dot;
    });
  }
  return canvas.render(pen.paint);
}

/** The axis with its numbers below, as many as have room, and its title. */
function renderXTicks(axis: XAxis, margin: number, columns: number): readonly string[] {
  const render = (value: number): string =>
    axis.isTime ? renderTimeTick(value, axis.to - axis.from) : renderTick(value);
  const across = (columns - 1) / (axis.to - axis.from || 1);
  const line = Array.from({ length: columns }, () => '─');
  let labels = ' '.repeat(margin + 2);
  for (const tick of chooseTicks(axis.from, axis.to, columns / 10)) {
    const column = Math.round((tick - axis.from) * across);
    const text = render(tick);
    const start = Math.max(margin + 2, margin + 2 + column - Math.floor(text.length / 2));
    if (start > margin + 2 && start <= labels.trimEnd().length + 1) continue;
    if (start + text.length > margin + 2 + columns) continue;
    line[column] = '┬';
    labels = labels.trimEnd().padEnd(start) + text;
  }
  const title = `${' '.repeat(margin + 2)}${axis.title.padStart(Math.floor((columns + axis.title.length) / 2))}`;
  return [`${' '.repeat(margin)} └${line.join('')}`, labels, title];
}
