import { resolve } from 'node:path';
import Database from 'better-sqlite3';
import { assertRegistryFile, explainSqliteError } from './open-errors.ts';

// SQLite is the only code that may open the registry file: closing any other descriptor of it (fs.readFile, a copy, a
// hash, a second SQLite library) drops this process's POSIX locks on it (https://sqlite.org/howtocorrupt.html, 2.2).

/** A busy wait blocks the event loop, Ctrl-C included; a reader only ever waits for another program's commit. */
const READ_TIMEOUT_MS = 1000;
/** Short, because who writes retries in JavaScript, where it can be stopped. */
const WRITE_TIMEOUT_MS = 200;

/**
 * Opens the registry so that SQLite itself refuses every write to it. INTEGER cells arrive as bigint.
 *
 * In WAL mode SQLite keeps its `-wal` and `-shm` files beside the registry; the registry's own bytes stay as they are.
 *
 * @throws RunlinkError that explains a missing, foreign, encrypted, damaged or crashed file
 */
export function openRegistryReadOnly(path: string): Database.Database {
  return openRegistry(path, { readonly: true, timeout: READ_TIMEOUT_MS });
}

/**
 * Opens the registry for writing. INTEGER cells arrive as bigint. Only settings of this connection are made; journal
 * mode, `user_version` and `application_id` stay the user's.
 *
 * - `synchronous = FULL`: a commit that was reported is on the disk, in WAL mode too.
 * - `foreign_keys = ON`, this build's default: a write that would leave a reference dangling fails and is rolled back,
 *   even where the user's own programs never turned the check on. Only the written rows are checked.
 *
 * @throws RunlinkError as `openRegistryReadOnly`, and where file or folder are not writable
 */
export function openRegistryForWriting(path: string): Database.Database {
  const db = openRegistry(path, { readonly: false, timeout: WRITE_TIMEOUT_MS });
  db.pragma('synchronous = FULL');
  db.pragma('foreign_keys = ON');
  return db;
}

function openRegistry(path: string, options: { readonly: boolean; timeout: number }): Database.Database {
  // An absolute path: SQLite reads a name that begins with "file:" as a URI with options of its own.
  const file = resolve(path);
  assertRegistryFile(file, options.readonly ? 'read' : 'write');
  let db: Database.Database | undefined;
  try {
    db = new Database(file, { ...options, fileMustExist: true });
    db.defaultSafeIntegers(true);
    // SQLite looks into the file only now: header, hot journal, WAL.
    db.prepare('SELECT count(*) FROM sqlite_schema').get();
    return db;
  } catch (error) {
    db?.close();
    throw explainSqliteError(error, file);
  }
}
