import { readContract } from '../contractFiles.ts';

/** A published contract, cut down to what a client asks for: the whole of one takes seconds to read in. */

type Node = Readonly<Record<string, unknown>>;
export interface Specification extends Node {
  readonly paths: Readonly<Record<string, Node>>;
}

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && !Array.isArray(value);

/** `/a/{id}` against `/a/7`; what stands between slashes is matched on its own. */
export function fitsPath(template: string, pathname: string): boolean {
  const pattern = template.split(/\{[^}]+\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${pattern.join('[^/]+')}$`).test(pathname);
}

/** The component that a reference leads to, as its place: `#/components/schemas/Job` -> `['components', 'schemas', 'Job']`. */
const placeOf = (reference: string): string[] => reference.replace(/^#\//, '').split('/').map((part) => decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~'));

function referencesIn(node: unknown, into: Set<string>): void {
  if (Array.isArray(node)) node.forEach((each) => referencesIn(each, into));
  else if (isNode(node)) {
    if (typeof node['$ref'] === 'string') into.add(node['$ref']);
    Object.values(node).forEach((each) => referencesIn(each, into));
  }
}

const at = (document: Node, place: readonly string[]): unknown => place.reduce<unknown>((node, part) => (isNode(node) ? node[part] : undefined), document);

function put(document: Record<string, unknown>, place: readonly string[], value: unknown): void {
  const [last] = place.slice(-1);
  if (last === undefined) return;
  const parent = place.slice(0, -1).reduce<Record<string, unknown>>((node, part) => (node[part] ??= {}) as Record<string, unknown>, document);
  parent[last] ??= value;
}

interface Method {
  readonly path: string;
  readonly httpMethod: string;
  readonly parameters?: Readonly<Record<string, Node>>;
  readonly response?: Node;
}

const named = (node: unknown): unknown => {
  if (Array.isArray(node)) return node.map(named);
  if (!isNode(node)) return node;
  // "required" and "id" mean something else in Google's descriptions than in a schema.
  const left = Object.entries(node).filter(([name, value]) => !(name === 'required' && typeof value === 'boolean') && !(name === 'id' && typeof value === 'string') && name !== 'annotations');
  return Object.fromEntries(left.map(([name, value]) => [name, name === '$ref' && typeof value === 'string' ? `#/components/schemas/${value}` : named(value)]));
};

/** Google describes its interfaces in a form of its own; the same as an OpenAPI document. */
function ofDiscovery(discovery: Node): Specification {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const resource of Object.values(discovery['resources'] as Record<string, { readonly methods?: Record<string, Method> }>)) {
    for (const method of Object.values(resource.methods ?? {})) {
      const parameters = Object.entries({ ...(discovery['parameters'] as Record<string, Node>), ...method.parameters }).map(([name, of]) => {
        const { location, required, repeated, description: _text, ...schema } = of;
        return { name, in: location, required: location === 'path' || required === true, schema: named(repeated === true ? { type: 'array', items: schema } : schema) };
      });
      const content = { 'application/json': { schema: named(method.response ?? {}) } };
      (paths[`/${method.path}`] ??= {})[method.httpMethod.toLowerCase()] = { parameters, responses: { 200: { description: 'OK', content } }, security: [{ bearer: [] }] };
    }
  }
  return {
    openapi: '3.0.3', info: { title: 'discovery', version: '1' }, servers: [{ url: `${String(discovery['rootUrl'])}${String(discovery['servicePath'])}` }], paths,
    components: { schemas: named(discovery['schemas']), securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
  };
}

function documentAt(file: string): Specification {
  const document = readContract(file) as Node;
  return document['kind'] === 'discovery#restDescription' ? ofDiscovery(document) : (document as Specification);
}

/** Names of functions stand with empty brackets in Microsoft's document, and may be called without them. */
const withoutBrackets = (path: string): string => path.replace(/\(\)$/, '');

/**
 * What the mock's maker of values cannot make: it puts the result of a pattern into a date, whose format says enough, and loses
 * itself in Microsoft's objects that hold their own kind, which only come to those who ask for them to be expanded.
 */
function withoutTraps(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withoutTraps);
  if (!isNode(node)) return node;
  const date = node['format'] === 'date-time' || node['format'] === 'date';
  const left = Object.entries(node).filter(([name, value]) => !(date && name === 'pattern') && !(isNode(value) && value['x-ms-navigationProperty'] === true));
  return Object.fromEntries(left.map(([name, value]) => [name, withoutTraps(value)]));
}

/** Only the paths that one of `asked` fits, with what they lead to. */
export function cutTo(file: string, asked: readonly string[]): Specification {
  const whole = documentAt(file);
  const entries = Object.entries(whole.paths).map(([path, item]) => [withoutBrackets(path), item] as const);
  // The exact path goes before one with a variable in the same place.
  const wanted = new Set(asked.flatMap((pathname) => entries.filter(([path]) => fitsPath(path, pathname)).map(([path]) => path)));
  const paths = Object.fromEntries(entries.filter(([path]) => wanted.has(path)));
  const cut: Record<string, unknown> = { ...whole, paths };
  delete cut['definitions'];
  delete cut['webhooks'];
  const security = at(whole, ['components', 'securitySchemes']);
  cut['components'] = security === undefined ? {} : { securitySchemes: security };
  if (whole['components'] === undefined) delete cut['components'];
  const known = new Set<string>();
  let open = new Set<string>();
  referencesIn(cut, open);
  while (open.size > 0) {
    const next = new Set<string>();
    for (const reference of open) {
      if (known.has(reference) || !reference.startsWith('#/')) continue;
      known.add(reference);
      const value = at(whole, placeOf(reference));
      put(cut, placeOf(reference), value);
      referencesIn(value, next);
    }
    open = next;
  }
  return withoutTraps(cut) as Specification;
}

/** Where the vendor's document says its interface is, without a slash at the end. */
export function serversOf(file: string): string[] {
  const document = documentAt(file);
  const servers = Array.isArray(document['servers']) ? (document['servers'] as { url: string }[]).map(({ url }) => url) : [];
  const [host, basePath] = [document['host'], document['basePath']];
  return [...servers, ...(typeof host === 'string' ? [`https://${host}${typeof basePath === 'string' ? basePath : ''}`] : [])].map((url) => url.replace(/\/+$/, ''));
}
