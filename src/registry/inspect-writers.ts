import { readFileSync, statfsSync, statSync } from 'node:fs';

/** A program that holds a lock of the registry with which nobody else can commit. */
interface RegistryWriter {
  readonly pid: number;
  /** The program's name as the system shows it; null where it is not ours to see. */
  readonly program: string | null;
}

export type WriterProbe =
  | { readonly kind: 'seen'; readonly writers: readonly RegistryWriter[] }
  | { readonly kind: 'unknown'; readonly why: string };

/** Byte ranges of SQLite's write locks: pending and reserved in the file itself, the writer's in the WAL index. */
const FILE_LOCKS = { first: 0x40000000, last: 0x40000001 } as const;
const EXCLUSIVE_FROM = 0x40000002;
const WAL_WRITE_LOCK = 120;

/**
 * Who is writing right now, from the kernel's list of locks, so that neither a lock is taken nor a file opened. Tells
 * about this machine only, and about Linux only.
 */
export function probeWriters(file: string, locksFile = '/proc/locks'): WriterProbe {
  const remote = findNetworkFileSystemOrNull(file);
  if (remote !== null) return { kind: 'unknown', why: `the file is on ${remote}, whose locks other machines hold too` };
  const locks = readSystemLocksOrNull(locksFile);
  if (locks === null) return { kind: 'unknown', why: 'this system does not list its file locks' };
  const inode = inodeOrNull(file);
  const walIndex = inodeOrNull(`${file}-shm`);
  const pids = locks.filter((lock) => isWriteLock(lock, inode, walIndex)).map(({ pid }) => pid);
  const writers = [...new Set(pids)].sort((a, b) => a - b).map((pid) => ({ pid, program: readProgramOrNull(pid) }));
  return { kind: 'seen', writers };
}

interface SystemLock {
  readonly pid: number;
  readonly inode: string;
  readonly first: number;
  /** Infinity where the lock reaches to the end of the file. */
  readonly last: number;
}

function isWriteLock(lock: SystemLock, inode: string | null, walIndex: string | null): boolean {
  if (lock.inode === walIndex) return lock.first <= WAL_WRITE_LOCK && lock.last >= WAL_WRITE_LOCK;
  if (lock.inode !== inode) return false;
  return lock.first <= FILE_LOCKS.last ? lock.last >= FILE_LOCKS.first : lock.first === EXCLUSIVE_FROM;
}

/** The exclusive ones among the system's locks, as `1: POSIX  ADVISORY  WRITE 4211 08:01:131 1073741825 1073741825`. */
function readSystemLocksOrNull(locksFile: string): readonly SystemLock[] | null {
  const text = readSmallFileOrNull(locksFile);
  if (text === null) return null;
  return [
    ...text.matchAll(/^\d+: (?:POSIX|OFDLCK)\s+\S+\s+WRITE\s+(-?\d+) [\da-f]+:[\da-f]+:(\d+) (\d+) (\d+|EOF)$/gm),
  ].map(([, pid, inode, first, last]) => ({
    pid: Number(pid),
    inode: inode ?? '',
    first: Number(first),
    last: last === 'EOF' ? Number.POSITIVE_INFINITY : Number(last),
  }));
}

function readProgramOrNull(pid: number): string | null {
  return pid > 0 ? (readSmallFileOrNull(`/proc/${pid}/comm`)?.trim() ?? null) : null;
}

function readSmallFileOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

function inodeOrNull(file: string): string | null {
  return statSync(file, { bigint: true, throwIfNoEntry: false })?.ino.toString() ?? null;
}

/** File system magic numbers of statfs(2) on which SQLite's locks are not reliable (https://sqlite.org/faq.html#q5). */
const NETWORK_FILE_SYSTEMS: Readonly<Record<number, string>> = {
  0x6969: 'NFS',
  0x517b: 'SMB',
  0xff534d42: 'CIFS',
  0xfe534d42: 'SMB 2',
  0x01021997: '9P',
  0x00c36400: 'Ceph',
  0x0bd00bd0: 'Lustre',
  0x47504653: 'GPFS',
  0x5346414f: 'AFS',
};

/** The name of the network file system that the file is on; null where it is a local one, as far as the system tells. */
export function findNetworkFileSystemOrNull(file: string): string | null {
  try {
    return NETWORK_FILE_SYSTEMS[statfsSync(file).type >>> 0] ?? null;
  } catch {
    return null;
  }
}
