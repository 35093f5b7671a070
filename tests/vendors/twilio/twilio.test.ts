import twilioLibrary from 'twilio';
import { describe, expect, it } from 'vitest';
import type { Change } from '../../../core/domain/record/changes.ts';
import { twilio } from '../../../core/vendors/twilio/index.ts';
import type { WebhookRequest } from '../../../core/vendors/vendor.ts';
import { bytes, call, CALLED_URL, clockAt, fixture, hashing, noCertificates, stored, webhookOf } from '../ports.ts';
import { form, FORM, json, samples, TOKEN } from './samples.ts';

const { access } = samples;
const verify = (request: WebhookRequest, secrets = access.secrets) => webhookOf(twilio).verify(request, { ...access, secrets }, { hashing, clock: clockAt(0), certificates: noCertificates });
const fieldsOf = (name: string) => JSON.parse(fixture('twilio', name)) as Record<string, string>;
const meantBy = (fields: Readonly<Record<string, string>>) => webhookOf(twilio).normalise(stored(new URLSearchParams(fields).toString(), { mediaType: FORM }));
const spoiled = (request: WebhookRequest, change: (text: string) => string): WebhookRequest => ({ ...request, headers: { 'x-twilio-signature': change(request.headers['x-twilio-signature'] ?? '') } });

function messageOf(fields: Readonly<Record<string, string>>): Extract<Change, { kind: 'message' }> {
  const meant = meantBy(fields);
  if (!meant.ok || meant.value.kind !== 'changes' || meant.value.changes[0]?.kind !== 'message') throw new Error(JSON.stringify(meant));
  return meant.value.changes[0];
}

describe('proof', () => {
  const fields = fieldsOf('received');

  it('takes what the official library signs, also with a query, a port and odd characters', () => {
    for (const url of [CALLED_URL, `${CALLED_URL}?a=1&b=%2F`, 'https://hooks.example.test:8443/x?y']) expect(verify(form(fields, TOKEN, url)).ok, url).toBe(true);
    expect(verify(form({ Body: 'a+b=c&d %20é😀', 'Media[Url]': 'https://x/?a=1', a: '', Z: 'z' })).ok).toBe(true);
  });

  it('signs each value of a repeated name, sorted, once', () => {
    const header = twilioLibrary.getExpectedTwilioSignature(TOKEN, CALLED_URL, { To: ['b', 'a', 'b'], From: 'x' });
    expect(verify(call(bytes('To=b&From=x&To=a&To=b'), { 'x-twilio-signature': header }, { mediaType: FORM })).ok).toBe(true);
    expect(verify(call(bytes('To=b&From=x&To=c'), { 'x-twilio-signature': header }, { mediaType: FORM }))).toEqual({ ok: false, error: 'intake.signature_wrong' });
  });

  it('counts the address with its standard port and without, and no other address', () => {
    const request = form(fields);
    expect(verify({ ...request, url: CALLED_URL.replace('.test/', '.test:443/') }).ok).toBe(true);
    expect(verify(form(fields, TOKEN, CALLED_URL.replace('.test/', '.test:443/'))).ok).toBe(true);
    for (const url of [`${CALLED_URL}?`, CALLED_URL.replace('https', 'http'), `${CALLED_URL}1`, CALLED_URL.toUpperCase(), 'nonsense']) {
      expect(verify({ ...request, url }), url).toEqual({ ok: false, error: 'intake.signature_wrong' });
    }
  });

  it('takes either token while one is promoted', () => {
    const both = { authToken: 'new', authTokenPrevious: 'old' };
    for (const token of ['new', 'old']) expect(verify(form(fields, token), both).ok).toBe(true);
    expect(verify(form(fields, 'older'), both)).toEqual({ ok: false, error: 'intake.signature_wrong' });
  });

  it.each([
    ['too short', (text: string) => text.slice(0, -4)],
    ['too long', (text: string) => `${text}AAAA`],
    ['without its padding', (text: string) => text.replace(/=+$/, '')],
    ['doubled', (text: string) => `${text}, ${text}`],
    ['hexadecimal', (text: string) => Buffer.from(text, 'base64').toString('hex')],
  ])('calls a signature %s malformed', (_name, change) => expect(verify(spoiled(form(fields), change))).toEqual({ ok: false, error: 'intake.signature_malformed' }));

  it('refuses a signature in the wrong case', () => {
    expect(verify(spoiled(form(fields), (text) => text.toLowerCase())).ok).toBe(false);
  });

  it('holds a JSON body against the hash in the signed address, as the library does', () => {
    const good = json(bytes('{"a":1}'));
    expect(verify(good)).toMatchObject({ ok: true, value: { vendorEvent: 'json' } });
    expect(twilioLibrary.validateRequestWithBody(TOKEN, good.headers['x-twilio-signature'] ?? '', good.url, '{"a":1}')).toBe(true);
    expect(verify({ ...good, rawBody: bytes('{"a":2}') })).toEqual({ ok: false, error: 'intake.signature_wrong' });
    expect(verify({ ...good, query: {} })).toEqual({ ok: false, error: 'intake.signature_malformed' });
    expect(verify({ ...good, url: `${good.url}0` })).toEqual({ ok: false, error: 'intake.signature_wrong' });
    expect(verify(json(bytes('[]')))).toEqual({ ok: false, error: 'intake.body_not_json' });
  });

  it('answers with empty TwiML and a key of message and status', () => {
    expect(verify(form(fields))).toMatchObject({ ok: true, value: { deliveryKey: `${fields['MessageSid']}.received`, reply: { mediaType: 'text/xml', body: expect.stringContaining('<Response/>') as string } } });
    const keys = ['queued', 'sent', 'delivered'].map((name) => verify(form(fieldsOf(name)))).map((answer) => answer.ok && answer.value.deliveryKey);
    expect(new Set(keys).size).toBe(3);
  });
});

