import { feedFields, type FeedOptions } from '../feeds.ts';
import type { VendorManifest } from '../vendor.ts';

export const FEED: FeedOptions = { means: 'events' };

export const manifest: VendorManifest = {
  id: 'ical-feed',
  name: 'Calendar feed (iCal)',
  category: 'calendar',
  paths: ['feed'],
  capabilities: { webhook: false, reread: false, poll: false, file: false, feed: true, mail: false, test: false, push: false },
  fields: [...feedFields(FEED)],
  oauth: null,
  guides: [
    {
      path: 'feed',
      brings:
        'The entries of any calendar that can be subscribed to, with their changes; looked for every quarter of an hour at most. Many ' +
          'calendars renew their feed only every few hours.',
      steps: [
        'In the other calendar look for Share, Publish or Subscribe, and copy the address of the feed; it often ends in .ics.',
        'Paste the address here. Keep it as you keep a password: whoever knows it can read the calendar.',
        'Choose whether its entries are bookings of a vendor or just entries of a calendar.',
      ],
    },
  ],
  webhook: null,
  bridge: null,
  file: null,
  mail: null,
  masks: ['title', 'description', 'place'],
  limits: { perSecond: null, atOnce: null },
  missing: [
    'Who is invited, descriptions and attachments.',
    'Changes sooner than the publisher writes them into the feed, which can take hours.',
  ],
  sources: ['https://www.rfc-editor.org/rfc/rfc5545', 'https://www.rfc-editor.org/rfc/rfc7986'],
};
