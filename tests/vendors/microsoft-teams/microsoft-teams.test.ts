import { describe, expect, it } from 'vitest';
import type { Change } from '../../../core/domain/record/changes.ts';
import { microsoftTeams } from '../../../core/vendors/microsoft-teams/index.ts';
import type { WebhookRequest } from '../../../core/vendors/vendor.ts';
import { bytes, call, clockAt, fixture, hashing, noCertificates, stored, webhookOf } from '../ports.ts';
import { samples, signed, TOKEN } from './samples.ts';

const { access } = samples;
const part = webhookOf(microsoftTeams);
const verify = (request: WebhookRequest, secrets = access.secrets) => part.verify(request, { ...access, secrets }, { hashing, clock: clockAt(0), certificates: noCertificates });
const text = fixture('microsoft-teams', 'message');

function messageOf(body: string): Extract<Change, { kind: 'message' }> {
  const meant = part.normalise(stored(body));
  if (!meant.ok || meant.value.kind !== 'changes' || meant.value.changes[0]?.kind !== 'message') throw new Error(JSON.stringify(meant));
  return meant.value.changes[0];
}

describe('proof', () => {
  it('takes a vector made elsewhere, with a key in base64', () => {
    // printf '{"type":"message"}' | openssl dgst -sha256 -mac HMAC -macopt hexkey:6b6579 -binary | base64
    const headers = { authorization: 'HMAC +hGBvrgzNZqFlM4ZGGnEyQqaNqVr550C8gCWZe2DW0c=' };
    expect(verify(call(bytes('{"type":"message"}'), headers), { securityToken: 'a2V5' })).toMatchObject({ ok: true, value: { vendorEvent: 'message', reply: { status: 200, mediaType: 'application/json' } } });
  });

  it('takes either token while one is replaced, and none that is no base64', () => {
    const other = Buffer.from('other').toString('base64');
    for (const token of [TOKEN, other]) expect(verify(call(bytes(text), signed(bytes(text), token)), { securityToken: TOKEN, securityTokenPrevious: other }).ok).toBe(true);
    expect(verify(call(bytes(text), signed(bytes(text))), { securityToken: 'not base64!' })).toEqual({ ok: false, error: 'intake.secret_missing' });
  });

  const header = signed(bytes(text))['authorization'] ?? '';
  it.each([
    ['too short', header.slice(0, -4)],
    ['too long', `${header}AAAA`],
    ['doubled', `${header}, ${header}`],
    ['of another scheme', header.replace('HMAC', 'Bearer')],
    ['hexadecimal', `HMAC ${Buffer.from(header.slice(5), 'base64').toString('hex')}`],
  ])('calls a signature %s malformed', (_name, authorization) => expect(verify(call(bytes(text), { authorization }))).toEqual({ ok: false, error: 'intake.signature_malformed' }));

  it('answers what Teams can show, and keeps a message under its own number', () => {
    const answer = verify(call(bytes(text), signed(bytes(text))));
    if (!answer.ok) throw new Error(answer.error);
    expect(JSON.parse(answer.value.reply?.body ?? '')).toEqual({ type: 'message', text: 'Noted.' });
    expect(answer.value.deliveryKey).toBe('19:garden@thread.tacv2;messageid=1793000000123:1793000000123');
  });
});

describe('mapping', () => {
  it('reads the words without their markup', () => {
    expect(messageOf(text)).toMatchObject({
      wedding: { remote: null }, occurredAt: '2026-10-26T07:33:20.123Z',
      fields: { channel: 'teams', direction: 'in', fromName: 'Ada Host', text: 'The florist is here & needs the key\nGate 2', toAddress: '19:garden@thread.tacv2' },
    });
  });

  it('puts an answer where its thread belongs', () => {
    expect(messageOf(fixture('microsoft-teams', 'message.answer')).wedding.remote).toEqual({ type: 'message', id: messageOf(text).remote.id });
  });

  it('ignores other types and sets aside what has no number', () => {
    expect(part.normalise(stored(fixture('microsoft-teams', 'ignored.reaction')))).toMatchObject({ ok: true, value: { kind: 'ignored' } });
    for (const body of ['{"type":"message"}', '{}', '{"type":"message","id":"1","conversation":{"id":"a b"}}']) expect(part.normalise(stored(body))).toMatchObject({ ok: false, error: { code: 'normalise.shape_unknown' } });
  });
});
