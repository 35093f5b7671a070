import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Ajv } from 'ajv';
import { expect } from 'vitest';
import type { HttpRequest } from '../../core/ports/ports.ts';

/** The vendors' published contracts are not ours to ship: they are looked for next to the repository. */
const specs = resolve(process.env['WEDSYNC_VENDOR_SPECS'] || resolve(import.meta.dirname, '../../../shared/contracts'));

export const contractFile = (...parts: string[]): string => join(specs, ...parts);

/** True = all are there; else the reason for the skipped tests is printed. */
export function haveContracts(...files: string[]): boolean {
  const missing = files.filter((file) => !existsSync(file));
  for (const file of missing) console.warn(`Skipped: ${file} is not here. Set WEDSYNC_VENDOR_SPECS to the folder with the vendors' contracts.`);
  return missing.length === 0;
}

export const readContract = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));

/** OpenAPI 3.0 allows "nullable" without a type, where it means nothing; the validator takes it for a mistake. */
export function withoutBareNullable(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withoutBareNullable);
  if (typeof node !== 'object' || node === null) return node;
  return Object.fromEntries(
    Object.entries(node)
      .filter(([name]) => name !== 'nullable' || 'type' in node)
      .map(([name, value]) => [name, withoutBareNullable(value)]),
  );
}

export interface Contract {
  /** Whether `body` fits the schema of that name; with `true` it must. */
  fits(schema: string, body: unknown): { readonly valid: boolean; readonly errors: string };
  expectFits(schema: string, body: unknown): void;
  /** As {@link expectFits}, and no property that the contract does not know at the top of the object. */
  expectKnown(schema: string, body: Readonly<Record<string, unknown>>): void;
  /** A path and a method that there are, no parameter that they do not know, and values that fit. `prefix` stands before their paths. */
  expectAsks(request: Pick<HttpRequest, 'method' | 'url'>, prefix?: string): void;
}

interface Parameter {
  readonly $ref?: string;
  readonly name?: string;
  readonly in?: string;
  readonly schema?: object;
}
interface OpenApi {
  readonly components: { readonly schemas: Record<string, { properties?: object }>; readonly parameters?: Record<string, Parameter> };
  readonly paths?: Record<string, Record<string, { readonly parameters?: readonly Parameter[] } | undefined>>;
}

/** An OpenAPI document whose component schemas are used as they are. */
export function openApiContract(file: string): Contract {
  let read: Contract | null = null;
  // Only when a test asks: a skipped block of tests is looked through all the same.
  const now = (): Contract => (read ??= readOpenApi(file));
  return {
    fits: (schema, body) => now().fits(schema, body),
    expectFits: (schema, body) => now().expectFits(schema, body),
    expectKnown: (schema, body) => now().expectKnown(schema, body),
    expectAsks: (request, prefix) => now().expectAsks(request, prefix),
  };
}

function readOpenApi(file: string): Contract {
  // Some patterns are older than the u flag and no longer patterns with it.
  const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true, unicodeRegExp: false });
  const document = withoutBareNullable(readContract(file)) as OpenApi;
  ajv.addSchema({ ...document, $id: 'contract' });
  const fits: Contract['fits'] = (schema, body) => {
    const validate = ajv.compile({ $ref: `contract#/components/schemas/${schema}` });
    return { valid: validate(body), errors: JSON.stringify(validate.errors) };
  };
  const expectFits: Contract['expectFits'] = (schema, body) => {
    const { valid, errors } = fits(schema, body);
    expect(valid, `${schema}: ${errors}`).toBe(true);
  };
  const values = new Ajv({ strict: false, validateFormats: false, coerceTypes: true, unicodeRegExp: false });
  values.addSchema({ ...document, $id: 'contract' });
  return {
    fits,
    expectFits,
    expectAsks({ method, url }, prefix = '') {
      const { pathname, searchParams } = new URL(url);
      const path = Object.keys(document.paths ?? {}).find((each) => new RegExp(`^${prefix}${each.replace(/\{\w+\}/g, '[^/]+')}$`).test(pathname));
      const operation = path === undefined ? undefined : document.paths?.[path]?.[method.toLowerCase()];
      expect(operation, `${method} ${pathname}`).toBeDefined();
      const known = (operation?.parameters ?? []).map((each) => (each.$ref === undefined ? each : (document.components.parameters?.[each.$ref.split('/').at(-1) ?? ''] ?? each)));
      for (const [name, value] of searchParams) {
        // `created[gte]` and `types[]` are documented under their first word.
        const parameter = known.find((each) => each.in === 'query' && (each.name === name || each.name === name.replace(/\[.*$/, '')));
        expect(parameter, `${path} knows ${name}`).toBeDefined();
        if (parameter?.name === name && parameter.schema) expect(values.validate({ type: 'object', properties: { value: parameter.schema } }, { value }), `${name}=${value}: ${values.errorsText()}`).toBe(true);
      }
    },
    expectKnown(schema, body) {
      expectFits(schema, body);
      const known = Object.keys(document.components.schemas[schema]?.properties ?? {});
      expect(known.length).toBeGreaterThan(0);
      expect(Object.keys(body).filter((name) => !known.includes(name))).toEqual([]);
    },
  };
}
