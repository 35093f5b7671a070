import { readFileSync } from 'node:fs';
import type { Change } from '../../core/domain/record/changes.ts';
import type { FeedEntry, ReadMail, VendorModule } from '../../core/vendors/vendor.ts';
import type { VendorSamples } from '../conformance/samples.ts';
import { bytes, call, fixture, stored, webhookOf } from './ports.ts';

/** Systems without an API are tested alike: a body per trigger, rows, entries and mails as fixtures. */

const TOKEN = 'bridge_fixture_token_0123456789';
const JSON_TYPE = 'application/json';

export const SETTINGS: Readonly<Record<string, string>> = { zone: 'Europe/London', dateOrder: 'day_first', currency: 'GBP', vendorName: 'Kestrel & Vale' };

const listOf = <T>(vendor: string, name: string): readonly T[] => JSON.parse(readFileSync(new URL(`./${vendor}/fixtures/${name}.json`, import.meta.url), 'utf8')) as T[];

export function recipeSamples(vendor: VendorModule): VendorSamples {
  const { id, bridge, capabilities } = vendor.manifest;
  return {
    vendor,
    nowMs: 1_795_000_000_000,
    access: {
      connectionId: '0199a000-0000-7000-8000-00000000c003',
      settings: SETTINGS,
      secrets: { ...(bridge ? { bearerToken: TOKEN } : {}), ...(capabilities.feed ? { feedUrl: 'https://calendar.example.org/secret.ics' } : {}) },
    },
    ...(bridge
      ? {
          prove: (body, options = {}) => {
            const mediaType = options.mediaType ?? JSON_TYPE;
            return call(body, { authorization: `Bearer ${options.secret ?? TOKEN}`, 'content-type': mediaType }, { mediaType });
          },
        }
      : {}),
    deliveries: (bridge?.triggers ?? []).map(({ trigger }) => ({ name: trigger, body: fixture(id, trigger), mediaType: JSON_TYPE })),
    ...(capabilities.file ? { file: { rows: listOf<Record<string, string>>(id, 'rows') } } : {}),
    ...(capabilities.feed ? { feed: { entries: listOf<FeedEntry>(id, 'entries') } } : {}),
    ...(capabilities.mail ? { mail: { mails: listOf<ReadMail>(id, 'mails') } } : {}),
  };
}

/** A change in one word, for tables: `booking:lead`, `payment:completed`, `contact`. */
export function word(change: Change): string {
  const { status } = change.fields as { status?: string };
  const deleted = 'deleted' in change && change.deleted === true;
  return deleted ? `${change.kind}:gone` : status === undefined ? change.kind : `${change.kind}:${status}`;
}

type Meant = ReturnType<NonNullable<VendorModule['feed']>['normalise']>;
export function changesOf(meant: Meant): readonly Change[] {
  if (!meant.ok) throw new Error(`${meant.error.code}: ${meant.error.message}`);
  if (meant.value.kind !== 'changes') throw new Error(JSON.stringify(meant.value));
  return meant.value.changes;
}

/** What the bridge makes of a body; `settings` in place of the usual ones. */
export const bridged = (vendor: VendorModule, body: Readonly<Record<string, unknown>>, settings = SETTINGS): Meant => webhookOf(vendor).normalise(stored(JSON.stringify(body), { settings }));

/** A trigger's fixture with some fields changed; undefined takes one out. */
export const bodyOf = (vendor: VendorModule, trigger: string, change: Readonly<Record<string, unknown>> = {}): Record<string, unknown> => ({
  ...(JSON.parse(fixture(vendor.manifest.id, trigger)) as Record<string, unknown>),
  ...change,
});

/** By trigger, what its fixture means. */
export const triggerWords = (vendor: VendorModule): Record<string, string[]> =>
  Object.fromEntries((vendor.manifest.bridge?.triggers ?? []).map(({ trigger }) => [trigger, changesOf(bridged(vendor, bodyOf(vendor, trigger))).map(word)]));

/** What the rows, entries or mails of the fixtures mean. */
export function rowWords({ vendor, file, access: { settings } }: VendorSamples): string[][] {
  return (file?.rows ?? []).map((row) => {
    const brought = vendor.file?.bring(row, settings);
    if (brought?.ok !== true) throw new Error(JSON.stringify(brought));
    return changesOf(vendor.file!.normalise(stored(brought.value.body, { settings }))).map(word);
  });
}
export const entryWords = ({ vendor, feed }: VendorSamples, settings: Readonly<Record<string, string>>): string[][] =>
  (feed?.entries ?? []).map((entry) => changesOf(vendor.feed!.normalise(stored(JSON.stringify(entry), { settings }))).map(word));
export const mailChanges = ({ vendor, mail }: VendorSamples, settings = SETTINGS): (readonly Change[])[] =>
  (mail?.mails ?? []).map((each) => changesOf(vendor.mail!.normalise(stored(JSON.stringify(each), { settings }))));

export const bodyBytes = (body: Readonly<Record<string, unknown>>): Uint8Array => bytes(JSON.stringify(body));
