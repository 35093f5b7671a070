import type { Document } from '../../contract/record/trade.ts';
import type { Change } from '../../domain/record/changes.ts';
import { emailAddress, known, objectAt, ownId, shortText } from '../fields.ts';
import { refId, type Told } from './told.ts';

/** What Stripe tells besides money: the papers that ask for it, and those who pay. */

export type PaperEvent = 'invoice.finalized' | 'invoice.paid' | 'invoice.voided' | 'invoice.marked_uncollectible';

const PAPER: Readonly<Record<PaperEvent, Document['status']>> = {
  'invoice.finalized': 'shared',
  'invoice.paid': 'completed',
  'invoice.voided': 'withdrawn',
  // Nobody expects it to be paid any more.
  'invoice.marked_uncollectible': 'withdrawn',
};
/** Order within one second: what is paid was finalized before, and what is written off may be paid after all. */
const RANK: Readonly<Record<PaperEvent, number>> = {
  'invoice.finalized': 1,
  'invoice.marked_uncollectible': 3,
  'invoice.voided': 5,
  'invoice.paid': 7,
};

export function paperOf({ type, object, at, second }: Told<PaperEvent>): Change | null {
  const id = refId(object['id']);
  if (id === null) return null;
  const number = shortText(object['number'], 100);
  const page = object['hosted_invoice_url'];
  const customer = refId(object['customer']);
  return {
    kind: 'document',
    remote: { type: 'invoice', id, version: `${second}.${RANK[type]}` },
    wedding: {
      weddingId: ownId(objectAt(object, 'metadata')['wedsync_wedding_id']),
      email: emailAddress(object['customer_email']),
      ...(customer === null ? {} : { remote: { type: 'customer', id: customer } }),
    },
    occurredAt: at,
    fields: {
      kind: 'invoice',
      status: PAPER[type],
      title: shortText(object['description']) ?? (number ? `Invoice ${number}` : 'Invoice'),
      ...known({
        url: typeof page === 'string' && /^https:\/\/\S{1,1900}$/.test(page) ? page : null,
        sharedAt: type === 'invoice.finalized' ? at : null,
      }),
    },
  };
}

const CUSTOMER_RANK: Readonly<Record<string, number>> = { 'customer.created': 1, 'customer.updated': 3, 'customer.deleted': 5 };

export function customerOf({ type, object, at, second }: Told): Change | null {
  const id = refId(object['id']);
  if (id === null) return null;
  const [email, phone] = [emailAddress(object['email']), shortText(object['phone'], 40)];
  return {
    kind: 'contact',
    remote: { type: 'customer', id, version: `${second}.${CUSTOMER_RANK[type] ?? 0}` },
    wedding: { weddingId: ownId(objectAt(object, 'metadata')['wedsync_wedding_id']), email, phone },
    occurredAt: at,
    fields: known({
      name: shortText(object['name']) ?? shortText(object['individual_name']),
      email,
      phone,
      company: shortText(object['business_name']),
    }),
    ...(type === 'customer.deleted' ? { deleted: true } : {}),
  };
}
