import { err, ok, type Result } from '../contract/result.ts';
import type { HttpResponse } from '../ports/ports.ts';
import { addressOf, type DavAddress } from './davAddresses.ts';
import { CALDAV, childOf, childrenOf, DAV, parseXml, textOf, type XmlElement, type XmlProblem } from './davXml.ts';

/** Reads what a CalDAV server has answered. */

export interface DavResponse {
  readonly address: DavAddress;
  /** Of the thing as a whole; null = its properties speak for themselves. */
  readonly status: number | null;
  /** Properties that were had (2xx); others are not there. */
  prop(ns: string, name: string): XmlElement | null;
}

export interface Multistatus {
  readonly responses: readonly DavResponse[];
  readonly syncToken: string | null;
}

const statusIn = (element: XmlElement | null): number | null => {
  const digits = /^HTTP\/\S+\s+(\d{3})\b/i.exec(textOf(element) ?? '')?.[1];
  return digits === undefined ? null : Number(digits);
};

function responsesOf(element: XmlElement, base: DavAddress): DavResponse[] {
  const props = childrenOf(element, DAV, 'propstat')
    .filter((propstat) => Math.floor((statusIn(childOf(propstat, DAV, 'status')) ?? 0) / 100) === 2)
    .flatMap((propstat) => childOf(propstat, DAV, 'prop')?.children ?? []);
  const prop: DavResponse['prop'] = (ns, name) => props.find((one) => one.ns === ns && one.name === name) ?? null;
  const status = statusIn(childOf(element, DAV, 'status'));
  return childrenOf(element, DAV, 'href').flatMap((href) => {
    const address = addressOf(textOf(href) ?? '', base);
    return address === null ? [] : [{ address, status, prop }];
  });
}

/** `base` = what was asked: hrefs may be relative to it. */
export function readMultistatus(body: string, base: DavAddress): Result<Multistatus, XmlProblem> {
  const parsed = parseXml(body);
  if (!parsed.ok) return parsed;
  const root = parsed.value;
  if (root.ns !== DAV || root.name !== 'multistatus') return err('broken');
  const responses = childrenOf(root, DAV, 'response').flatMap((one) => responsesOf(one, base));
  return ok({ responses, syncToken: textOf(childOf(root, DAV, 'sync-token')) });
}

/** Whether the body of a refusal names this condition (RFC 4918 section 16). */
export function namesCondition(body: string, ns: string, name: string): boolean {
  const parsed = parseXml(body);
  return parsed.ok && parsed.value.ns === DAV && parsed.value.name === 'error' && childOf(parsed.value, ns, name) !== null;
}

/** What became of a write. */
export type Written =
  /** `etag` null = the server does not say (it may have changed the entry): read it before the next write. */
  | { readonly kind: 'written'; readonly etag: string | null }
  /** Somebody else has changed, made or removed it meanwhile. */
  | { readonly kind: 'overtaken' }
  | { readonly kind: 'gone' }
  /** The calendar holds this UID under another address (RFC 4791 section 5.3.2.1). */
  | { readonly kind: 'uid_taken' }
  /** 403 or 405: nobody may write there, or not this. */
  | { readonly kind: 'forbidden' }
  | { readonly kind: 'failed'; readonly status: number };

/** Reads the answer to a PUT, DELETE or MKCALENDAR. */
export function readWritten({ status, headers, body }: HttpResponse): Written {
  if (status === 200 || status === 201 || status === 204) return { kind: 'written', etag: strongEtag(headers['etag']) };
  if (status === 412) return { kind: 'overtaken' };
  if (status === 404 || status === 410) return { kind: 'gone' };
  if ((status === 403 || status === 409) && namesCondition(body, CALDAV, 'no-uid-conflict')) return { kind: 'uid_taken' };
  return status === 403 || status === 405 ? { kind: 'forbidden' } : { kind: 'failed', status };
}

/** An ETag that may stand in `If-Match`; a weak one may not. */
export const strongEtag = (etag: string | undefined): string | null => (etag !== undefined && /^"[^"\p{Cc}]*"$/u.test(etag) ? etag : null);
