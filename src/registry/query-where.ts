import { UsageError } from '../errors.ts';
import type { IdentityColumn } from '../model/identity.ts';
import type { RegistryColumn, RegistrySchema } from '../model/registry.ts';
import { nearestNames } from './nearest.ts';

const OPERATORS = ['>=', '<=', '!=', '=', '>', '<'] as const;
export type Operator = (typeof OPERATORS)[number];

/** One test of a query. The empty text stands for "not there": NULL or ''. */
export interface Condition {
  /** A column of the registry, or the name of a role such as `created_at`. */
  readonly column: string;
  readonly operator: Operator;
  readonly value: string;
}

/** A value of a condition as code writes it; null asks for what is not there. */
type WhereValue = string | number | bigint | boolean | null;

/** `{gradient_method: 'mgda', lr: {'>=': 1e-4, '<': 1e-2}}`; all conditions must hold. */
export type WhereObject = Readonly<Record<string, WhereValue | Readonly<Partial<Record<Operator, WhereValue>>>>>;

/** The same with the names of a row type that the caller states; roles, such as `created_at`, stand beside them. */
export type WhereFor<Row extends object> = string extends keyof Row
  ? WhereObject
  : Readonly<Partial<Record<Extract<keyof Row, string> | Role, WhereObject[string]>>>;

type Role = IdentityColumn | 'key' | 'created_at' | 'finished_at' | 'duration_seconds';

/**
 * Reads `column=value`, also with `!=`, `>`, `>=`, `<`, `<=`; the first operator in the text counts.
 *
 * @throws UsageError where there is no column or no operator
 */
export function parseCondition(text: string): Condition {
  const match = /^\s*(.+?)\s*(>=|<=|!=|=|>|<)(.*)$/s.exec(text);
  const operator = OPERATORS.find((known) => known === match?.[2]);
  if (match === null || operator === undefined) {
    throw new UsageError(`cannot read the condition "${text}": expected COLUMN=VALUE`, {
      hint: `Operators: ${OPERATORS.join(' ')}, for example --where gradient_method=mgda or --where 'lr>=1e-4'.`,
    });
  }
  return { column: match[1] ?? '', operator, value: (match[3] ?? '').trim() };
}

export function buildConditions(
  where: Readonly<Record<string, WhereObject[string] | undefined>>,
): readonly Condition[] {
  return Object.entries(where).flatMap(([column, wanted]): readonly Condition[] => {
    if (wanted === undefined) return [];
    if (typeof wanted !== 'object' || wanted === null)
      return [{ column, operator: '=' as const, value: renderWhereValue(wanted) }];
    return Object.entries(wanted).map(([name, value]) => {
      const operator = OPERATORS.find((known) => known === name);
      if (operator === undefined) {
        throw new UsageError(`unknown operator "${name}" for "${column}"`, {
          hint: `Operators: ${OPERATORS.join(' ')}.`,
        });
      }
      return { column, operator, value: renderWhereValue(value) };
    });
  });
}

function renderWhereValue(value: WhereValue): string {
  return value === null ? '' : String(value);
}

/**
 * The column that a person means: by its own name, then by the name of the part that it plays.
 *
 * @throws UsageError that names what is near
 */
export function resolveColumn(schema: RegistrySchema, name: string): RegistryColumn {
  const wanted = name.toLowerCase();
  const own =
    schema.columns.find((column) => column.name === name) ??
    schema.columns.find((column) => column.name.toLowerCase() === wanted);
  if (own !== undefined) return own;
  const roles = listRoles(schema);
  const role = roles.get(wanted);
  if (role === null) {
    throw new UsageError(`no column of table "${schema.table}" plays the part "${wanted}"`, {
      hint: 'Name the column under "columns" in runlink.json, or query another one.',
    });
  }
  const played = schema.columns.find((column) => column.name === role);
  if (played !== undefined) return played;
  throw unknownColumnError(schema, name, [...roles.keys()]);
}

function listRoles(schema: RegistrySchema): ReadonlyMap<string, string | null> {
  return new Map<string, string | null>([
    ['key', schema.key],
    ...Object.entries(schema.identity),
    ['created_at', schema.createdAt],
    ['finished_at', schema.finishedAt],
    ['duration_seconds', schema.durationSeconds],
  ]);
}

function unknownColumnError(schema: RegistrySchema, name: string, roles: readonly string[]): UsageError {
  const names = schema.columns.map((column) => column.name);
  const near = nearestNames(name, [...new Set([...names, ...roles])]);
  return new UsageError(`table "${schema.table}" has no column "${name}"`, {
    hint:
      near.length > 0
        ? `Did you mean ${near.map((own) => `"${own}"`).join(' or ')}?`
        : `Its columns: ${names.join(', ')}.`,
  });
}
