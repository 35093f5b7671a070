import { z } from 'zod';
import * as accounts from '../../core/contract/accounts.ts';
import * as commands from '../../core/contract/commands.ts';
import * as deliveries from '../../core/contract/deliveries.ts';
import * as dryRuns from '../../core/contract/dryRuns.ts';
import * as enquiries from '../../core/contract/enquiries.ts';
import * as errors from '../../core/contract/errors.ts';
import * as events from '../../core/contract/events.ts';
import * as feeds from '../../core/contract/feeds.ts';
import * as figures from '../../core/contract/figures.ts';
import * as founding from '../../core/contract/founding.ts';
import * as http from '../../core/contract/http.ts';
import * as intake from '../../core/contract/intake.ts';
import * as looking from '../../core/contract/looking.ts';
import * as personalData from '../../core/contract/personalData.ts';
import * as platform from '../../core/contract/platform.ts';
import * as record from '../../core/contract/record.ts';
import * as attention from '../../core/contract/record/attention.ts';
import * as connections from '../../core/contract/record/connections.ts';
import * as day from '../../core/contract/record/day.ts';
import * as people from '../../core/contract/record/people.ts';
import * as row from '../../core/contract/record/row.ts';
import * as taking from '../../core/contract/record/taking.ts';
import * as trade from '../../core/contract/record/trade.ts';
import * as systems from '../../core/contract/systems.ts';
import { ENDPOINTS, type EndpointName } from '../../core/domain/access/matrix.ts';
import { TITLES } from './titles.ts';
import { WEBHOOKS, webhookPaths } from './webhookPaths.ts';

/** The OpenAPI 3.1 document of the HTTP map: nothing in it is written by hand but the titles, and the addresses that other systems call. */

type Json = Readonly<Record<string, unknown>>;
interface Endpoint {
  readonly method: string;
  readonly path: string;
  readonly request: { readonly params?: z.ZodType; readonly query?: z.ZodType; readonly body?: z.ZodType };
  readonly success: z.ZodType;
  /** Other forms of the same answer, asked for by `Accept`. */
  readonly media?: readonly string[];
}

/** Addresses are told with their version; without it they are the same. */
export const VERSION_PREFIX = '/api/v1';
export const versioned = (path: string): string => path.replace(/^\/api/, VERSION_PREFIX);

const MODULES: readonly Readonly<Record<string, unknown>>[] = [
  accounts, commands, deliveries, dryRuns, enquiries, errors, events, feeds, figures, founding, http, intake, looking, personalData, platform, record,
  attention, connections, day, people, row, taking, trade, systems,
];
const REF = '#/components/schemas/';
const SAFE = 'Answers to the same key, device and body for 24 hours with what the first call was answered.';

const upperFirst = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

/** Every schema of the contract under its own name; what has none is named after its endpoint. */
function register(endpoints: readonly (readonly [string, Endpoint])[]): Map<z.ZodType, string> {
  const names = new Map<z.ZodType, string>();
  for (const module of MODULES) for (const [name, value] of Object.entries(module)) if (value instanceof z.ZodType && !names.has(value)) names.set(value, name);
  const taken = new Set(names.values());
  const add = (schema: z.ZodType | undefined, wanted: string) => {
    if (!schema || names.has(schema)) return;
    const name = taken.has(wanted) ? `${wanted}Of` : wanted;
    taken.add(name);
    names.set(schema, name);
  };
  for (const [name, { request, success }] of endpoints) {
    add(request.body, `${upperFirst(name)}Body`);
    add(success, `${upperFirst(name)}Result`);
  }
  return names;
}

function schemasOf(names: ReadonlyMap<z.ZodType, string>): Record<string, Json> {
  const registry = z.registry<{ id: string }>();
  for (const [schema, id] of names) registry.add(schema, { id });
  // As somebody may send it: answers may have more in them than is told here.
  const { schemas } = z.toJSONSchema(registry, { io: 'input', unrepresentable: 'any', uri: (id) => `${REF}${id}` });
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => {
      const { $id: _id, $schema: _dialect, ...told } = schema as Json;
      return [name, told];
    }),
  );
}

