import { accessSync, constants, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import levenshtein from 'fast-levenshtein';
import { LockedError, RunlinkError } from '../errors.ts';

type Access = 'read' | 'write';

/** Checks by metadata alone, without opening the file, what SQLite would report as "unable to open". */
export function assertRegistryFile(file: string, access: Access): void {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat === undefined) {
    throw new RunlinkError(`there is no registry at "${file}"`, { hint: hintForMissing(file) });
  }
  if (stat.isDirectory()) {
    throw new RunlinkError(`"${file}" is a folder, expected an SQLite file`, { hint: hintForFolder(file) });
  }
  if (!mayAccess(file, constants.R_OK)) {
    throw new RunlinkError(`no permission to read "${file}"`, { hint: 'Run as a user who may read it.' });
  }
  if (access === 'write') assertWritable(file);
}

function assertWritable(file: string): void {
  const blocked = [file, dirname(file)].find((path) => !mayAccess(path, constants.W_OK));
  if (blocked === undefined) return;
  throw new RunlinkError(`no permission to write "${blocked}"`, {
    hint: 'SQLite has to write both the registry and its journal beside it: run as a user who may write file and folder.',
  });
}

function mayAccess(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}

/** Turns what SQLite throws while it reads or writes the registry into an explained error; bugs pass unchanged. */
export function explainSqliteError(error: unknown, file: string): unknown {
  if (!(error instanceof Database.SqliteError)) return explainSystemError(error, file);
  const { code } = error;
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) {
    return new LockedError(`another program holds the lock of "${file}" (${code})`, {
      hint: 'Wait until it has committed, then run the same command again; `runlink doctor` shows who holds our own lock.',
      cause: error,
    });
  }
  const known = EXPLANATIONS.find(([prefix]) => code.startsWith(prefix));
  const [, fact, hint] = known ?? ['', 'cannot be read', 'Check the disk, then run `runlink doctor` on the registry.'];
  return new RunlinkError(`"${file}" ${fact} (${code}: ${error.message})`, { hint, cause: error });
}

/** What Node reports of the backup and the receipt, which are files like any other. */
function explainSystemError(error: unknown, file: string): unknown {
  if (!(error instanceof Error) || !('syscall' in error)) return error;
  return new RunlinkError(`a file beside "${file}" could not be read or written (${error.message})`, {
    hint: 'Check the disk, its free space and your permissions, then run the same command again: it goes on where it stopped.',
    cause: error,
  });
}

/** Prefix of SQLite's extended error code, the fact, what to do next; the first that fits counts. */
const EXPLANATIONS: readonly (readonly [string, string, string])[] = [
  [
    'SQLITE_NOTADB',
    'is not an SQLite database, or it is encrypted',
    'Give the path of the registry itself; an encrypted registry has to be decrypted into a copy first.',
  ],
  [
    'SQLITE_CORRUPT',
    'is a damaged SQLite database',
    'Run `sqlite3 FILE "PRAGMA integrity_check"`, then restore a backup or use `sqlite3 FILE .recover` into a new file.',
  ],
  [
    'SQLITE_READONLY_ROLLBACK',
    'was left in the middle of a transaction: an earlier writer crashed',
    'Open it once for writing so that SQLite rolls that transaction back: sqlite3 FILE "SELECT count(*) FROM sqlite_schema"',
  ],
  [
    'SQLITE_READONLY_RECOVERY',
    'needs its WAL recovered: an earlier writer crashed',
    'Open it once for writing so that SQLite recovers it: sqlite3 FILE "SELECT count(*) FROM sqlite_schema"',
  ],
  [
    'SQLITE_READONLY',
    'is not writable',
    'Run as a user who may write the registry and its folder; nothing was written.',
  ],
  [
    'SQLITE_CANTOPEN',
    'cannot be opened',
    'In WAL mode SQLite needs the -wal and -shm files beside the registry: the folder must be writable, or copy all three files together.',
  ],
  ['SQLITE_FULL', 'is on a disk that is full', 'Free some space, then run the same command again.'],
  ['SQLITE_IOERR', 'failed at an input/output operation', 'Check the disk or the network file system, then try again.'],
];

const DATABASE_NAME = /\.(db|db3|sqlite|sqlite3)$/i;

function hintForMissing(file: string): string {
  const nearby = listDatabases(dirname(file)).map((name) => ({
    name,
    distance: levenshtein.get(name, basename(file)),
  }));
  nearby.sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1));
  if (nearby.length === 0) return 'Give the path of the SQLite file with --registry FILE or RUNLINK_REGISTRY.';
  const names = nearby.slice(0, 3).map(({ name }) => `"${join(dirname(file), name)}"`);
  return `Did you mean ${names.join(' or ')}? Give the path with --registry FILE or RUNLINK_REGISTRY.`;
}

function hintForFolder(folder: string): string {
  const inside = listDatabases(folder).slice(0, 3);
  if (inside.length === 0) return 'Give the path of the SQLite file itself with --registry FILE.';
  return `Did you mean ${inside.map((name) => `"${join(folder, name)}"`).join(' or ')}?`;
}

function listDatabases(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => DATABASE_NAME.test(name))
      .sort();
  } catch {
    return [];
  }
}
