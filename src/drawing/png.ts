import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Resvg } from '@resvg/resvg-js';

const FONTS = join(dirname(fileURLToPath(import.meta.resolve('dejavu-fonts-ttf/package.json'))), 'ttf');
const FACES = ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf'] as const;
/** Scripts that DejaVu has no letters of: there the machine's own fonts are the better ones, if it has any. */
const BEYOND_DEJAVU = /[\u0900-\u0E7F\u1100-\u11FF\u2E80-\uFFFD]/;

/** Pixels per point of the drawing: sharp on dense screens and in print. */
const ZOOM = 2;

/** Draws with fonts of our own, since a bare machine has none. */
export function renderPng(svg: string): Uint8Array {
  const picture = new Resvg(svg, {
    fitTo: { mode: 'zoom', value: ZOOM },
    background: 'white',
    font: {
      fontFiles: FACES.map((face) => join(FONTS, face)),
      loadSystemFonts: BEYOND_DEJAVU.test(svg),
      defaultFontFamily: 'DejaVu Sans',
      sansSerifFamily: 'DejaVu Sans',
    },
  });
  return picture.render().asPng();
}
