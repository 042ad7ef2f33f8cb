import type { Database } from 'better-sqlite3';
import type { Cell } from '../model/cell.ts';
import { isJsonObject, parseLenientJson } from '../model/json.ts';
import { PLAN_FORMAT_VERSION } from '../model/plan.ts';
import type { EvaluationCounts, ImageRules, PlanHeader, PlanSummary } from '../model/plan.ts';

type NamedCells = Readonly<Record<string, Cell>>;

/** By which the rows of the header table are named; the format version stands in the file's `user_version`. */
export function encodeHeader(header: PlanHeader): NamedCells {
  return {
    tool_version: header.toolVersion,
    registry_path: header.registry.path,
    registry_table: header.registry.table,
    registry_key_column: header.registry.keyColumn,
    registry_schema_hash: header.registry.schemaHash,
    registry_row_count: BigInt(header.registry.rowCount),
    base_url: header.baseUrl,
    entity: header.entity,
    project: header.project,
    filters: header.filters,
    min_probability: header.minProbability,
    min_margin: header.minMargin,
  };
}

export function encodeSummary(summary: PlanSummary): NamedCells {
  return {
    clock: summary.clock,
    health_json: JSON.stringify(summary.health),
    image_rules_json: JSON.stringify(summary.imageRules),
    ...(summary.evaluation === undefined ? {} : { evaluation_json: JSON.stringify(summary.evaluation) }),
  };
}

export function readHeader(db: Database): PlanHeader {
  const cells = readNamedCells(db);
  const text = (name: string): string => String(cells.get(name) ?? '');
  return {
    formatVersion: PLAN_FORMAT_VERSION,
    toolVersion: text('tool_version'),
    registry: {
      path: text('registry_path'),
      table: text('registry_table'),
      keyColumn: text('registry_key_column'),
      schemaHash: text('registry_schema_hash'),
      rowCount: Number(cells.get('registry_row_count')),
    },
    baseUrl: text('base_url'),
    entity: text('entity'),
    project: text('project'),
    filters: text('filters'),
    minProbability: Number(cells.get('min_probability')),
    minMargin: Number(cells.get('min_margin')),
  };
}

export function readSummary(db: Database): PlanSummary {
  const cells = readNamedCells(db);
  const health = parseLenientJson(String(cells.get('health_json')));
  const rules = parseLenientJson(String(cells.get('image_rules_json')));
  if (!Array.isArray(health) || !isJsonObject(rules)) throw new SyntaxError('the summary of the plan is no JSON');
  const evaluation = cells.get('evaluation_json') ?? null;
  return {
    clock: String(cells.get('clock')),
    health: health.map(String),
    // What encodeSummary wrote, as the digest proves.
    imageRules: rules as unknown as ImageRules,
    ...(evaluation === null ? {} : { evaluation: JSON.parse(String(evaluation)) as EvaluationCounts }),
  };
}

export function writeNamedCells(db: Database, cells: NamedCells): void {
  const insert = db.prepare('INSERT OR REPLACE INTO header (name, value) VALUES (?, ?)');
  for (const [name, value] of Object.entries(cells)) insert.run(name, value);
}

function readNamedCells(db: Database): Map<string, Cell> {
  return new Map(db.prepare<[], [string, Cell]>('SELECT name, value FROM header').raw().all());
}
