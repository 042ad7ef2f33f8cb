import { extname, resolve } from 'node:path';
import { buildChartSpec } from '../curves/chart-spec.ts';
import type { Figure } from '../curves/figure.ts';
import { writeOutFile } from '../dataset/out-file.ts';
import { writeTable } from '../dataset/table-file.ts';
import { UsageError } from '../errors.ts';
import { type Drawable, buildDataTable, buildFigure } from './figure-of.ts';

export interface DrawOptions {
  /** `.svg`, `.png` or `.html`; `.parquet` and `.csv` write the numbers alone. */
  readonly out?: string;
  /** The picture's numbers beside it: `.csv` or `.parquet`. */
  readonly data?: string;
  readonly logY?: boolean;
}

/** What an HTML page tells beside its picture. */
export interface PageNotes {
  readonly title: string;
  /** With a head. */
  readonly table: readonly (readonly string[])[];
  readonly remarks: readonly string[];
}

const PICTURES = ['.svg', '.png', '.html'] as const;
const DATA = ['.csv', '.parquet'] as const;

/** Before anything is read: a misspelt ending should not cost minutes. @throws UsageError */
export function assertDrawable({ out, data }: DrawOptions): void {
  assertEnding('--out', out, [...PICTURES, ...DATA]);
  assertEnding('--data', data, DATA);
}

function assertEnding(option: string, path: string | undefined, known: readonly string[]): void {
  if (path === undefined || known.includes(endingOf(path))) return;
  throw new UsageError(`${option} ${path} ends in "${extname(path)}", expected ${known.join(', ')}`, {
    hint: 'The ending of the name says what is written.',
  });
}

function endingOf(path: string): string {
  return extname(path).toLowerCase();
}

/**
 * Writes the picture and its numbers. Each file is there as a whole or not at all.
 *
 * @returns the paths written, absolute
 * @throws UsageError on an ending that means nothing; RunlinkError where a file cannot be written
 */
export async function writeCurves(
  drawable: Drawable,
  options: DrawOptions,
  notes: PageNotes,
): Promise<readonly string[]> {
  assertDrawable(options);
  const written: string[] = [];
  for (const path of [options.out, options.data].filter((own) => own !== undefined)) {
    const target = resolve(path);
    await writeOne(target, drawable, { ending: endingOf(path), logY: options.logY === true, notes });
    written.push(target);
  }
  return written;
}

interface Encoding {
  readonly ending: string;
  readonly logY: boolean;
  readonly notes: PageNotes;
}

async function writeOne(path: string, drawable: Drawable, { ending, logY, notes }: Encoding): Promise<void> {
  if (ending === '.csv' || ending === '.parquet') {
    const format = ending === '.csv' ? 'csv' : 'parquet';
    return await writeTable(path, buildDataTable(drawable), { format, head: {} });
  }
  await writeOutFile(path, [await draw(buildFigure(drawable, { logY }), { ending, notes })]);
}

/** What draws is loaded only by who draws. */
async function draw(figure: Figure, { ending, notes }: Omit<Encoding, 'logY'>): Promise<string | Uint8Array> {
  const { compileChart, renderSvg } = await import('../drawing/svg.ts');
  const svg = await renderSvg(await compileChart(buildChartSpec(figure)));
  if (ending === '.svg') return svg;
  if (ending === '.png') {
    const { renderPng } = await import('../drawing/png.ts');
    return renderPng(svg);
  }
  const { renderPage } = await import('../drawing/page.ts');
  const chart = await compileChart(buildChartSpec(figure, { interactive: true }));
  return await renderPage({ ...notes, svg, chart });
}