describe('mapping', () => {
  it('reads what comes in', () => {
    expect(messageOf(fieldsOf('received'))).toMatchObject({
      wedding: { phone: '+447700900123' },
      fields: { channel: 'sms', direction: 'in', status: 'received', text: 'Running 10 min late & sorry!\nSee you at the barn 🌹', fromAddress: '+447700900123', toAddress: '+441632960001' },
    });
    expect(messageOf(fieldsOf('received.media')).fields.text).toBe('(2 attachments)');
    expect(messageOf(fieldsOf('received.whatsapp')).fields).toMatchObject({ channel: 'whatsapp', fromName: 'Ada Host', fromAddress: '+447700900123' });
  });

  it.each([
    ['queued', { status: 'queued', direction: 'out' }],
    ['sent', { status: 'sent' }],
    ['delivered', { status: 'delivered', toAddress: '+447700900123' }],
    ['undelivered', { status: 'failed', failureReason: 'The phone was off or out of reach' }],
    ['failed', { status: 'failed', failureReason: 'Twilio error 30099' }],
    ['read', { status: 'read', channel: 'whatsapp' }],
  ])('%s', (name, expected) => {
    const change = messageOf(fieldsOf(name));
    expect(change.fields).toMatchObject(expected);
    expect(change.fields).not.toHaveProperty('text');
    expect(change.wedding.phone).toMatch(/447700900123$/);
  });

  it('ignores calls, and sets aside what names no message or an unknown status', () => {
    expect(meantBy(fieldsOf('ignored.call'))).toEqual({ ok: true, value: { kind: 'ignored', why: 'calls are not kept' } });
    expect(meantBy({ From: '+1', To: '+2', Body: 'x' })).toMatchObject({ ok: false, error: { code: 'normalise.shape_unknown' } });
    expect(meantBy({ ...fieldsOf('sent'), MessageStatus: 'teleported' })).toMatchObject({ ok: false, error: { code: 'normalise.shape_unknown' } });
    expect(meantBy({ MessageSid: '../etc', MessageStatus: 'sent' })).toMatchObject({ ok: false });
  });
});

describe('who asks not to be texted', () => {
  const at = '2026-11-20T12:00:00.000Z';
  const changesOf = (more: Readonly<Record<string, string>>): readonly Change[] => {
    const meant = webhookOf(twilio).normalise(stored(new URLSearchParams({ ...fieldsOf('received'), ...more }).toString(), { mediaType: FORM, receivedAt: at }));
    if (!meant.ok || meant.value.kind !== 'changes') throw new Error(JSON.stringify(meant));
    return meant.value.changes;
  };
  const from = fieldsOf('received')['From'] ?? '';

  it.each([
    ['STOP', from, 'text', 'withdrawn'],
    ['START', from, 'text', 'given'],
    ['stop', `whatsapp:${from}`, 'whatsapp', 'withdrawn'],
  ])('%s by %s is said of the number, on that channel alone, when it came', (OptOutType, From, channel, state) => {
    const [message, said, ...more] = changesOf({ OptOutType, From });
    expect([message?.kind, more]).toEqual(['message', []]);
    expect(said).toMatchObject({ kind: 'contact', wedding: { phone: from }, fields: { phone: from }, consent: { channel, state, at } });
  });

  it('HELP, a word that only looks like it, and a message without the mark say nothing', () => {
    for (const more of [{ OptOutType: 'HELP' }, { OptOutType: 'NEVER' }, { Body: 'STOP' }]) expect(changesOf(more).map(({ kind }) => kind)).toEqual(['message']);
  });
});
