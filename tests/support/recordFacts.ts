import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { draftCreated, draftUpdated, type DraftContext } from '../../core/domain/record/drafts.ts';
import { readRows } from '../../server/store/rows.ts';
import type { TestStore } from './store.ts';

/** Any facts about weddings, contacts and alerts: made, changed and deleted, several in one write or alone. */
export interface Step {
  readonly what: 'wedding' | 'contact' | 'alert' | 'rename' | 'forget';
  readonly text: string;
  readonly pick: number;
}

export const context: DraftContext = { actor: { kind: 'person', id: null, name: 'Ines' }, source: { system: 'stripe', connectionId: null, remoteId: 'pi_1' }, deliveryId: null };

/** PostgreSQL keeps no NUL. */
const text = fc.string({ unit: 'grapheme', maxLength: 40 }).map((value) => value.replaceAll('\0', '').toWellFormed());
export const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({ what: fc.constantFrom('wedding', 'contact', 'alert', 'rename', 'rename', 'forget'), text, pick: fc.nat(1000) }),
  { minLength: 5, maxLength: 40 },
);

export const aWedding = (id: string, title: string) =>
  draftCreated('wedding.created', 'weddings', id, { id, title, date: '2026-11-20', zone: 'Europe/London', startsAt: '2026-11-20T10:00:00.000Z', endsAt: '2026-11-20T23:00:00.000Z', room: null, status: 'confirmed', guestCount: 80 }, null, context);
const aContact = (id: string, name: string) =>
  draftCreated('client.created', 'contacts', null, { id, weddingId: null, name, email: `${id}@example.org`, phone: null, company: null, role: 'couple' }, '2026-11-19T08:00:00.000Z', context);
const anAlert = (id: string, title: string) =>
  draftCreated('alert.raised', 'alerts', null, { id, weddingId: null, severity: 'warning', rule: 'payment_failed', title, detail: 'It failed.', raisedAt: '2026-11-20T12:00:00.000Z', state: 'open', acknowledgedAt: null, acknowledgedBy: null, subject: { collection: 'payments', id: randomUUID() } }, null, context);

/** Records one step; a change or deletion takes a row that is there, or does nothing. */
export function play(t: Pick<TestStore, 'store' | 'organisation'>, step: Step): Promise<unknown> {
  return t.store.internals.writer.write(t.organisation.id, async ({ tx, record }) => {
    switch (step.what) {
      case 'wedding':
        return record([aWedding(randomUUID(), step.text), aContact(randomUUID(), step.text)]);
      case 'contact':
        return record([aContact(randomUUID(), step.text)]);
      case 'alert':
        return record([anAlert(randomUUID(), step.text)]);
      case 'rename': {
        const rows = await readRows(tx, t.organisation.id, 'weddings', null);
        const row = rows[step.pick % Math.max(1, rows.length)];
        const draft = row ? draftUpdated('wedding.updated', 'weddings', row.id, row, { title: step.text, guestCount: step.pick }, null, context) : null;
        return record(draft ? [draft] : []);
      }
      case 'forget': {
        const rows = await readRows(tx, t.organisation.id, 'contacts', null);
        const row = rows[step.pick % Math.max(1, rows.length)];
        const draft = row ? draftUpdated('client.deleted', 'contacts', null, row, {}, null, context) : null;
        return record(draft ? [draft] : []);
      }
    }
  });
}
