import { z } from 'zod';
import { err, ok } from '../../contract/result.ts';
import { apiClient, type ApiClient } from '../apiClient.ts';
import { encodeBase64, encodeUtf8 } from '../bytes.ts';
import { noAccess, queryText, refused, SAFE_SEGMENT } from '../calls.ts';
import { instantOfText, shortText } from '../fields.ts';
import { boundedId, readCursor, textMark } from '../ids.ts';
import { parseJsonObject } from '../signatures.ts';
import type { Brought, CallPorts, ConnectionAccess, PollPart, VendorModule } from '../vendor.ts';
import { memberChanges } from './mapping.ts';

const PAGE = 200;
const LOOK_BACK_MS = 365 * 86_400_000;
const FIELDS = ['id', 'unique_email_id', 'email_address', 'full_name', 'status', 'merge_fields', 'last_changed', 'timestamp_opt', 'timestamp_signup']
  .map((name) => `members.${name}`)
  .join(',');

const Members = z.object({ members: z.array(z.unknown()) });

/** The data centre is the end of the key; null for a key without one, or none. */
function clientOf(access: ConnectionAccess, ports: CallPorts): ApiClient | null {
  const key = access.secrets['apiKey'] ?? '';
  const dc = /-([a-z]{2,5}\d{1,4})$/.exec(key)?.[1];
  if (key === '' || (dc === undefined && !access.settings['baseUrl'])) return null;
  const headers = () => ({ authorization: `Basic ${encodeBase64(encodeUtf8(`key:${key}`))}` });
  return apiClient({ who: 'Mailchimp', baseUrl: `https://${dc ?? 'unknown'}.api.mailchimp.com/3.0`, headers }, access, ports);
}

const NO_KEY = 'The connection has no API key, or one that does not name its data centre.';

const changedAt = (member: unknown): string | null =>
  typeof member === 'object' && member !== null ? instantOfText((member as Record<string, unknown>)['last_changed']) : null;

function brought(member: unknown): Brought {
  const { unique_email_id: unique, id } = typeof member === 'object' && member !== null ? (member as Record<string, unknown>) : {};
  const body = JSON.stringify(member);
  const who = [unique, id].find((one): one is string => typeof one === 'string' && one !== '') ?? 'without-id';
  return { key: `${boundedId(who, 100)}@${changedAt(member) ?? ''}.${textMark(body)}`, event: 'member', body };
}

export const poll: PollPart = {
  everySeconds: 900,

  async read(cursor, access, ports) {
    const list = access.settings['listId'] ?? '';
    const client = clientOf(access, ports);
    if (client === null) return noAccess(NO_KEY);
    if (!SAFE_SEGMENT.test(list)) return refused('The audience ID is none.');
    const held = readCursor(cursor) ?? {};
    const since = instantOfText(held['since']) ?? new Date(ports.clock.now() - LOOK_BACK_MS).toISOString();
    const offset = typeof held['offset'] === 'number' && held['offset'] >= 0 ? held['offset'] : 0;
    const query = queryText({ since_last_changed: since, count: PAGE, offset, sort_field: 'last_changed', sort_dir: 'ASC', fields: FIELDS });
    const page = await client.read(`/lists/${list}/members?${query}`, 'the members', Members);
    if (!page.ok) return page;
    const { members } = page.value;
    const full = members.length >= PAGE;
    const last = changedAt(members.at(-1));
    // By time and not by page number: whoever changes meanwhile moves, and would push somebody else over the edge. One second
    // is read again, so that the others of that second are not missed.
    const next = last === null ? null : new Date(Date.parse(last) - 1000).toISOString();
    const moved = next !== null && next > since;
    const on = moved ? { since: next } : { since, ...(full ? { offset: offset + members.length } : {}) };
    return ok({ items: members.map(brought), cursor: JSON.stringify(on), more: full });
  },

  normalise({ bodyText }) {
    const member = parseJsonObject(bodyText);
    return member.ok ? memberChanges(member.value) : err({ code: 'normalise.shape_unknown', message: 'The stored member is not a JSON object.' });
  },
};

const Ping = z.object({ health_status: z.string() });

export const tryOut: NonNullable<VendorModule['test']> = async (access, ports) => {
  const client = clientOf(access, ports);
  if (client === null) return noAccess(NO_KEY);
  const ping = await client.read('/ping', 'a ping', Ping);
  return ping.ok ? ok({ account: null, details: [shortText(ping.value.health_status) ?? 'Mailchimp has answered'] }) : ping;
};
