import fc from 'fast-check';
import { z } from 'zod';

/** The part of JSON Schema that zod writes. */
interface JsonSchema {
  readonly type?: string | string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema;
  readonly prefixItems?: readonly JsonSchema[];
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
}

/** Ids that mean something in the record under test; about every second id is one of them. */
export type Pool = readonly string[];

const MOMENT = fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true });

function text(schema: JsonSchema, pool: Pool): fc.Arbitrary<string> {
  const { minLength = 0, maxLength = minLength + 40 } = schema;
  switch (schema.format) {
    case 'uuid':
      return pool.length > 0 ? fc.oneof(fc.constantFrom(...pool), fc.uuid()) : fc.uuid();
    case 'date-time':
      return MOMENT.map((at) => at.toISOString());
    case 'date':
      return MOMENT.map((at) => at.toISOString().slice(0, 10));
    case 'email':
      return fc.emailAddress();
    case 'uri':
      return fc.webUrl();
    default:
  }
  const plain = fc.string({ minLength, maxLength: Math.min(maxLength, minLength + 200), unit: 'grapheme' });
  if (schema.pattern === undefined) return plain;
  try {
    return fc.stringMatching(new RegExp(schema.pattern));
  } catch {
    // A pattern of the newer kind (`\p{..}`): most plain text fits it, and what does not is bad input, which is wanted too.
    return fc.string({ minLength, maxLength: Math.min(maxLength, minLength + 200) });
  }
}

function build(schema: JsonSchema, root: JsonSchema, pool: Pool, depth: number): fc.Arbitrary<unknown> {
  const inner = (part: JsonSchema) => build(part, root, pool, depth + 1);
  if (schema.$ref !== undefined) {
    const found = schema.$ref === '#' ? root : root.$defs?.[schema.$ref.split('/').at(-1) ?? ''];
    return found && depth < 6 ? inner(found) : fc.constant(null);
  }
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const either = schema.anyOf ?? schema.oneOf;
  if (either) return fc.oneof(...either.map(inner));
  if (schema.allOf) return fc.tuple(...schema.allOf.map(inner)).map((parts) => (parts.every((part) => typeof part === 'object') ? Object.assign({}, ...parts) : parts[0]) as unknown);
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  switch (type) {
    case 'string':
      return text(schema, pool);
    case 'integer': {
      const min = schema.minimum ?? (schema.exclusiveMinimum === undefined ? Number.MIN_SAFE_INTEGER : schema.exclusiveMinimum + 1);
      const max = schema.maximum ?? (schema.exclusiveMaximum === undefined ? Number.MAX_SAFE_INTEGER : schema.exclusiveMaximum - 1);
      const low = Math.max(min, Number.MIN_SAFE_INTEGER);
      const high = Math.min(max, Number.MAX_SAFE_INTEGER);
      return fc.oneof(fc.integer({ min: low, max: Math.min(high, Math.max(low, 0) + 5) }), fc.maxSafeInteger().map((n) => Math.min(high, Math.max(low, n))));
    }
    case 'number':
      return fc.double({ noNaN: true, noDefaultInfinity: true, min: schema.minimum ?? -1e9, max: schema.maximum ?? 1e9 });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array':
      if (schema.prefixItems) return fc.tuple(...schema.prefixItems.map(inner));
      return fc.array(inner(schema.items ?? {}), { minLength: schema.minItems ?? 0, maxLength: Math.min(schema.maxItems ?? 4, (schema.minItems ?? 0) + 4) });
    case 'object': {
      const fields = Object.fromEntries(Object.entries(schema.properties ?? {}).map(([name, part]) => [name, inner(part)]));
      const known = fc.record(fields, { requiredKeys: [...(schema.required ?? [])] });
      if (typeof schema.additionalProperties !== 'object' || schema.properties) return known;
      return fc.dictionary(fc.string({ maxLength: 12 }), inner(schema.additionalProperties), { maxKeys: 4 });
    }
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

/** Values that a schema takes, from the schema itself. */
export function fromSchema(schema: z.ZodType, pool: Pool = []): fc.Arbitrary<unknown> {
  const written = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
  return build(written, written, pool, 0);
}
