import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { honeybook } from '../../../core/vendors/honeybook/index.ts';
import type { WebhookRequest } from '../../../core/vendors/vendor.ts';
import { bytes, call, clockAt, fixture, hashing, noCertificates, proverOf, stored, webhookOf } from '../ports.ts';
import { samples } from './samples.ts';

const FORM = 'application/x-www-form-urlencoded';
const { access, nowMs } = samples;
const prove = proverOf(samples);
type Fields = Record<string, unknown>;

const verify = (request: WebhookRequest, secrets = access.secrets) => webhookOf(honeybook).verify(request, { ...access, secrets }, { hashing, clock: clockAt(nowMs), certificates: noCertificates });
const of = (name: string, change: Fields = {}): Fields => ({ ...(JSON.parse(fixture('honeybook', name)) as Fields), ...change });
const without = (fields: Fields, ...names: string[]): Fields => Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));
const form = (fields: Fields): string => {
  const pairs = Object.entries(fields).map(([name, value]) => [name, typeof value === 'object' ? JSON.stringify(value) : String(value)]);
  return new URLSearchParams(pairs).toString();
};
const normalise = (bodyText: string, mediaType = 'application/json') => webhookOf(honeybook).normalise(stored(bodyText, { mediaType, receivedAt: new Date(nowMs).toISOString() }));
const keyOf = (fields: Fields, mediaType = 'application/json'): string => {
  const verified = verify(prove(bytes(mediaType === FORM ? form(fields) : JSON.stringify(fields)), { mediaType }));
  if (!verified.ok) throw new Error(verified.error);
  return verified.value.deliveryKey;
};
const changesOf = (fields: Fields) => {
  const meant = normalise(JSON.stringify(fields));
  if (!meant.ok || meant.value.kind !== 'changes') throw new Error(JSON.stringify(meant));
  return meant.value.changes;
};

describe('proof', () => {
  it('accepts the previous token only while there is one', () => {
    const body = bytes(fixture('honeybook', 'new_inquiry'));
    expect(verify(prove(body, { secret: 'the-old-one' }), { bearerToken: 'the-new-one', bearerTokenPrevious: 'the-old-one' }).ok).toBe(true);
    expect(verify(prove(body, { secret: 'the-old-one' }), { bearerToken: 'the-new-one' })).toEqual({ ok: false, error: 'intake.signature_wrong' });
  });

  it.each([
    ['Basic abc', 'intake.signature_malformed'],
    ['Bearer', 'intake.signature_malformed'],
    ['Bearer a b', 'intake.signature_malformed'],
    ['Bearer short', 'intake.signature_wrong'],
    [`Bearer ${'x'.repeat(10_000)}`, 'intake.signature_wrong'],
  ])('answers "%.20s" with %s', (authorization, error) => {
    expect(verify(call(bytes('{}'), { authorization }))).toEqual({ ok: false, error });
  });
});

describe('repeats', () => {
  it('are known by trigger, record and time', () => {
    expect(keyOf(of('payment_paid'))).toBe('payment_paid:pay-300:2026-10-28T09:20:00.000Z');
    expect(keyOf(of('payment_paid', { zap_run: '2' }))).toBe(keyOf(of('payment_paid')));
    expect(keyOf(of('payment_paid', { updated_at: '2026-10-28T09:21:00.000Z' }))).not.toBe(keyOf(of('payment_paid')));
  });

  it('are known by their fields where no time came, in any order, in both media types', () => {
    const fields = without(of('project_stage_changed'), 'updated_at');
    const key = keyOf(fields);
    expect(key).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(keyOf(Object.fromEntries(Object.entries(fields).reverse()))).toBe(key);
    expect(keyOf({ ...fields, zap_run: '2', updated_at: '' })).toBe(key);
    expect(keyOf(fields, FORM)).toBe(key);
    expect(keyOf({ ...fields, project_stage: 'Planning' })).not.toBe(key);
  });
});

