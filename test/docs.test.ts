import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { buildProgram } from '../src/cli/program.ts';
import { HELP_TOPICS } from '../src/cli/verbs/help.ts';
import { EXIT_CODES } from '../src/errors.ts';
import * as library from '../src/index.ts';
import { makeIo } from './helpers/run-inline.ts';

const ROOT = resolve(import.meta.dirname, '..');
const PAGES = ['README.md', ...globSync('src/help/*.md', { cwd: ROOT }).sort()];
const readme = readPage('README.md');
const verbs = new Map((await buildProgram(makeIo(), () => undefined)).commands.map((verb) => [verb.name(), verb]));

function readPage(page: string): string {
  return readFileSync(join(ROOT, page), 'utf8');
}

/** Command lines of code blocks and code spans, without `runlink` and without comments. */
function listCommandLines(text: string): readonly string[] {
  const blocks = [...text.matchAll(/^```(?:sh|console)?\n([\s\S]*?)^```/gm)].flatMap((match) => match[1]!.split('\n'));
  const spans = [...text.replaceAll(/^```[\s\S]*?^```/gm, '').matchAll(/`([^`\n]+)`/g)].map((match) => match[1]!);
  return [...blocks, ...spans]
    .map((line) => line.replace(/\s+#.*$/, '').replace(/^\$ /, ''))
    .flatMap((line) => /^runlink\s+(.*\S)\s*$/.exec(line)?.[1] ?? []);
}

/** Words as a shell splits them, as far as documentation needs it. */
function splitWords(line: string): readonly string[] {
  return (line.match(/'[^']*'|"[^"]*"|\S+/g) ?? []).map((word) => word.replaceAll(/^['"]|['"]$/g, ''));
}

/** What stands for a number in the documentation. */
const NUMBERS: Readonly<Record<string, string>> = { P: '0.9', N: '5' };

function findProblem(line: string): string | null {
  const [name = '', ...args] = splitWords(line);
  if (['VERB', 'TOPIC'].includes(name) || name.startsWith('--')) return null;
  const verb = verbs.get(name);
  if (verb === undefined) return `there is no verb ${name}`;
  const given = args.filter((arg) => arg !== '--help').map((arg) => NUMBERS[arg] ?? arg);
  const { unknown, operands } = verb.parseOptions(given);
  if (unknown.length > 0) return `${name} has no option ${unknown.join(' ')}`;
  const most = verb.registeredArguments.some(({ variadic }) => variadic) ? Infinity : verb.registeredArguments.length;
  return operands.length > most ? `${name} takes ${most} words, found ${operands.join(' ')}` : null;
}

/** Rows of the README's table of verbs: what it names in its first cell, and the options in all of them. */
function listVerbRows(): readonly { readonly names: readonly string[]; readonly options: readonly string[] }[] {
  const section = readme.slice(readme.indexOf('## The verbs')).split('\n');
  return section
    .filter((line) => line.startsWith('| `'))
    .map((line) => {
      const spans = [...line.split('|')[1]!.matchAll(/`([^`]+)`/g)].map((match) => match[1]!);
      return { names: spans.map((span) => span.split(' ')[0]!), options: line.match(/--[a-z][a-z-]*/g) ?? [] };
    });
}

function hasOption(verb: Command | undefined, long: string): boolean {
  return verb?.options.some((option) => option.long === long) === true;
}

describe('README and manual', () => {
  it.each(PAGES)('show in %s only command lines that parse', (page) => {
    const lines = listCommandLines(readPage(page));
    expect(lines.flatMap((line) => findProblem(line) ?? [])).toEqual([]);
    if (page === 'README.md') expect(lines.length).toBeGreaterThan(4);
  });

  it('name all verbs, and no others, in the table of verbs', () => {
    const named = listVerbRows().flatMap(({ names }) => names);
    expect(named.sort()).toEqual([...verbs.keys()].sort());
  });

  it('name in that table only options that the verb has', () => {
    const missing = listVerbRows().flatMap(({ names, options }) =>
      options.filter((option) => !names.some((name) => hasOption(verbs.get(name), option))),
    );
    expect(missing).toEqual([]);
  });

  it('say how to try and how to test it', () => {
    expect(readme).toMatch(/^npm ci && npm start\b/m);
    expect(readme).toMatch(/^npm ci && npm test\b/m);
  });

  it.each(PAGES)('link in %s only to files that are there', (page) => {
    const links = [...readPage(page).matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map((match) => match[1]!);
    const local = links.filter((link) => !/^[a-z]+:/.test(link));
    expect(local.filter((link) => !existsSync(join(ROOT, dirname(page), link)))).toEqual([]);
  });

  it('tell every exit code that the program has', () => {
    const told = [...readPage('src/help/safety.md').matchAll(/^\| (\d+) +\|/gm)].map((match) => Number(match[1]));
    expect(told).toEqual(Object.values(EXIT_CODES).sort((a, b) => a - b));
  });

  it('import from the library only what it has, and name all its functions', () => {
    const imported = [...readme.matchAll(/^import \{([^}]*)\} from 'runlink'/gm)].flatMap((match) =>
      match[1]!.split(','),
    );
    expect(imported.map((name) => name.trim()).filter((name) => !(name in library))).toEqual([]);
    const functions = Object.entries(library).filter(
      ([name, value]) => typeof value === 'function' && /^[a-z]/.test(name),
    );
    expect(functions.map(([name]) => name).filter((name) => !readme.includes(name))).toEqual([]);
  });
});

describe('--help', () => {
  it.each([...verbs.keys()])('of %s explains the verb, its words and each option', (name) => {
    const verb = verbs.get(name)!;
    const help = verb.helpInformation();
    expect(verb.description()).toMatch(/\w+ \w+/);
    for (const { long, description } of verb.options) {
      expect(help).toContain(long!);
      expect({ long, description }).toEqual({ long, description: expect.stringMatching(/\w/) });
    }
  });

  it('has a chapter for each topic, and a topic for each chapter', () => {
    const chapters = readdirSync(join(ROOT, 'src/help')).filter((name) => name.endsWith('.md'));
    expect(chapters.map((name) => name.replace(/\.md$/, '')).sort()).toEqual(Object.keys(HELP_TOPICS).sort());
  });
});

describe('errors and reports', () => {
  it('advise only verbs that there are', () => {
    const files = globSync('src/**/*.ts', { cwd: ROOT });
    const advised = files.flatMap((file) => {
      const text = readPage(file);
      // In a message: `runlink verb` in backticks within quotes, or a command line after a colon.
      const named = [...text.matchAll(/'[^'\n]*`runlink ([a-z]+)|(?<!error): runlink ([a-z]+)/g)];
      return named.map((match) => ({ file, verb: match[1] ?? match[2]! }));
    });
    expect(advised.length).toBeGreaterThan(10);
    expect(advised.filter(({ verb }) => !verbs.has(verb))).toEqual([]);
  });
});
