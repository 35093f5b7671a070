import { Ajv } from 'ajv';
import type { HttpRequest, HttpResponse } from '../../core/ports/ports.ts';
import { cutTo, fitsPath, type Specification } from './validating/specification.ts';

/** Holds each call and each answer of a stand-in against the vendor's published description, where that is at hand. */

type Node = Readonly<Record<string, unknown>>;

/** A change says with null what is taken away; descriptions do not speak of that. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== null).map(([name, one]) => [name, withoutNulls(one)]));
}

export interface Described {
  /** What is not as described; empty = nothing. `schema` = what the body is. */
  request(request: HttpRequest, base: string): string[];
  answer(response: HttpResponse, schema: string): string[];
  body(body: string, schema: string): string[];
}

/**
 * Microsoft's document wants the name of its type in every object; no client sends it, and its examples do not either. Google's calls a
 * value of any type `any`, which is no type.
 */
function withoutTypeNames(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withoutTypeNames);
  if (typeof node !== 'object' || node === null) return node;
  return Object.fromEntries(Object.entries(node).filter(([name, value]) => !(name === 'type' && value === 'any')).map(([name, value]) => [name, name === 'required' && Array.isArray(value) ? value.filter((one) => one !== '@odata.type') : withoutTypeNames(value)]));
}

/** `also`: names that lead to objects of their own, which the cut document leaves out. */
export function describedBy(file: string, paths: readonly string[], also: readonly string[] = []): Described {
  const document = withoutTypeNames(cutTo(file, paths)) as Specification;
  const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true, unicodeRegExp: false });
  ajv.addSchema({ ...document, $id: 'described' });
  const schemas = ((document['components'] as Node | undefined)?.['schemas'] ?? {}) as Readonly<Record<string, { properties?: Node; allOf?: readonly { $ref?: string; properties?: Node }[] }>>;
  const namesOf = (schema: string): string[] => {
    const own = schemas[schema];
    const inherited = (own?.allOf ?? []).flatMap((one) => [...Object.keys(one.properties ?? {}), ...(one.$ref ? namesOf(one.$ref.split('/').at(-1) ?? '') : [])]);
    return [...Object.keys(own?.properties ?? {}), ...inherited];
  };
  const body: Described['body'] = (text, schema) => {
    const value = withoutNulls(JSON.parse(text)) as Node;
    const validate = ajv.compile({ $ref: `described#/components/schemas/${schema}` });
    const known = namesOf(schema);
    if (known.length === 0) return [`${schema} is not described`];
    return [...(validate(value) ? [] : [`${schema}: ${ajv.errorsText(validate.errors)}`]), ...Object.keys(value).filter((name) => !name.startsWith('@') && !also.includes(name) && !known.includes(name)).map((name) => `${schema} has no ${name}`)];
  };
  return {
    body,
    answer: ({ status, body: text }, schema) => (status >= 200 && status < 300 && text !== '' ? body(text, schema) : []),
    request({ method, url }, base) {
      const { pathname, searchParams } = new URL(url);
      const path = pathname.slice(new URL(base).pathname.length);
      const matches = Object.keys(document.paths).filter((one) => fitsPath(one, path));
      // The exact path goes before one with a variable in the same place.
      const found = matches.sort((a, b) => a.split('{').length - b.split('{').length)[0];
      const operation = found === undefined ? undefined : (document.paths[found]?.[method.toLowerCase()] as { parameters?: readonly { name?: string; $ref?: string }[] } | undefined);
      if (operation === undefined) return [`${method} ${path} is not described`];
      const names = (operation.parameters ?? []).map((one) => one.name ?? `$${one.$ref?.split('/').at(-1) ?? ''}`);
      return [...searchParams.keys()].filter((name) => !names.includes(name)).map((name) => `${method} ${path} knows no ${name}`);
    },
  };
}
