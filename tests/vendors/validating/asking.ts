import type { Http, HttpRequest, HttpResponse } from '../../../core/ports/ports.ts';
import type { ConnectionAccess, RereadError } from '../../../core/vendors/vendor.ts';
import type { Result } from '../../../core/contract/result.ts';
import type { VendorSamples } from '../../conformance/samples.ts';
import { expectFits, expectUnderstood } from '../../conformance/fits.ts';
import { clockAt, stored } from '../ports.ts';

/** Everything that a vendor's folder asks of its vendor. */

const MOST_PAGES = 8;
const UNDERSTOOD = /^normalise\.(shape_unknown|event_unknown)$/;
const REFUSED = /^normalise\.(reread_failed|reread_refused|no_access|forbidden|shape_unknown)$/;

export interface Outcome {
  /** How often a fact came out of an answer, and how often a coded refusal. */
  facts: number;
  refusals: number;
}

function noted<T>(answer: Result<T, RereadError>, outcome: Outcome): T | null {
  if (answer.ok) return answer.value;
  if (!REFUSED.test(answer.error.code) || answer.error.message === '') throw new Error(`refused without a reason: ${JSON.stringify(answer.error)}`);
  outcome.refusals += 1;
  return null;
}

/** A look from `cursor`; what it brings is understood, or refused with a code. */
async function look({ vendor, nowMs }: VendorSamples, access: ConnectionAccess, http: Http, cursor: string | null, outcome: Outcome): Promise<string | null> {
  const page = noted(await vendor.poll!.read(cursor, access, { http, clock: clockAt(nowMs) }), outcome);
  for (const { body, event } of page?.items ?? []) {
    const meant = vendor.poll!.normalise(stored(body, { vendorEvent: event, settings: access.settings }));
    if (meant.ok) expectUnderstood(meant);
    else if (!UNDERSTOOD.test(meant.error.code) || meant.error.message === '') throw new Error(`not understood without a reason: ${JSON.stringify(meant.error)}`);
    if (meant.ok && meant.value.kind !== 'ignored') outcome.facts += 1;
    else outcome.refusals += 1;
  }
  return page === null ? null : page.cursor;
}

/** The cursors that a whole look comes by, read from the folder's own stand-in; each asks in another form. */
export async function cursorsOf({ vendor, poll, access, nowMs }: VendorSamples): Promise<(string | null)[]> {
  if (!vendor.poll || !poll) return [];
  const cursors: (string | null)[] = [null];
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const read = await vendor.poll.read(cursors.at(-1) ?? null, access, { clock: clockAt(nowMs), http: { send: (request) => Promise.resolve(poll.respond(request)) } });
    if (!read.ok) throw new Error(read.error.message);
    if (cursors.includes(read.value.cursor)) break;
    cursors.push(read.value.cursor);
  }
  return cursors;
}

/** Cursors may hold an address of the vendor. */
const moved = (cursor: string | null, from: string, to: string): string | null => cursor?.replaceAll(from, to) ?? null;

export async function askEverything(samples: VendorSamples, http: Http, baseUrl: string): Promise<Outcome> {
  const { vendor, nowMs } = samples;
  const access: ConnectionAccess = { ...samples.access, settings: { ...samples.access.settings, baseUrl } };
  const outcome: Outcome = { facts: 0, refusals: 0 };
  if (vendor.test && samples.tryOut && noted(await vendor.test(access, { http, clock: clockAt(nowMs) }), outcome)) outcome.facts += 1;
  for (const cursor of await cursorsOf(samples)) await look(samples, access, http, moved(cursor, samples.access.settings['baseUrl'] ?? '-', baseUrl), outcome);
  for (const hint of samples.reread?.hints ?? []) {
    const changes = noted(await vendor.reread!(hint, access, { http, clock: clockAt(nowMs) }), outcome);
    changes?.forEach(expectFits);
    outcome.facts += changes?.length ?? 0;
  }
  return outcome;
}

/** What the folder's own stand-ins answer. */
export function answered(samples: VendorSamples, request: HttpRequest): HttpResponse {
  const known = samples.reread?.answers.get(new URL(request.url).pathname);
  if (known !== undefined) return { status: 200, headers: {}, body: JSON.stringify(known) };
  const answers = [samples.poll?.respond, samples.tryOut?.respond].flatMap((answer) => (answer ? [answer(request)] : []));
  return answers.find(({ status }) => status === 200) ?? { status: 404, headers: {}, body: '{}' };
}

/** The paths behind the base address that are asked for when the stand-ins answer. */
export async function askedPaths(samples: VendorSamples): Promise<string[]> {
  const base = samples.access.settings['baseUrl'] ?? '';
  const paths = new Set<string>();
  const http: Http = {
    send(request) {
      if (request.url.startsWith(base)) paths.add(new URL(request.url).pathname.slice(new URL(base).pathname.replace(/\/+$/, '').length));
      return Promise.resolve(answered(samples, request));
    },
  };
  await askEverything(samples, http, base);
  return [...paths].sort();
}
