import { verifySlackRequest } from '@slack/bolt';
import { describe, expect, it } from 'vitest';
import type { Change } from '../../../core/domain/record/changes.ts';
import { isStale } from '../../../core/domain/record/versions.ts';
import { slack } from '../../../core/vendors/slack/index.ts';
import type { WebhookRequest } from '../../../core/vendors/vendor.ts';
import { always } from '../../conformance/fits.ts';
import { bytes, call, clockAt, fixture, hashing, noCertificates, stored, webhookOf } from '../ports.ts';
import { nowMs, samples, signed } from './samples.ts';

const { access } = samples;
const verify = (request: WebhookRequest, secrets = access.secrets) => webhookOf(slack).verify(request, { ...access, secrets }, { hashing, clock: clockAt(nowMs), certificates: noCertificates });
const normalise = (text: string, mediaType = 'application/json') => webhookOf(slack).normalise(stored(text, { mediaType }));

function messageOf(text: string): Extract<Change, { kind: 'message' }> {
  const meant = normalise(text);
  if (!meant.ok || meant.value.kind !== 'changes' || meant.value.changes[0]?.kind !== 'message') throw new Error(JSON.stringify(meant));
  return meant.value.changes[0];
}
const messageIn = (name: string) => messageOf(fixture('slack', name));

