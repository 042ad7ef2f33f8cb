import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '..');

/** A folder of src/ may import from its own floor's folder and from lower floors only. */
const FLOORS: Readonly<Record<string, number>> = {
  'errors.ts': 0,
  model: 0,
  text: 0,
  linkage: 1,
  plan: 1,
  curves: 1,
  wandb: 2,
  dataset: 2,
  planfile: 2,
  registry: 2,
  cache: 2,
  drawing: 2,
  commands: 3,
  library: 4,
  cli: 4,
  'cli.ts': 4,
  'index.ts': 5,
  'bin.ts': 5,
};

/** What floors 0 and 1 may use of Node: pure computation only. */
const PURE_BUILTINS = new Set(['node:crypto', 'node:util', 'node:buffer']);
const PURE_PACKAGES = new Set(['json5', 'zod', 'fast-levenshtein', 'cli-table3', 'string-width']);
const PURE_PACKAGE_PREFIXES = ['csv-parse', 'csv-stringify'];
const IMPURE_GLOBALS = /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bprocess\.|\bconsole\.|\bfetch\(|\bsetTimeout\(/;

/** `import … from 'x'` and `export … from 'x'`, `import 'x'`, `import('x')`. */
const IMPORT = /^(?:import|export)\b[^;']*?\bfrom '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gm;

interface SourceFile {
  readonly path: string;
  readonly room: string;
  readonly floor: number;
  readonly text: string;
  readonly imports: readonly string[];
}

function listSources(folder: string): SourceFile[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => {
      const path = join(folder, name);
      const text = readFileSync(join(ROOT, path), 'utf8');
      const room = roomOf(path);
      const imports = [...text.matchAll(IMPORT)].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
      return { path, room, floor: FLOORS[room] ?? Number.NaN, text, imports };
    });
}

function roomOf(path: string): string {
  const [top = '', second = ''] = path.split('/');
  return top === 'src' ? second : top;
}

const sources = listSources('src');

test('every room of src stands on a floor', () => {
  expect(sources.filter((file) => Number.isNaN(file.floor)).map((file) => file.path)).toEqual([]);
});

test('imports go down the floors or stay in the room, and adapters never import each other', () => {
  const wrong = sources.flatMap((file) =>
    file.imports
      .filter((name) => name.startsWith('.'))
      .map((name) => relative(ROOT, resolve(ROOT, dirname(file.path), name)))
      .filter((target) => target.startsWith('src/'))
      .filter((target) => {
        const room = roomOf(target);
        const floor = FLOORS[room] ?? Number.NaN;
        const isFreeFloor = floor === 0 || floor === 4;
        return room !== file.room && !(floor < file.floor || (floor === file.floor && isFreeFloor));
      })
      .map((target) => `${file.path} imports ${target}`),
  );
  expect(wrong).toEqual([]);
});

test('floors 0 and 1 import nothing that does I/O and use no clock, randomness, environment or console', () => {
  const isPure = (name: string): boolean =>
    name.startsWith('.') ||
    PURE_BUILTINS.has(name) ||
    PURE_PACKAGES.has(name) ||
    PURE_PACKAGE_PREFIXES.some((prefix) => name.startsWith(prefix));
  const low = sources.filter((file) => file.floor <= 1);
  expect(
    low.flatMap((file) => file.imports.filter((name) => !isPure(name)).map((name) => `${file.path}: ${name}`)),
  ).toEqual([]);
  expect(low.filter((file) => IMPURE_GLOBALS.test(withoutComments(file.text))).map((file) => file.path)).toEqual([]);
});

test('only the entry points touch the process, and nothing but them prints', () => {
  const entries = new Set(['src/cli.ts', 'src/bin.ts', 'src/library/open.ts']);
  const touching = sources.filter((file) => /\bprocess\.|\bconsole\./.test(withoutComments(file.text)));
  expect(touching.map((file) => file.path).filter((path) => !entries.has(path))).toEqual([]);
});

test('files stay small enough to be read at once', () => {
  const long = sources
    .map((file) => ({ path: file.path, lines: file.text.split('\n').length }))
    .filter(({ lines }) => lines > 301);
  expect(long).toEqual([]);
});

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
}
