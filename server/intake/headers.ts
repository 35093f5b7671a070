import type { IncomingHttpHeaders } from 'node:http';

const SENSITIVE = /authorization|cookie|token|secret|signature|api-?key|password/;

const text = (value: string | string[] | undefined) => (Array.isArray(value) ? value.join(', ') : value);

/** What verification may see: the manifest's headers, the media type and the authorization. */
export function headersForVerify(headers: IncomingHttpHeaders, allowed: readonly string[]): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const name of [...allowed, 'content-type', 'authorization']) {
    const value = text(headers[name]);
    if (value !== undefined) kept[name] = value;
  }
  return kept;
}

/** What is stored with the delivery: the manifest's headers without anything that proves or opens something. */
export function headersForStore(headers: Readonly<Record<string, string>>, allowed: readonly string[]): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const name of allowed) {
    const value = headers[name];
    if (value !== undefined && !SENSITIVE.test(name)) kept[name] = value.slice(0, 1000);
  }
  return kept;
}

/** Media type without parameters, lower case; empty when there is none. */
export const mediaTypeOf = (contentType: string | undefined): string => (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