describe('mapping', () => {
  it('means the same as JSON and as a form', () => {
    for (const name of ['new_inquiry', 'payment_paid', 'meeting_scheduled']) {
      expect(normalise(form(of(name)), FORM)).toEqual(normalise(JSON.stringify(of(name))));
      expect(verify(prove(bytes(form(of(name))), { mediaType: FORM }))).toMatchObject({ ok: true, value: { vendorEvent: name } });
    }
  });

  it('makes an enquiry a contact and a lead', () => {
    expect(changesOf(of('new_inquiry'))).toEqual([
      {
        kind: 'contact',
        remote: { type: 'client', id: 'c-100', version: '2026-10-26T09:15:00.000Z' },
        wedding: { email: 'couple@example.org', date: '2026-11-20', remote: { type: 'project', id: 'p-200' } },
        occurredAt: '2026-10-26T09:15:00.000Z',
        fields: { role: 'couple', name: 'Ada Example', email: 'couple@example.org', phone: '+44 7700 900123' },
      },
      {
        kind: 'booking',
        remote: { type: 'project', id: 'p-200', version: '2026-10-26T09:15:00.000Z' },
        wedding: { email: 'couple@example.org', date: '2026-11-20', remote: { type: 'client', id: 'c-100' } },
        occurredAt: '2026-10-26T09:15:00.000Z',
        fields: { title: 'Bouquets and table flowers', trade: 'florist', vendorName: 'Thistle & Rye Flowers', status: 'lead' },
        contactRemote: { type: 'client', id: 'c-100' },
        begins: true,
      },
    ]);
  });

  it.each([
    ['Inquiry', 'lead'],
    ['Proposal sent', 'hold'],
    ['retainer_paid', 'definite'],
    ['Completed', 'completed'],
    ['Canceled', 'cancelled'],
  ])('reads the stage %s as %s', (project_stage, status) => {
    expect(changesOf(of('project_stage_changed', { project_stage })).at(-1)?.fields).toMatchObject({ status });
  });

  it('leaves the status alone for a stage that it does not know', () => {
    expect(changesOf(of('project_stage_changed', { project_stage: 'Mood board' })).at(-1)?.fields).not.toHaveProperty('status');
  });

  it('takes money exactly, and finds its project', () => {
    expect(changesOf(of('payment_paid'))).toMatchObject([
      {
        kind: 'payment',
        remote: { type: 'payment', id: 'pay-300' },
        bookingRemote: { type: 'project', id: 'p-200' },
        fields: { status: 'completed', amountMinor: 142_050, currency: 'GBP', paidAt: '2026-10-28T09:19:58.000Z' },
      },
    ]);
  });

  it('keeps a moved meeting the same meeting', () => {
    const before = changesOf(without(of('meeting_scheduled'), 'meeting_id'))[0];
    const after = changesOf(without(of('meeting_scheduled', { meeting_starts_at: '2026-11-03T15:00:00Z' }), 'meeting_id'))[0];
    expect(after?.remote.id).toBe(before?.remote.id);
    expect(after?.fields).toMatchObject({ title: 'Meeting: Tasting', startsAt: '2026-11-03T15:00:00.000Z', place: 'Studio' });
  });

  it.each([
    ['an unknown trigger', { trigger: 'client_deleted' }, 'normalise.event_unknown'],
    ['no trigger', { trigger: '' }, 'normalise.shape_unknown'],
    ['an amount that may mean two', { amount: '1.420,50' }, 'normalise.shape_unknown'],
    ['no currency', { currency: '' }, 'normalise.shape_unknown'],
    ['nothing to know the payment by', { payment_id: '', paid_at: '' }, 'normalise.shape_unknown'],
  ])('quarantines %s', (_name, change, code) => {
    expect(normalise(JSON.stringify(of('payment_paid', change)))).toMatchObject({ ok: false, error: { code } });
  });

  it('quarantines a meeting whose time has no zone', () => {
    const noZone = JSON.stringify(of('meeting_scheduled', { meeting_starts_at: '2026-11-02T15:00:00' }));
    expect(normalise(noZone)).toMatchObject({ ok: false, error: { code: 'normalise.shape_unknown' } });
  });

  it('documents every field that it reads', () => {
    const readme = readFileSync(new URL('../../../core/vendors/honeybook/README.md', import.meta.url), 'utf8');
    const fields = (honeybook.manifest.bridge?.triggers ?? []).flatMap((trigger) => [...trigger.required, ...trigger.optional]);
    for (const field of new Set(fields)) expect(readme, field).toContain(`\`${field}\``);
  });
});
