import { createHash } from 'node:crypto';
import { ERROR_CODES } from '../../core/contract/errors.ts';
import type { ApiDocument } from './document.ts';

/** The document as a page to read: HTML and style only, made on the server, with nothing that runs. */

const STYLE = `
:root { color-scheme: light dark; --line: #8884; --dim: #667; }
@media (prefers-color-scheme: dark) { :root { --dim: #9ab; } }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; padding: 1.5rem; max-width: 62rem; }
h1, h2, h3 { line-height: 1.25; } h2 { border-bottom: 1px solid var(--line); margin-top: 3rem; } h3 { margin: 2rem 0 0.25rem; }
code, pre { font: 14px/1.45 ui-monospace, monospace; } pre { overflow-x: auto; padding: 0.75rem; border: 1px solid var(--line); border-radius: 6px; }
.method { display: inline-block; min-width: 4.2em; font-weight: 700; } .dim { color: var(--dim); } nav ul { columns: 18rem; padding-left: 1.2rem; }
a { color: inherit; } a:focus-visible, summary:focus-visible, pre:focus-visible { outline: 3px solid; outline-offset: 2px; }
`;
/** Lets this page's own style in, and nothing else. */
export const DOCS_POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`;

type Json = Readonly<Record<string, unknown>>;
interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly security: readonly unknown[];
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly required: boolean; readonly schema: Json }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Json }>> };
  readonly responses: Readonly<Record<string, { readonly content: Readonly<Record<string, { readonly schema: Json }>> }>>;
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character);
const anchorOf = (text: string): string => text.toLowerCase().replace(/[^a-z0-9.]+/g, '-');

/** A word for what a schema takes. */
function typeOf(schema: Json): string {
  if (typeof schema['$ref'] === 'string') {
    const name = schema['$ref'].split('/').at(-1) ?? '';
    return `<a href="#schema-${escaped(name)}">${escaped(name)}</a>`;
  }
  if ('const' in schema) return `<code>${escaped(JSON.stringify(schema['const']))}</code>`;
  if (Array.isArray(schema['enum'])) return (schema['enum'] as unknown[]).map((one) => `<code>${escaped(JSON.stringify(one))}</code>`).join(' · ');
  const either = schema['anyOf'] ?? schema['oneOf'];
  if (Array.isArray(either)) return (either as Json[]).map(typeOf).join(' or ');
  if (schema['type'] === 'array') return `list of ${typeOf((schema['items'] ?? {}) as Json)}`;
  if (schema['type'] === 'object' && schema['properties'] === undefined) return 'object';
  if (schema['type'] === 'object') return Object.entries(schema['properties'] as Readonly<Record<string, Json>>).map(([name, inner]) => `<code>${escaped(name)}</code> ${typeOf(inner)}`).join(', ');
  const format = typeof schema['format'] === 'string' ? ` (${escaped(schema['format'])})` : '';
  return typeof schema['type'] === 'string' ? `${escaped(schema['type'])}${format}` : 'anything';
}

function fields(schema: Json): string {
  const { properties, required = [] } = schema as { properties?: Readonly<Record<string, Json>>; required?: readonly string[] };
  if (!properties) return `<p>${typeOf(schema)}</p>`;
  return `<ul>${Object.entries(properties).map(([name, inner]) => `<li><code>${escaped(name)}</code>${required.includes(name) ? '' : ' <span class="dim">may be left out</span>'}: ${typeOf(inner)}</li>`).join('')}</ul>`;
}

function curl(baseUrl: string, method: string, path: string, operation: Operation): string {
  const lines = [`curl -X ${method} '${baseUrl}${path}'`];
  if (operation.security.length > 0) lines.push(`-H "Authorization: Bearer $WEDSYNC_TOKEN"`);
  if (operation.requestBody) lines.push(`-H 'Content-Type: application/json'`, `-d @body.json`);
  return lines.join(' \\\n  ');
}

function section(baseUrl: string, path: string, method: string, operation: Operation): string {
  const body = operation.requestBody?.content['application/json']?.schema;
  const answer = operation.responses['200']?.content['application/json']?.schema;
  const parameters = operation.parameters.map((one) => `<li><code>${escaped(one.name)}</code> <span class="dim">${escaped(one.in)}${one.required ? '' : ', may be left out'}</span>: ${typeOf(one.schema)}</li>`).join('');
  return `<section id="${escaped(operation.operationId)}"><h3><a href="#${escaped(operation.operationId)}">${escaped(operation.summary)}</a></h3>
<p><span class="method">${method}</span> <code>${escaped(path)}</code><br><span class="dim">${escaped(operation.description)}</span></p>
${parameters === '' ? '' : `<ul>${parameters}</ul>`}${body ? `<p>Body: ${typeOf(body)}</p>` : ''}${answer ? `<p>Answer: ${typeOf(answer)}</p>` : ''}
<pre tabindex="0">${escaped(curl(baseUrl, method, path, operation))}</pre></section>`;
}

/** @param baseUrl where this server is reached, without a slash at its end */
export function docsPage(document: ApiDocument, baseUrl: string): string {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation: operation as unknown as Operation })));
  const groups = document.tags.map(({ name }) => ({ name, own: operations.filter(({ operation }) => operation.tags.includes(name)) }));
  const { title, version, description } = document.info as { title: string; version: string; description: string };
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escaped(title)}: API</title><style>${STYLE}</style></head>
<body><header><h1>${escaped(title)}: API</h1><p class="dim">Version ${escaped(version)}. ${escaped(description)}</p><p><a href="openapi.json">The same as OpenAPI 3.1</a></p></header>
<nav aria-label="Endpoints">${groups.map(({ name, own }) => `<h2 id="list-${anchorOf(name)}">${escaped(name)}</h2><ul>${own.map(({ operation }) => `<li><a href="#${escaped(operation.operationId)}">${escaped(operation.summary)}</a></li>`).join('')}</ul>`).join('')}</nav>
<main>${groups.map(({ name, own }) => `<h2 id="group-${anchorOf(name)}">${escaped(name)}</h2>${own.map(({ path, method, operation }) => section(baseUrl, path, method, operation)).join('')}`).join('')}
<h2 id="schemas">Shapes</h2>${Object.entries(document.components.schemas).map(([name, schema]) => `<section id="schema-${escaped(name)}"><h3>${escaped(name)}</h3>${fields(schema)}</section>`).join('')}
<h2 id="errors">Error codes</h2><p>An error is <a href="#schema-Problem">Problem</a>, as <code>application/problem+json</code>.</p><ul>${ERROR_CODES.map((code) => `<li id="error-${code}"><code>${code}</code></li>`).join('')}</ul></main></body></html>`;
}
