import { icalFeed } from '../../../core/vendors/ical-feed/index.ts';
import type { FeedEntry } from '../../../core/vendors/vendor.ts';
import type { VendorSamples } from '../../conformance/vendor.conformance.ts';

export const entry: FeedEntry = {
  uid: 'viewing-1@calendar.example', recurrenceId: null, title: 'Viewing: Ada & Ben', description: 'ada@example.org', place: 'Orchard Barn', startsAt: '2026-11-21T10:00:00.000Z', endsAt: '2026-11-21T11:00:00.000Z',
  allDay: false, zone: 'Europe/London', status: 'confirmed', busy: true, calendar: 'Viewings', gone: false,
};

export const samples: VendorSamples = {
  vendor: icalFeed,
  nowMs: 1_793_000_100_000,
  access: { connectionId: '0199a000-0000-7000-8000-00000000c01c', settings: { feedMeans: 'events', zone: 'Europe/London' }, secrets: { feedUrl: 'https://calendar.example/private-0123/basic.ics' } },
  deliveries: [],
  feed: {
    entries: [
      entry,
      { ...entry, uid: 'series@calendar.example', recurrenceId: '2026-11-29T10:00:00.000Z', title: 'Team', description: null, place: null, zone: null, calendar: null },
      { ...entry, uid: 'day@calendar.example', title: 'Barn closed', allDay: true, startsAt: '2026-06-30T23:00:00.000Z', endsAt: '2026-07-02T23:00:00.000Z', busy: false, status: 'tentative' },
      { ...entry, uid: 'busy@calendar.example', title: null },
    ],
  },
};
