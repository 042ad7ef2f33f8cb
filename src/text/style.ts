import { styleText } from 'node:util';

/** Colours by meaning; with `plain` the same text without colour, so symbols must carry the meaning alone. */
export interface Style {
  readonly strong: (text: string) => string;
  readonly faint: (text: string) => string;
  readonly add: (text: string) => string;
  readonly change: (text: string) => string;
  readonly remove: (text: string) => string;
  readonly name: (text: string) => string;
}

const same = (text: string): string => text;

export const PLAIN: Style = { strong: same, faint: same, add: same, change: same, remove: same, name: same };

export const COLOURED: Style = {
  strong: paint('bold'),
  faint: paint('dim'),
  add: paint('green'),
  change: paint('yellow'),
  remove: paint('red'),
  name: paint('cyan'),
};

/** Whether to colour is decided once, at the top, so the stream is not asked again here. */
function paint(format: Parameters<typeof styleText>[0]): (text: string) => string {
  return (text) => styleText(format, text, { validateStream: false });
}