describe('proof', () => {
  // The example that Slack publishes with the rule.
  const body =
    'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c';
  const headers = { 'x-slack-request-timestamp': '1531420618', 'x-slack-signature': 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503' };
  const secrets = { signingSecret: '8f742231b10e8888abcd99yyyzzz85a5' };

  it('takes the published vector', () => {
    const form = call(bytes(body), headers, { mediaType: 'application/x-www-form-urlencoded' });
    const at = (ms: number) => webhookOf(slack).verify(form, { ...access, secrets }, { hashing, clock: clockAt(ms), certificates: noCertificates });
    expect(at(1_531_420_618_000)).toMatchObject({ ok: true, value: { vendorEvent: 'interaction', reply: { status: 200, body: '' } } });
    expect(at(nowMs)).toEqual({ ok: false, error: 'intake.timestamp_outside_window' });
  });

  it('agrees with the official verifier', () => {
    const text = fixture('slack', 'message');
    const official = (given: Record<string, string>) => {
      try {
        verifySlackRequest({
          signingSecret: access.secrets['signingSecret'] ?? '', body: text, nowMilliseconds: nowMs,
          headers: { 'x-slack-signature': given['x-slack-signature'] ?? '', 'x-slack-request-timestamp': Number(given['x-slack-request-timestamp']) },
        });
        return true;
      } catch {
        return false;
      }
    };
    for (const given of [signed(bytes(text)), signed(bytes(text), 'other'), signed(bytes(text), undefined, nowMs - 299_000), signed(bytes(text), undefined, nowMs - 301_000)]) {
      expect(verify(call(bytes(text), given)).ok).toBe(official(given));
    }
  });

  it('takes either secret while one is replaced, and hexadecimal in either case', () => {
    const text = bytes(fixture('slack', 'message'));
    const both = { signingSecret: 'new', signingSecretPrevious: 'old' };
    for (const secret of ['new', 'old']) expect(verify(call(text, signed(text, secret)), both).ok).toBe(true);
    expect(verify(call(text, signed(text, 'older')), both)).toEqual({ ok: false, error: 'intake.signature_wrong' });
    const upper = signed(text);
    expect(verify(call(text, { ...upper, 'x-slack-signature': `v0=${(upper['x-slack-signature'] ?? '').slice(3).toUpperCase()}` })).ok).toBe(true);
  });

  it.each([
    ['too short', (text: string) => text.slice(0, -2)],
    ['too long', (text: string) => `${text}00`],
    ['of another version', (text: string) => text.replace('v0=', 'v1=')],
    ['doubled', (text: string) => `${text}, ${text}`],
    ['without its version', (text: string) => text.slice(3)],
  ])('calls a signature %s malformed', (_name, change) => {
    const text = bytes(fixture('slack', 'message'));
    const given = signed(text);
    expect(verify(call(text, { ...given, 'x-slack-signature': change(given['x-slack-signature'] ?? '') }))).toEqual({ ok: false, error: 'intake.signature_malformed' });
  });

  it('keeps a repeat under the same key, and a challenge that is no challenge', () => {
    const text = bytes(fixture('slack', 'message'));
    const again = verify(call(text, { ...signed(text, undefined, nowMs + 60_000), 'x-slack-retry-num': '1', 'x-slack-retry-reason': 'http_timeout' }));
    expect(again).toMatchObject({ ok: true, value: { deliveryKey: 'Ev0FIXTURE1' } });
    const odd = bytes(JSON.stringify({ type: 'url_verification', challenge: '<b>\n' }));
    const answer = verify(call(odd, signed(odd)));
    expect(answer.ok && answer.value.nothing).toBe(undefined);
  });
});

describe('mapping', () => {
  it('reads a message as a person would', () => {
    expect(messageIn('message')).toEqual({
      kind: 'message', remote: { type: 'message', id: 'C0GARDEN:1793000000.000100', version: '1793000000.000100' }, wedding: { remote: null }, occurredAt: '2026-10-26T07:33:20.000Z',
      fields: {
        channel: 'slack', direction: 'in', toAddress: 'C0GARDEN', fromAddress: 'U0ADA', fromName: 'Ada Host', sentAt: '2026-10-26T07:33:20.000Z',
        text: 'Band loads in at 5 pm, see the plan (https://example.org/plan?a=1&b=2) & tell @U0BEN',
      },
    });
    expect(messageIn('message.file')).toMatchObject({ wedding: { remote: { type: 'message', id: 'C0GARDEN:1793000000.000100' } }, fields: { text: 'seating.pdf' } });
  });

  it('keeps a message in one row over its edits, in the order in which they happened', () => {
    const told = ['message', 'message_changed', 'message_deleted'].map(messageIn);
    expect(new Set(told.map((change) => change.remote.id)).size).toBe(1);
    expect(told.map((change) => change.fields.text)).toEqual([expect.any(String), 'Band loads in at 6 pm', null]);
    expect(isStale(told[0]?.remote.version ?? null, told[1]?.remote.version ?? null)).toBe(true);
    expect(isStale(told[1]?.remote.version ?? null, told[2]?.remote.version ?? null)).toBe(true);
    expect(isStale('1793000000.000101', '1793000000.000100')).toBe(false);
    expect(isStale('1793000000.000100', '1793000000.000101')).toBe(true);
  });

  it('leaves out what apps write, also our own', () => {
    const body = JSON.parse(fixture('slack', 'message')) as { event: Record<string, unknown> };
    body.event['user'] = 'U0BOT';
    for (const text of [fixture('slack', 'ignored.bot'), JSON.stringify(body)]) expect(normalise(text)).toEqual({ ok: true, value: { kind: 'ignored', why: 'written by an app' } });
    expect(normalise(fixture('slack', 'ignored.preview'))).toEqual({ ok: true, value: { kind: 'ignored', why: 'its words are the same' } });
    expect(normalise(fixture('slack', 'ignored.reaction'))).toEqual({ ok: true, value: { kind: 'ignored', why: 'reaction_added is not needed for the record' } });
    expect(normalise('payload=%7B%22type%22%3A%22shortcut%22%7D', 'application/x-www-form-urlencoded')).toMatchObject({ value: { kind: 'ignored', why: expect.stringContaining('shortcut') as string } });
  });

  it('sets aside a message without a channel or a time', () => {
    for (const drop of ['channel', 'ts']) {
      const body = JSON.parse(fixture('slack', 'message')) as { event: Record<string, unknown> };
      delete body.event[drop];
      expect(normalise(JSON.stringify(body))).toMatchObject({ ok: false, error: { code: 'normalise.shape_unknown' } });
    }
  });
});

it('tells a token that was withdrawn from a limit, though Slack answers 200 to both', async () => {
  const ask = (error: string) => slack.test!(access, { http: always({ status: 200, headers: {}, body: JSON.stringify({ ok: false, error }) }), clock: clockAt(nowMs) });
  expect(await ask('token_revoked')).toMatchObject({ ok: false, error: { code: 'normalise.no_access', message: 'Slack answered: token_revoked.' } });
  expect(await ask('ratelimited')).toMatchObject({ ok: false, error: { retryable: true } });
  expect(await ask('<script>')).toMatchObject({ ok: false, error: { message: 'Slack answered: an unknown reason.' } });
});