/** What of the components is really reached from the paths. */
function reached(paths: Json, schemas: Readonly<Record<string, Json>>): Record<string, Json> {
  const found = new Map<string, Json>();
  const look = (value: unknown): void => {
    for (const [, name = ''] of JSON.stringify(value).matchAll(/"\$ref":"#\/components\/schemas\/([^"/]+)/g)) {
      const schema = schemas[name];
      if (found.has(name) || !schema) continue;
      found.set(name, schema);
      look(schema);
    }
  };
  look(paths);
  return Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function parametersOf(place: 'path' | 'query', schema: z.ZodType | undefined): Json[] {
  if (!schema) return [];
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as { properties?: Record<string, Json>; required?: string[] };
  return Object.entries(properties).map(([name, told]) => ({ name, in: place, required: place === 'path' || required.includes(name), schema: told }));
}

const ERROR = { description: 'An error: a problem document (RFC 9457) whose `error` is what the consoles read.', content: { 'application/problem+json': { schema: { $ref: `${REF}Problem` } } } };

function operationOf(name: EndpointName, { method, request, success, media = [] }: Endpoint, names: ReadonlyMap<z.ZodType, string>): Json {
  const roles: readonly string[] | null = name in ENDPOINTS ? ENDPOINTS[name as keyof typeof ENDPOINTS] : null;
  const refTo = (schema: z.ZodType) => ({ $ref: `${REF}${names.get(schema) ?? ''}` });
  const writes = method !== 'GET';
  const [group, title] = TITLES[name];
  return {
    operationId: name,
    tags: [group],
    summary: title,
    description: roles === null ? 'Opened by what is sent with it, not by a device token.' : `For ${roles.join(', ')}.`,
    'x-roles': roles ?? [],
    security: roles === null ? [] : [{ deviceToken: [] }],
    parameters: [
      ...parametersOf('path', request.params),
      ...parametersOf('query', request.query),
      ...(writes && roles !== null && method !== 'DELETE' && name !== 'commands' ? [{ name: 'Idempotency-Key', in: 'header', required: false, description: SAFE, schema: { type: 'string', pattern: '^[\\x21-\\x7e]{1,200}$' } }] : []),
    ],
    ...(request.body ? { requestBody: { required: true, content: { 'application/json': { schema: refTo(request.body) } } } } : {}),
    responses: {
      200: { description: 'Done.', content: { 'application/json': { schema: refTo(success) }, ...Object.fromEntries(media.map((type) => [type, { schema: { type: 'string' } }])) } },
      default: ERROR,
    },
  };
}

export interface ApiDocument {
  readonly openapi: '3.1.0';
  readonly info: Json;
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Json>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Json>>; readonly securitySchemes: Json };
}

/** @param version of this program */
export function apiDocument(version: string): ApiDocument {
  const endpoints = Object.entries(http.HTTP) as [EndpointName, Endpoint][];
  const names = register(endpoints);
  const paths: Record<string, Record<string, Json>> = {};
  for (const [name, endpoint] of endpoints) {
    const path = versioned(endpoint.path).replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [endpoint.method.toLowerCase()]: operationOf(name, endpoint, names) };
  }
  for (const [path, methods] of Object.entries(webhookPaths({ $ref: `${REF}WebhookReceipt` }, { $ref: `${REF}Problem` }))) paths[versioned(path)] = methods;
  return {
    openapi: '3.1.0',
    info: {
      title: 'WedSync Command Centre',
      version,
      description: 'A device token goes into `Authorization: Bearer`. Times are UTC with milliseconds, money is in the smallest unit of its currency. Every address answers without `/v1` as well.',
    },
    tags: [...new Set(endpoints.map(([name]) => TITLES[name][0])), WEBHOOKS].map((name) => ({ name })),
    paths,
    components: { schemas: reached({ paths, problem: ERROR }, schemasOf(names)), securitySchemes: { deviceToken: { type: 'http', scheme: 'bearer' } } },
  };
}
