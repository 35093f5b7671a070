import { describe, expect, it } from 'vitest';
import type { Change } from '../../core/domain/record/changes.ts';
import { feedPart, feedFields, type FeedOptions } from '../../core/vendors/feeds.ts';
import { ManifestField } from '../../core/vendors/manifest.ts';
import type { FeedEntry } from '../../core/vendors/vendor.ts';
import { expectFits } from '../conformance/fits.ts';
import { stored } from './ports.ts';

const entry: FeedEntry = {
  uid: 'abc-1@studio.example', recurrenceId: null, title: 'Wedding Ada & Ben', description: 'Client: ada@example.org', place: 'Orchard Barn', startsAt: '2026-06-30T23:30:00.000Z',
  endsAt: '2026-07-01T05:00:00.000Z', allDay: false, zone: 'Europe/London', status: 'confirmed', busy: true, calendar: 'Shoots', gone: false,
};

function changeOf(more: Partial<FeedEntry> = {}, settings: Record<string, string> = {}, options: FeedOptions = { means: 'events' }): Change {
  const meant = feedPart(options).normalise(stored(JSON.stringify({ ...entry, ...more }), { vendorEvent: 'entry', settings }));
  if (!meant.ok || meant.value.kind !== 'changes' || !meant.value.changes[0]) throw new Error(JSON.stringify(meant));
  expectFits(meant.value.changes[0]);
  return meant.value.changes[0];
}

describe('feeds', () => {
  it('makes an entry of the calendar', () => {
    expect(changeOf()).toEqual({
      kind: 'calendarEvent', remote: { type: 'feed_entry', id: 'abc-1@studio.example', version: null }, wedding: { email: 'ada@example.org', date: '2026-07-01' }, occurredAt: null,
      fields: { title: 'Wedding Ada & Ben', place: 'Orchard Barn', calendar: 'Shoots', startsAt: entry.startsAt, endsAt: entry.endsAt, allDay: false, status: 'confirmed', busy: true, zone: 'Europe/London' },
    });
    expect(changeOf({ gone: true })).toMatchObject({ deleted: true });
  });

  it('makes a booking where the connection says so', () => {
    const settings = { feedMeans: 'bookings', trade: 'photography', vendorName: 'Lumen' };
    expect(changeOf({}, settings)).toMatchObject({ kind: 'booking', fields: { trade: 'photography', vendorName: 'Lumen', status: 'definite', title: 'Wedding Ada & Ben', place: 'Orchard Barn' } });
    expect(changeOf({ gone: true }, settings).fields).toMatchObject({ status: 'cancelled' });
    expect(changeOf({ status: 'tentative' }, { ...settings, trade: 'spaceflight' }, { means: 'events', trade: 'film' }).fields).toMatchObject({ status: 'hold', trade: 'film' });
    expect(changeOf({}, {}, { means: 'bookings', trade: 'music' }).kind).toBe('booking');
  });

  it('says nothing about what the entry leaves out, and keeps odd ids apart', () => {
    expect(Object.keys(changeOf({ title: null, place: null, calendar: null }).fields)).not.toContain('title');
    expect(changeOf({ zone: 'GMT Standard Time' }).fields).toMatchObject({ zone: 'Europe/London' });
    expect(changeOf({ zone: 'Moon/Base' }).fields).toMatchObject({ zone: null });
    const ids = [{ uid: 'x'.repeat(900) }, { uid: `${'x'.repeat(900)}y` }, { uid: 'a\nb' }, { recurrenceId: '2026-07-01T10:00:00Z' }, {}].map((more) => changeOf(more).remote.id);
    expect(new Set(ids).size).toBe(5);
    expect(changeOf({ description: 'ada@example.org and ben@example.org' }).wedding.email).toBeNull();
  });

  it('sets aside what is no entry, and ignores what is no fact', () => {
    for (const more of [{ startsAt: 'soon' }, { endsAt: '2026-06-30T23:00:00.000Z' }, { uid: '' }, { status: 'odd' }]) {
      const meant = feedPart({ means: 'events' }).normalise(stored(JSON.stringify({ ...entry, ...more })));
      expect(meant).toMatchObject({ ok: false, error: { code: 'normalise.shape_unknown' } });
    }
    const part = feedPart({ means: 'events', ignore: ({ title }) => (title === 'Holiday' ? 'their own holiday' : null) });
    expect(part.normalise(stored(JSON.stringify({ ...entry, title: 'Holiday' })))).toEqual({ ok: true, value: { kind: 'ignored', why: 'their own holiday' } });
  });

  it('asks for fields that a manifest takes', () => {
    const fields = feedFields({ means: 'bookings', trade: 'florist' });
    for (const field of fields) expect(ManifestField.safeParse(field).success).toBe(true);
    expect(new Set(fields.map((field) => field.key))).toEqual(new Set(['feedUrl', 'feedMeans', 'zone', 'trade', 'vendorName']));
  });
});
