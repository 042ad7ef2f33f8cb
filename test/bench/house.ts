// The size of the house: `node test/bench/house.ts`. Lines and exports per file, and functions beyond 40 lines, over src
// and migrations; the limits that lint enforces are 300 lines a file and 40 lines a function.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const MOST_FUNCTION_LINES = 40;

interface SourceFile {
  readonly path: string;
  readonly lines: readonly string[];
}

function readFiles(): readonly SourceFile[] {
  return globSync('{src,migrations}/**/*.ts', { cwd: ROOT })
    .sort()
    .map((path) => ({ path, lines: readFileSync(join(ROOT, path), 'utf8').trimEnd().split('\n') }));
}

function countExports({ lines }: SourceFile): number {
  const named = lines.filter((line) => /^export (async )?(function|const|class|interface|type) \w/.test(line));
  return named.length;
}

interface LongFunction {
  readonly path: string;
  readonly line: number;
  readonly lines: number;
}

/** From a line that begins a function to the line that closes it at the same indent, as the formatter lays them out. */
function findLongFunctions({ path, lines }: SourceFile): readonly LongFunction[] {
  return lines.flatMap((line, index): readonly LongFunction[] => {
    const begins = /^( *)(export )?(async )?(function\b|const \w+ = .*=> \{$|\w+: (async )?\(.*=> \{$)/.exec(line);
    if (begins === null) return [];
    const close = lines.findIndex(
      (other, at) => at > index && other.startsWith(`${begins[1] ?? ''}}`) && !other.endsWith('{'),
    );
    const length = close - index + 1;
    return length > MOST_FUNCTION_LINES ? [{ path, line: index + 1, lines: length }] : [];
  });
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}

const files = readFiles();
const lengths = files.map(({ lines }) => lines.length);
const exported = files.map(countExports);
const long = files.flatMap(findLongFunctions);
console.log(`${files.length} files, ${lengths.reduce((sum, count) => sum + count, 0)} lines`);
console.log(
  `lines per file: median ${quantile(lengths, 0.5)}, p90 ${quantile(lengths, 0.9)}, max ${Math.max(...lengths)}`,
);
console.log(`exports per file: median ${quantile(exported, 0.5)}, max ${Math.max(...exported)}`);
console.log(`functions beyond ${MOST_FUNCTION_LINES} lines: ${long.length}`);
for (const { path, line, lines } of long) console.log(`  ${path}:${line} ${lines} lines`);
const most = Math.max(...exported);
console.log(
  `most exports: ${files
    .filter((file) => countExports(file) === most)
    .map(({ path }) => path)
    .join(', ')}`,
);
