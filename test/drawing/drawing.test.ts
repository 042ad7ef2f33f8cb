import { beforeAll, describe, expect, it } from 'vitest';
import { buildChartSpec } from '../../src/curves/chart-spec.ts';
import type { ChartSpec } from '../../src/curves/chart-spec.ts';
import type { Curve } from '../../src/curves/curve.ts';
import { buildGroupsFigure, buildRunsFigure } from '../../src/curves/figure.ts';
import { buildYAxis } from '../../src/curves/y-axis.ts';
import { groupCurves } from '../../src/curves/group.ts';
import { renderPage } from '../../src/drawing/page.ts';
import { renderPng } from '../../src/drawing/png.ts';
import { compileChart, renderSvg } from '../../src/drawing/svg.ts';
import type { VegaChart } from '../../src/drawing/vega.ts';

const HOSTILE = '</script><img src=x onerror=alert(1)>"\'&\u001b[2J\u202e';

const curveOf = (label: string, values: readonly number[], metric = 'objective_COMT'): Curve => ({
  run: { runId: label, rowKey: label, label, group: label.slice(0, 4) },
  metric,
  x: Float64Array.from(values, (_value, no) => no * 100),
  y: Float64Array.from(values),
  raw: null,
});
const curves = [
  curveOf('mgda-1', [1, 2, 3, 4]),
  curveOf('mgda-2', [2, 3, Number.NaN, 5, 6]),
  curveOf(`lin ${HOSTILE}`, [1, 1, 2]),
];
const input = { x: '_step', logY: false, metrics: ['objective_COMT'], caption: [HOSTILE] } as const;
const draw = async (spec: ChartSpec): Promise<string> => renderSvg(await compileChart(spec));

describe('a picture', () => {
  let svg: string;
  beforeAll(async () => {
    svg = await draw(buildChartSpec(buildGroupsFigure(groupCurves(curves, 'minmax'), input)));
  });

  it('names its axes, its lines with their runs, and counts the runs below', () => {
    for (const text of ['>objective_COMT<', '>step<', '>runs<', '>mgda (n = 2)<']) expect(svg).toContain(text);
    expect(svg).toContain('#0072B2');
  });

  it('is the same for the same curves', async () => {
    expect(await draw(buildChartSpec(buildGroupsFigure(groupCurves(curves, 'minmax'), input)))).toBe(svg);
  });

  it('holds names as text only, without characters that XML or a reader cannot bear', () => {
    expect(svg).not.toContain('<img');
    expect(svg).not.toContain('<script');
    // eslint-disable-next-line no-control-regex -- they are what must not be there
    expect(svg).not.toMatch(/[\u0000-\u0008\u000B-\u001F\u202A-\u202E]/);
    expect(svg).toContain('&lt;/script&gt;');
  });

  it('breaks a line at a gap instead of bridging it, and shows a point that stands alone', async () => {
    const one = await draw(buildChartSpec(buildRunsFigure([curveOf('mgda-2', [2, 3, Number.NaN, 5])], input)));
    const line = /class="mark-line[\s\S]*?<path[^>]* d="([^"]*)"/.exec(one)![1]!;
    expect(line.match(/M/g)).toHaveLength(2);
    expect(one).toMatch(/class="mark-symbol role-mark layer_1_marks"|mark-symbol/);
    const whole = await draw(buildChartSpec(buildRunsFigure([curveOf('mgda-2', [2, 3, 4, 5])], input)));
    expect(/class="mark-line[\s\S]*?<path[^>]* d="([^"]*)"/.exec(whole)![1]!.match(/M/g)).toHaveLength(1);
  });

  it('has room for many lines by drawing them alike, and for a logarithm by leaving out what has none', async () => {
    const many = Array.from({ length: 13 }, (_run, no) => curveOf(`run-${no}`, [no, 1, -1]));
    const figure = buildRunsFigure(many, { ...input, logY: true });
    expect(figure.legend).toEqual([]);
    expect([...figure.panels[0]!.series[0]!.y]).toEqual([Number.NaN, 1, Number.NaN]);
    expect(await draw(buildChartSpec(figure))).not.toContain('role-legend');
  });

  it('cuts a band of two runs where it would dwarf the curves, not that of three', () => {
    const two = [curveOf('mgda-1', [1, 2, 3]), curveOf('mgda-2', [1.1, 2.1, 3.2])];
    const domainOf = (curves: readonly Curve[]) => {
      const figure = buildGroupsFigure(groupCurves(curves, 'ci95'), input);
      return buildYAxis(figure.panels[0]!, figure, 300).scale['domain'] as [number, number];
    };
    expect(domainOf(two)).toEqual([1.05, 3.1]);
    const [low, high] = domainOf([...two, curveOf('mgda-3', [1.2, 2.3, 3.3])]);
    expect([low < 1.05, high > 3.3]).toEqual([true, true]);
  });

  it('becomes a PNG with letters in it, on a machine without fonts too', () => {
    const png = Buffer.from(renderPng(svg));
    expect(png.subarray(1, 4).toString()).toBe('PNG');
    const [, width] = /width="(\d+)"/.exec(svg)!;
    expect(png.readUInt32BE(16)).toBe(2 * Number(width));
    const withoutText = Buffer.from(renderPng(svg.replaceAll(/<text[\s\S]*?<\/text>/g, '')));
    expect(png.length - withoutText.length).toBeGreaterThan(2000);
  });
});

describe('a page', () => {
  let page: string;
  beforeAll(async () => {
    const figure = buildGroupsFigure(groupCurves(curves, 'stdev'), input);
    const chart: VegaChart = await compileChart(buildChartSpec(figure, { interactive: true }));
    const svg = await renderSvg(chart);
    page = await renderPage({ title: HOSTILE, svg, chart, table: [['run'], [HOSTILE]], remarks: [HOSTILE] });
  });

  it('needs no other file and allows no connection', () => {
    expect(page).toContain("default-src 'none'");
    const outside = page.replace(/<script>[\s\S]*?<\/script>/, ''); // Vega itself, which names its own site
    expect(outside).not.toMatch(/(?:src|href)="(?!data:)/);
    expect(outside).not.toMatch(/@import|url\((?!#)/);
  });

  it('holds names as text only, in markup and in data', () => {
    expect(page).not.toContain('<img');
    expect(page.match(/<script/g)).toHaveLength(3);
    const [, spec] = /id="spec">([\s\S]*?)<\/script>/.exec(page)!;
    expect(JSON.stringify(JSON.parse(spec!))).toContain('</script><img');
  });
});
