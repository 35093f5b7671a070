import { describe, expect, it } from 'vitest';
import type { EventDraft } from '../../../../core/domain/record/drafts.ts';
import { partOf } from '../../../../server/store/calendars/changed.ts';
import type { WrittenCalendar } from '../../../../server/store/calendars/written.ts';
import { booking, contact, testId, wedding } from '../../../support/builders.ts';

/** What is looked up because of a fact: nothing for a house none of whose calendars tells of it. */

const [HALL, ANA] = [testId(), testId()];
const calendar = (fields: Partial<WrittenCalendar> = {}): WrittenCalendar => ({ id: testId(), direction: 'outbound', state: 'active', resourceId: HALL, everyWedding: false, runSheet: null, privacy: 'full', invite: false, filled: false, owners: new Map(), wholes: [], ...fields });
const SYSTEM = { actor: { kind: 'system', id: null, name: 'test' }, source: null, deliveryId: null, occurredAt: null, weddingId: null } as const;
const draft = (type: EventDraft['type'], collection: EventDraft['collection'], row: object, before: object | null): EventDraft => ({ type, collection, row, before, ...SYSTEM }) as unknown as EventDraft;
const its = wedding({ roomId: HALL, title: 'Amara & Thomas' });
const renamed = draft('wedding.updated', 'weddings', its, { title: 'Amara & Tom' });
const called = draft('client.updated', 'contacts', contact({ name: 'Ana R' }), { name: 'Ana' });
const item = draft('runsheet.item.created', 'runSheetItems', { id: testId(), weddingId: its.id, title: 'Dance', startsAt: its.startsAt, endsAt: null, place: null, owner: 'Ana Ruiz', status: 'planned' }, null);
const part = (calendars: readonly WrittenCalendar[], ...drafts: EventDraft[]) => partOf({ organisationId: testId(), calendars, drafts });

describe('what hangs on a fact', () => {
  it('is nothing in a house that writes no calendar, or none with run sheets', () => {
    expect(part([], renamed, called, item)).toBeNull();
    expect(part([calendar()], item)).toBeNull();
    expect(part([calendar({ privacy: 'title' })], called)).toBeNull();
    expect(part([calendar()], renamed)).toMatchObject({ sheets: [], covering: [], retold: [its.id] });
    expect(part([calendar({ privacy: 'title' })], renamed)).toMatchObject({ sheets: [], retold: [] });
  });

  it('is the run sheet of a wedding that is called otherwise, and not of one with more guests', () => {
    const sheets = calendar({ runSheet: true, privacy: 'title' });
    expect(part([sheets], renamed)).toMatchObject({ sheets: [its.id] });
    expect(part([sheets], draft('wedding.updated', 'weddings', its, { guestCount: 3 }))).toMatchObject({ sheets: [] });
  });

  it('is the run sheet of a wedding when a booking of it comes to stand beside it, or goes', () => {
    const hers = calendar({ runSheet: true, resourceId: ANA, owners: new Map([[ANA, ['ana ruiz']]]) });
    const job = booking({ weddingId: its.id, vendorId: ANA, startsAt: its.startsAt, endsAt: its.endsAt });
    expect(part([hers], draft('booking.created', 'bookings', job, null))).toMatchObject({ covering: [its.id] });
    expect(part([hers], draft('booking.cancelled', 'bookings', { ...job, status: 'cancelled' }, { status: 'definite' }))).toMatchObject({ covering: [its.id] });
    expect(part([hers], draft('booking.updated', 'bookings', { ...job, title: 'Photos' }, { title: 'Film' }))).toMatchObject({ covering: [] });
    const other = testId();
    expect(part([hers], draft('booking.updated', 'bookings', job, { weddingId: other }))).toMatchObject({ covering: [other, its.id] });
  });

  it('is what somebody is in charge of by an old name or a new one', () => {
    const hers = calendar({ runSheet: true, resourceId: ANA, owners: new Map([[ANA, ['ana ruiz']]]) });
    const row = { id: ANA, kind: 'vendor', name: 'Studio Ruiz', keys: ['studio ruiz', 'ana ruiz'], partIds: [] };
    const found = part([hers], draft('resource.updated', 'resources', row, { name: 'Ana Ruiz', keys: ['ana ruiz'] }));
    expect(found).toMatchObject({ ownerKeys: ['ana ruiz', 'studio ruiz'], resources: [{ id: ANA }] });
    expect([found?.ownersBefore.get(ANA), found?.owners.get(ANA)]).toEqual([['ana ruiz'], ['studio ruiz', 'ana ruiz']]);
  });
});
