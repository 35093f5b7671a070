import { describe, expect, it } from 'vitest';
import type { Http } from '../../../core/ports/ports.ts';
import { maskBody } from '../../../core/domain/deliveries/mask.ts';
import type { Change } from '../../../core/domain/record/changes.ts';
import type { Normalise, Origin } from '../../../core/vendors/vendor.ts';
import { bytes, clockAt, hashing, noCertificates, stored } from '../../vendors/ports.ts';
import type { VendorSamples } from '../samples.ts';

/** Whatever a folder reads of a person, a place or in free words is covered where deliveries are shown. */

/** What a change tells of somebody: whole texts, and names by their parts. */
function personal(change: Change): string[] {
  const names = (...values: readonly (string | null | undefined)[]): string[] => values.flatMap((value) => (value ?? '').split(/[^\p{L}\p{M}'-]+/u));
  const texts = (...values: readonly (string | null | undefined)[]): string[] => values.map((value) => value ?? '');
  switch (change.kind) {
    case 'contact': {
      const { name, email, phone, company } = change.fields;
      return [...names(name), ...texts(email, phone, company)];
    }
    case 'payment':
      return [...names(change.fields.payerName), ...texts(change.fields.description)];
    case 'message': {
      const { fromName, fromAddress, toAddress, subject, text } = change.fields;
      return [...names(fromName), ...texts(...[fromAddress, toAddress].filter((address) => /@|\d{7}/.test(address ?? '')), subject, text)];
    }
    case 'wedding':
    case 'document':
      return texts(change.fields.title);
    case 'booking':
    case 'calendarEvent':
      return texts(change.fields.title, change.fields.place);
    case 'weather':
      // The notice of an authority, for a district.
      return [];
  }
}

/** Shorter ones are found anywhere. */
const SHORTEST = 3;
const lines = (text: string): string[] => text.split('\n').map((line) => line.trim().toLowerCase()).filter((line) => line.length >= SHORTEST);

/** Every text that is shown, small: of JSON its strings, of a form what stands behind each name. */
function shownTexts(told: string): string[] {
  const leaves = (value: unknown): string[] => {
    if (typeof value === 'string') return [value.toLowerCase()];
    // The name of a calendar is the house's own; an entry without a title of its own is called after it.
    return value !== null && typeof value === 'object' ? Object.entries(value).flatMap(([key, inner]) => (key === 'calendar' ? [] : leaves(inner))) : [];
  };
  return told.startsWith('{') ? leaves(JSON.parse(told)) : told.split('\n').map((line) => line.slice(line.indexOf('=') + 1).toLowerCase());
}

/** Ids are one word, and may have any letters in them. */
const tells = (shown: string, value: string): boolean => shown === value || (/\s/.test(shown) && shown.includes(value));

interface Came {
  readonly what: string;
  readonly bodyText: string;
  readonly mediaType: string;
  readonly vendorEvent: string | null;
  readonly origin: Origin;
  readonly normalise: Normalise;
}

async function allOf({ vendor, access, nowMs, ...samples }: VendorSamples): Promise<Came[]> {
  const { webhook, poll, file, feed, mail } = vendor;
  const json = 'application/json';
  const came: Came[] = [];
  for (const { name, body, mediaType, headers, query } of webhook && samples.prove ? samples.deliveries : []) {
    const made = samples.prove!(bytes(body), { mediaType });
    const verified = webhook!.verify({ ...made, headers: { ...made.headers, ...headers }, query: { ...made.query, ...query } }, access, { hashing, clock: clockAt(nowMs), certificates: samples.certificates ?? noCertificates });
    if (verified.ok) came.push({ what: name, bodyText: verified.value.bodyText, mediaType, vendorEvent: verified.value.vendorEvent, origin: 'webhook', normalise: webhook!.normalise });
  }
  if (poll && samples.poll) {
    const http: Http = { send: (request) => Promise.resolve(samples.poll!.respond(request)) };
    let cursor: string | null = null;
    for (let more = true, pages = 0; more && pages < 50; pages += 1) {
      const page: Awaited<ReturnType<typeof poll.read>> = await poll.read(cursor, access, { http, clock: clockAt(nowMs + pages * 1500) });
      if (!page.ok) throw new Error(page.error.message);
      for (const { key, event, body } of page.value.items) came.push({ what: `look ${key}`, bodyText: body, mediaType: json, vendorEvent: event, origin: 'poll', normalise: poll.normalise });
      ({ cursor, more } = page.value);
    }
  }
  for (const row of file ? (samples.file?.rows ?? []) : []) {
    const brought = file!.bring(row, access.settings);
    if (brought.ok) came.push({ what: `row ${brought.value.key}`, bodyText: brought.value.body, mediaType: json, vendorEvent: brought.value.event, origin: 'file', normalise: file!.normalise });
  }
  for (const entry of feed ? (samples.feed?.entries ?? []) : []) came.push({ what: `entry ${entry.uid}`, bodyText: JSON.stringify(entry), mediaType: json, vendorEvent: 'entry', origin: 'feed', normalise: feed!.normalise });
  for (const each of mail ? (samples.mail?.mails ?? []) : []) came.push({ what: `mail ${each.subject}`, bodyText: JSON.stringify(each), mediaType: json, vendorEvent: 'mail', origin: 'mail', normalise: mail!.normalise });
  return came;
}

/** What is read from the source: a call that only names it may carry the same things. */
async function reread({ vendor, access, nowMs, reread: given }: VendorSamples): Promise<Change[]> {
  const http: Http = {
    send: ({ url }) => {
      const body = given?.answers.get(new URL(url).pathname);
      return Promise.resolve({ status: body === undefined ? 404 : 200, headers: {}, body: JSON.stringify(body ?? {}) });
    },
  };
  const read = await Promise.all((given?.hints ?? []).map((hint) => vendor.reread!(hint, access, { http, clock: clockAt(nowMs) })));
  return read.flatMap((answer) => (answer.ok ? answer.value : []));
}

export function masksConformance(samples: VendorSamples): void {
  const { manifest } = samples.vendor;

  describe(`${manifest.id}: what is covered`, () => {
    it('is all that it reads of people, places and in free words', async () => {
      const shown: string[] = [];
      const elsewhere = await reread(samples);
      for (const { what, normalise, bodyText, mediaType, vendorEvent, origin } of await allOf(samples)) {
        const meant = normalise(stored(bodyText, { mediaType, vendorEvent, settings: samples.access.settings }));
        if (!meant.ok || (meant.value.kind !== 'changes' && meant.value.kind !== 'reread')) continue;
        const texts = shownTexts(maskBody({ bodyText, mediaType, origin }, manifest.masks));
        for (const change of meant.value.kind === 'reread' ? elsewhere : meant.value.changes) for (const value of personal(change).flatMap(lines)) if (texts.some((text) => tells(text, value))) shown.push(`${what}: ${value}`);
      }
      expect([...new Set(shown)]).toEqual([]);
    });
  });
}
