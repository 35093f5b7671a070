import { bridgeGuide, bridgeManifest, type BridgeRecipe } from '../bridge.ts';
import type { FeedOptions } from '../feeds.ts';
import { fileColumns } from '../fileColumns.ts';
import type { FileRecipe } from '../files.ts';
import type { LeadRecipe } from '../mails.ts';
import type { IntegrationPath } from '../manifest.ts';
import { capabilitiesOf, feedGuide, fileGuide, mailGuide, recipeFields, WITHOUT_API } from '../recipe.ts';
import type { VendorManifest } from '../vendor.ts';
import { resolveName } from './names.ts';

const PATHS: IntegrationPath[] = ['bridge', 'feed', 'file', 'mail'];
export const feed: FeedOptions = { means: 'events' };
export const file: FileRecipe = { means: 'bookings' };
export const lead: LeadRecipe = { subjects: [/\blead\b/i, /\b(?:en|in)quiry\b/i, /booking request/i, /\banfrage\b/i, /\bdemande\b/i, /\bsolicitud\b/i, /\brichiesta\b/i] };

const PROJECT = ['project_id'] as const;

export const recipe: BridgeRecipe = {
  resolve: resolveName,
  triggers: [
    { trigger: 'lead_created', label: 'New lead or enquiry', instant: true, kind: 'lead' },
    { trigger: 'booking_created', label: 'New booking', instant: true, kind: 'booking' },
    { trigger: 'booking_updated', label: 'Booking changed', instant: true, kind: 'stage', required: PROJECT },
    {
      trigger: 'booking_cancelled',
      label: 'Booking cancelled',
      instant: true,
      kind: 'booking',
      required: PROJECT,
      gives: { project_status: 'cancelled' },
    },
    { trigger: 'client_created', label: 'New client', instant: true, kind: 'client' },
    { trigger: 'client_updated', label: 'Client changed', instant: true, kind: 'client' },
    { trigger: 'client_invited', label: 'Client invited', instant: true, kind: 'client', gives: { client_role: 'couple' } },
    { trigger: 'vendor_signed_up', label: 'Vendor signed up', instant: true, kind: 'client', gives: { client_role: 'vendor' } },
    { trigger: 'client_deleted', label: 'Client deleted', instant: true, kind: 'client_gone' },
    { trigger: 'payment_recorded', label: 'Payment expected', instant: true, kind: 'payment', gives: { payment_status: 'pending' } },
    { trigger: 'payment_completed', label: 'Payment received', instant: true, kind: 'payment', gives: { payment_status: 'paid' } },
    { trigger: 'payment_failed', label: 'Payment failed', instant: true, kind: 'payment', gives: { payment_status: 'failed' } },
    { trigger: 'payment_refunded', label: 'Payment refunded', instant: true, kind: 'payment', gives: { payment_status: 'refunded' } },
    // Without the word for its state this one says nothing; it is then set aside, and the person is told which words there are.
    {
      trigger: 'payment_updated',
      label: 'Payment changed',
      instant: true,
      kind: 'payment',
      required: ['payment_id', 'amount', 'currency', 'payment_status'],
    },
    { trigger: 'document_shared', label: 'Document shared', instant: true, kind: 'document', gives: { document_status: 'shared' } },
    { trigger: 'document_updated', label: 'Document changed', instant: true, kind: 'document' },
    { trigger: 'message_received', label: 'Message received', instant: true, kind: 'message', gives: { message_direction: 'in' } },
    { trigger: 'message_sent', label: 'Message sent', instant: true, kind: 'message', gives: { message_direction: 'out' } },
    { trigger: 'calendar_event_created', label: 'Calendar entry made', instant: true, kind: 'calendar' },
    { trigger: 'calendar_event_updated', label: 'Calendar entry changed', instant: true, kind: 'calendar' },
    { trigger: 'calendar_event_deleted', label: 'Calendar entry deleted', instant: true, kind: 'calendar_gone' },
    { trigger: 'wedding_created', label: 'New wedding in the book of events', instant: true, kind: 'wedding' },
    { trigger: 'wedding_updated', label: 'Wedding changed', instant: true, kind: 'wedding', required: PROJECT },
    {
      trigger: 'wedding_cancelled',
      label: 'Wedding cancelled',
      instant: true,
      kind: 'wedding',
      required: PROJECT,
      gives: { project_status: 'cancelled' },
    },
  ],
};

export const manifest: VendorManifest = {
  ...WITHOUT_API,
  ...bridgeManifest(recipe),
  id: 'bridge',
  name: 'Any system',
  category: 'bridge',
  paths: PATHS,
  capabilities: capabilitiesOf(PATHS),
  fields: [
    ...recipeFields({ paths: PATHS, trade: 'other', feed }),
    {
      key: 'senderDomain',
      label: 'Mails come from',
      help: 'The domain behind the @ of its notification mails, such as system.example. Only mails that it has signed are believed; one where anybody can have a mailbox is refused.',
      sensitive: false,
      required: true,
      input: 'domain',
      paths: ['mail'],
    },
  ],
  guides: [
    bridgeGuide({
      brings:
        'Whatever the other system can tell Zapier, Make or any tool that posts: as soon as the tool hears of it, which for some triggers ' +
          'is every few minutes.',
      zapier: null,
    }),
    feedGuide('The entries of any calendar that the other system publishes, with their changes. Looked at every quarter of an hour.', [
      'In the other system look for Calendar, then Share, Subscribe or Export, and copy the address of the feed; it often ends in .ics.',
    ]),
    fileGuide('Its bookings, whenever you export them.', ['In the other system export your bookings or events as CSV, one line each.']),
    mailGuide(
      'Enquiries, as soon as their mail comes, where it names the person in labelled lines ("Name: ..."). What cannot be read is set aside for you.',
      ['its domain'],
    ),
  ],
  priority: { urgent: ['wedding_cancelled', 'booking_cancelled', 'payment_failed', 'message_received'], bulk: [] },
  file: { columns: fileColumns(file.means) },
  mail: { domains: [], asked: 'senderDomain' },
  missing: [
    'What the other system tells neither its app in Zapier or Make, nor its calendar, exports and mails.',
    'By a bridge or by mail: whatever was there before it was switched on.',
    'Changes between two files; a mail tells of new enquiries only.',
  ],
  sources: ['https://help.zapier.com/hc/en-us/articles/8496326446989-Send-webhooks-in-Zaps'],
};
