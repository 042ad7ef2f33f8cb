/** Languages whose names of months are known beside the English ones. */
const LANGUAGES = [
  'fr',
  'de',
  'es',
  'it',
  'pt',
  'nl',
  'sv',
  'da',
  'nb',
  'fi',
  'pl',
  'cs',
  'tr',
  'ro',
  'hu',
  'ru',
  'uk',
] as const;
const MONTHS = Array.from({ length: 12 }, (_item, month) => month + 1);

const ENGLISH = MONTHS.map((month) => nameOfMonth('en', month, 'long'));
/** Letters by which English months are told apart. */
const LEAST_LETTERS = 3;

let foreign: ReadonlyMap<string, number> | null = null;

/** 1 to 12 for the name of a month, whole or cut short as calendars cut it (`Feb.`, `févr.`, `März`); 0 where it is none. */
export function monthOfName(name: string): number {
  const word = name.toLowerCase().replace(/\.$/, '');
  if (word.length < LEAST_LETTERS) return 0;
  const english = ENGLISH.findIndex((long) => long.startsWith(word)) + 1;
  if (english > 0) return english;
  return (foreign ??= readForeignNames()).get(word) ?? 0;
}

/** Names that mean two months in two languages mean none. */
function readForeignNames(): ReadonlyMap<string, number> {
  const months = new Map<string, number>();
  const all = LANGUAGES.flatMap((language) =>
    MONTHS.flatMap((month) =>
      (['long', 'short'] as const).map((width) => [nameOfMonth(language, month, width), month] as const),
    ),
  );
  for (const [name, month] of all) months.set(name, (months.get(name) ?? month) === month ? month : 0);
  return months;
}

/** As it stands in a date: `3 мая` is no `май`. */
function nameOfMonth(language: string, month: number, width: 'long' | 'short'): string {
  const parts = new Intl.DateTimeFormat(language, { day: 'numeric', month: width, timeZone: 'UTC' }).formatToParts(
    Date.UTC(2024, month - 1, 3),
  );
  const name = parts.find(({ type }) => type === 'month')?.value ?? '';
  return name.toLowerCase().replace(/\.$/, '');
}
