import type { JsonObject } from '../model/json.ts';
import { buildCountLayer, buildLayers } from './chart-layers.ts';
import type { ChartPart, PanelSetting } from './chart-layers.ts';
import { selectForEye } from './downsample.ts';
import type { Figure, Panel, Series } from './figure.ts';
import { wrapText } from '../text/fit.ts';
import { CHART_CONFIG } from './look.ts';
import { buildXAxis } from './x-axis.ts';
import type { XAxis } from './x-axis.ts';

/** A chart as Vega-Lite reads it: plain JSON, with its data in it. */
export type ChartSpec = ChartPart;

interface Layout {
  readonly columns: number;
  readonly width: number;
  readonly height: number;
}

/** Few panels are large, many small; the picture stays about as wide as a page. */
function chooseLayout(panels: number): Layout {
  if (panels <= 1) return { columns: 1, width: 560, height: 320 };
  if (panels === 2 || panels === 4) return { columns: 2, width: 330, height: 220 };
  if (panels <= 9) return { columns: 3, width: 230, height: 165 };
  return { columns: 4, width: 175, height: 130 };
}

/** What an axis with its title takes beside a panel, and a letter of the caption, in pixels. */
const AXIS_WIDTH = 60;
const CAPTION_LETTER = 6.2;
/** Of the strip that counts runs. */
const STRIP_HEIGHT = 30;

/**
 * The chart of a figure: a panel a metric; lines, their bands and, where runs end at different x, a strip below that counts
 * the runs behind each mean. Points that no eye could see apart are left out, extremes never are. An interactive chart
 * zooms and says what the point under the pointer is.
 */
export function buildChartSpec(
  figure: Figure,
  { interactive = false }: { readonly interactive?: boolean } = {},
): ChartSpec {
  const axis = buildXAxis(figure);
  const { columns, width, height } = chooseLayout(figure.panels.length);
  const panels = figure.panels.map((panel, index) =>
    buildPanel(panel, { figure, axis, width, height, live: interactive ? index : null }),
  );
  const across = Math.min(columns, figure.panels.length) * (width + AXIS_WIDTH);
  const caption = figure.caption.flatMap((line) => wrapText(line, Math.floor(across / CAPTION_LETTER)));
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    config: CHART_CONFIG,
    ...(caption.length === 0 ? {} : { title: { text: caption, orient: 'bottom', lineHeight: 14, dx: 2 } }),
    concat: panels,
    columns,
    spacing: 24,
    resolve: { scale: { color: 'shared', strokeDash: 'shared' } },
  };
}

function buildPanel(panel: Panel, setting: PanelSetting): ChartPart {
  const { figure, axis, width, height } = setting;
  const values = panel.series.flatMap((series) => buildRows(series, axis, width));
  const x = buildX(figure, axis, width);
  if (!panel.series.some(({ counts }) => counts?.some((count) => count !== counts[0]))) {
    return { data: { values }, width, height, layer: buildLayers(panel, x, setting) };
  }
  const bare: JsonObject = { ...x, axis: { ...x.axis, title: null, labels: false } };
  return {
    data: { values },
    vconcat: [
      { width, height, layer: buildLayers(panel, bare, setting) },
      { width, height: STRIP_HEIGHT, ...buildCountLayer(panel, x, figure) },
    ],
    spacing: 6,
    bounds: 'flush',
    resolve: { scale: { x: 'shared' } },
  };
}

function buildX(figure: Figure, axis: XAxis, width: number): JsonObject & { readonly axis: JsonObject } {
  return {
    field: 'x',
    type: axis.isTime ? 'temporal' : 'quantitative',
    scale: { domain: [axis.from, axis.to], nice: false, ...(axis.isTime ? { type: 'utc' } : {}) },
    axis: {
      title: axis.title,
      tickCount: Math.round(width / 70),
      grid: false,
      // Each number on its own: a format of the whole axis would write 0 as 0k.
      ...(figure.x === '_step' ? { labelExpr: "format(datum.value, '~s')" } : {}),
    },
  };
}

/** Points of a line; NaN becomes null, which breaks the line. Short names, since each point repeats them. */
function buildRows(series: Series, axis: XAxis, pixels: number): readonly JsonObject[] {
  const x = series.x.map((value) => value * axis.scale);
  const { lower, upper, raw, counts } = series;
  const values = [series.y, lower, upper, raw, counts].filter((own) => own !== null);
  const indexes = selectForEye({ x, values }, pixels, axis);
  return indexes.map((index, place) => {
    const neighbours = [indexes[place - 1], indexes[place + 1]];
    const isAlone = neighbours.every((other) => other === undefined || Number.isNaN(series.y[other]));
    return {
      s: series.label,
      x: x[index] ?? null,
      y: plain(series.y, index),
      ...(lower === null || upper === null ? {} : { lo: plain(lower, index), hi: plain(upper, index) }),
      ...(raw === null ? {} : { r: plain(raw, index) }),
      ...(counts === null ? {} : { n: plain(counts, index) }),
      ...(isAlone && !Number.isNaN(series.y[index]) ? { p: true } : {}),
    };
  });
}

function plain(values: Float64Array, index: number): number | null {
  const value = values[index] ?? Number.NaN;
  return Number.isNaN(value) ? null : value;
}
