import { Client } from '@great-detail/whatsapp';
import { describe, expect, it } from 'vitest';
import type { Change } from '../../../core/domain/record/changes.ts';
import type { Http } from '../../../core/ports/ports.ts';
import type { WebhookRequest } from '../../../core/vendors/vendor.ts';
import { whatsapp } from '../../../core/vendors/whatsapp/index.ts';
import { bytes, call, clockAt, fixture, hashing, noCertificates, stored, webhookOf } from '../ports.ts';
import { question, samples, signed, VERIFY_TOKEN } from './samples.ts';

const { access } = samples;
const part = webhookOf(whatsapp);
const verify = (request: WebhookRequest, secrets = access.secrets) => part.verify(request, { ...access, secrets }, { hashing, clock: clockAt(0), certificates: noCertificates });
const keyOf = (body: unknown) => {
  const text = bytes(JSON.stringify(body));
  const answer = verify(call(text, signed(text)));
  if (!answer.ok) throw new Error(answer.error);
  return answer.value.deliveryKey;
};
function messagesIn(text: string): Extract<Change, { kind: 'message' }>[] {
  const meant = part.normalise(stored(text));
  if (!meant.ok || meant.value.kind !== 'changes') throw new Error(JSON.stringify(meant));
  return meant.value.changes.filter((change) => change.kind === 'message');
}
interface Delivery {
  entry: { id: string; changes: { value: { messages?: Record<string, unknown>[]; statuses?: Record<string, unknown>[] } }[] }[];
}
const parsed = (name: string) => JSON.parse(fixture('whatsapp', name)) as Delivery;

describe('proof', () => {
  const text = bytes(fixture('whatsapp', 'message.text'));
  const headers = signed(text);
  const header = headers['x-hub-signature-256'] ?? '';

  it('is believed by a library of others wherever we believe it; Meta has none', async () => {
    const event = await new Client().webhook.eventNotification({ method: 'POST', query: {}, headers, body: new TextDecoder().decode(text) });
    expect(verify(call(text, headers)).ok).toBe(true);
    expect(await event.checkSignature(access.secrets['appSecret'] ?? '')).toBe(true);
    expect(await event.checkSignature('another secret')).toBe(false);
  });

  it('takes either secret while one is reset, and hexadecimal in either case', () => {
    const both = { appSecret: 'new', appSecretPrevious: 'old' };
    for (const secret of ['new', 'old']) expect(verify(call(text, signed(text, secret)), both).ok).toBe(true);
    expect(verify(call(text, { 'x-hub-signature-256': `sha256=${header.slice(7).toUpperCase()}` })).ok).toBe(true);
  });

  it.each([
    ['too short', header.slice(0, -2)],
    ['too long', `${header}00`],
    ['doubled', `${header}, ${header}`],
    ['without its prefix', header.slice(7)],
    ['of the older kind', header.replace('sha256', 'sha1')],
    ['with its prefix in capitals', header.replace('sha256', 'SHA256')],
  ])('calls a signature %s malformed', (_name, given) => expect(verify(call(text, { 'x-hub-signature-256': given }))).toEqual({ ok: false, error: 'intake.signature_malformed' }));

  it('knows the same facts in another wrapping, and tells more facts from fewer', () => {
    const batch = parsed('batch');
    const turned = parsed('batch');
    turned.entry[0]?.changes.reverse();
    turned.entry[0]?.changes[1]?.value.messages?.reverse();
    expect(keyOf(turned)).toBe(keyOf(batch));
    const fewer = parsed('batch');
    fewer.entry[0]?.changes.pop();
    expect(keyOf(fewer)).not.toBe(keyOf(batch));
    const unnamed = parsed('batch');
    delete unnamed.entry[0]?.changes[0]?.value.messages?.[0]?.['id'];
    expect(keyOf(unnamed)).toMatch(/^sha256:/);
  });

  it('has no answer while it has no token, whatever is asked', () => {
    const none = { ...access, secrets: { appSecret: 'x' } };
    for (const token of ['', VERIFY_TOKEN]) {
      expect(part.handshake?.(question({ 'hub.mode': 'subscribe', 'hub.verify_token': token, 'hub.challenge': '1' }), none, { hashing })).toMatchObject({ status: 403 });
    }
    expect(part.handshake?.(question({}), access, { hashing })).toBeNull();
  });
});

