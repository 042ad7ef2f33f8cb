import type { RegistrySchema } from '../src/model/registry.ts';

/** A change of the registry's schema, as SQL text; it runs in one transaction together with its log row. */
export interface SchemaMigration {
  readonly name: string;
  readonly buildSql: (schema: RegistrySchema) => string;
}