describe('mapping', () => {
  it('reads a message with its number, name, time and what it answers', () => {
    expect(messagesIn(fixture('whatsapp', 'message.text'))).toEqual([
      {
        kind: 'message', remote: { type: 'message', id: 'wamid.FIXTURE1=', version: null }, wedding: { phone: '+447700900123', remote: { type: 'message', id: 'wamid.OUT1=' } }, occurredAt: '2026-10-26T07:33:21.000Z',
        fields: {
          channel: 'whatsapp', direction: 'in', status: 'received', text: 'Can we move the cake to 4 pm?', fromName: 'Ada Host', fromAddress: '+447700900123', toAddress: '+441632960001', sentAt: '2026-10-26T07:33:21.000Z',
        },
      },
    ]);
  });

  it.each([
    ['message.image', 'The arch'],
    ['message.audio', '(voice message)'],
    ['message.button', 'Yes, 80 guests'],
    ['message.document', '(document) seating.pdf'],
  ])('%s', (name, text) => expect(messagesIn(fixture('whatsapp', name))[0]?.fields.text).toBe(text));

  it('takes everything out of a batch, and each stage of one message', () => {
    expect(messagesIn(fixture('whatsapp', 'batch')).map((change) => [change.remote.id, change.fields.direction])).toEqual([['wamid.FIXTURE6=', 'in'], ['wamid.FIXTURE7=', 'in'], ['wamid.OUT3=', 'out']]);
    const stages = messagesIn(fixture('whatsapp', 'statuses'));
    expect(stages.map((change) => change.fields.status)).toEqual(['sent', 'delivered', 'read']);
    expect(new Set(stages.map((change) => change.remote.id)).size).toBe(1);
    expect(messagesIn(fixture('whatsapp', 'status.failed'))[0]?.fields).toMatchObject({ status: 'failed', failureReason: 'Not on WhatsApp' });
  });

  it('sets a batch aside in which one item cannot be read', () => {
    const odd = parsed('batch');
    odd.entry[0]?.changes[1]?.value.statuses?.push({ id: 'wamid.X', status: 'beamed' });
    for (const body of [odd, { object: 'whatsapp_business_account', entry: 7 }, { object: 'whatsapp_business_account', entry: [{ id: '1', changes: [{ field: 'messages', value: { messages: [{ id: 'x' }] } }] }] }]) {
      expect(part.normalise(stored(JSON.stringify(body)))).toMatchObject({ ok: false, error: { code: 'normalise.shape_unknown' } });
    }
  });

  it('ignores reactions, other fields and other products', () => {
    for (const text of [fixture('whatsapp', 'ignored.reaction'), fixture('whatsapp', 'ignored.template'), '{"object":"page","entry":[]}']) {
      expect(part.normalise(stored(text))).toMatchObject({ ok: true, value: { kind: 'ignored' } });
    }
  });
});

describe('who stops news', () => {
  const preference = (more: object = {}) => ({ wa_id: '16505551234', detail: 'They asked', category: 'marketing_messages', value: 'stop', timestamp: 1_763_640_000, ...more });
  const body = (preferences: unknown) => ({
    object: 'whatsapp_business_account',
    entry: [{ id: '1', changes: [{ field: 'user_preferences', value: { messaging_product: 'whatsapp', metadata: { display_phone_number: '15550783881', phone_number_id: '106540352242922' }, contacts: [], user_preferences: preferences } }] }],
  });
  const meant = (preferences: unknown) => part.normalise(stored(JSON.stringify(body(preferences))));

  it('is said of their number for this channel, at the time that it names', () => {
    const at = new Date(1_763_640_000_000).toISOString();
    const said = (state: string) => ({ kind: 'contact', wedding: { phone: '+16505551234' }, consent: { channel: 'whatsapp', state, at } });
    expect(meant([preference(), preference({ value: 'resume', timestamp: '1763640000' })])).toMatchObject({ ok: true, value: { kind: 'changes', changes: [said('withdrawn'), said('given')] } });
  });

  it('another category is passed over; one without a choice, a number or a time is set aside', () => {
    expect(meant([preference({ category: 'something_new' })])).toMatchObject({ ok: true, value: { kind: 'ignored' } });
    for (const broken of [{ value: 'maybe' }, { wa_id: null }, { timestamp: 'soon' }]) expect(meant([preference(broken)])).toMatchObject({ ok: false, error: { code: 'normalise.shape_unknown' } });
    expect(meant('stop')).toMatchObject({ ok: false });
  });

  it('the same choice is one delivery, another one is another', () => {
    const other = { ...body([preference()]), trace: 'x' };
    expect(keyOf(other)).toBe(keyOf(body([preference()])));
    expect(keyOf(body([preference({ value: 'resume' })]))).not.toBe(keyOf(body([preference()])));
    const text = bytes(JSON.stringify(body([preference()])));
    expect(verify(call(text, signed(text)))).toMatchObject({ ok: true, value: { vendorEvent: 'user_preferences' } });
  });
});

describe('trying it out', () => {
  const details = async (businessAccountId: string, apps: readonly object[] = []) => {
    const http: Http = {
      send: (request) => Promise.resolve(request.url.endsWith('/subscribed_apps') ? { status: 200, headers: {}, body: JSON.stringify({ data: apps }) } : samples.tryOut!.respond(request)),
    };
    const report = await whatsapp.test!({ ...samples.access, settings: { ...samples.access.settings, businessAccountId } }, { http, clock: clockAt(samples.nowMs) });
    return report.ok ? report.value.details : report.error.code;
  };

  it('says whether an app is subscribed to the business account', async () => {
    expect(await details('102290129340398', [{ whatsapp_business_api_data: { id: '1', name: 'Orchard desk' } }, {}])).toContain('Subscribed to the business account: Orchard desk, one without a name');
    expect(await details('102290129340398')).toContain('No app is subscribed to the business account: nothing will come until yours is.');
    expect(await details('')).toContain('Without the business account ID it is not known whether your app is subscribed to the account.');
    for (const wrong of ['orchard', '../me', '1']) expect(await details(wrong)).toBe('normalise.reread_refused');
  });
});
