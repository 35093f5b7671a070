import type { Command, CommandAnswer } from '../../core/contract/commands.ts';
import type { AllocationFields, LimitFields, ResourceFields } from '../../core/contract/record/taking.ts';
import type { RunSheetItem, Wedding } from '../../core/contract/record/day.ts';
import type { Booking } from '../../core/contract/record/trade.ts';
import { draftCreated, type DraftContext, type EventDraft } from '../../core/domain/record/drafts.ts';
import type { z } from 'zod';
import type { Role } from '../../core/contract/access.ts';
import type { TestStore } from './store.ts';

type Fields<F> = { -readonly [K in keyof F]: F[K] extends z.ZodType ? z.infer<F[K]> : never };
type Wanted<T extends Command['type']> = T extends Command['type'] ? Omit<Extract<Command, { type: T }>, 'type' | 'commandId'> : never;

const context: DraftContext = { actor: { kind: 'person', id: null, name: 'Front desk' }, source: null, deliveryId: null };
/** Of June 2027. */
export const june = (day: number, hour: number, minute = 0): string => new Date(Date.UTC(2027, 5, day, hour, minute)).toISOString();

/** A house whose people decide whose time is taken. */
export function takingHouse(t: TestStore) {
  const id = () => t.store.internals.ids.next();
  const rows = async () => (await t.store.snapshot(t.organisation.id)).rows;
  const write = (...drafts: EventDraft[]) => t.store.internals.writer.write(t.organisation.id, ({ record }) => record(drafts));
  const decide = <T extends Command['type']>(type: T, wanted: Wanted<T>, role: Role = 'coordinator'): Promise<CommandAnswer> =>
    t.store.command(t.organisation.id, { ...t.device, role }, { type, commandId: id(), ...wanted } as unknown as Command);
  const one = async <C extends keyof Awaited<ReturnType<typeof rows>>>(collection: C, rowId: string) => {
    const row = (await rows())[collection].find((each) => each.id === rowId) as Awaited<ReturnType<typeof rows>>[C][number] | undefined;
    if (!row) throw new Error(`there is no such row among ${collection}`);
    return row;
  };
  return {
    id, rows, write, decide, one,
    async wedding(title: string, day: number, from: number, to: number, more: Partial<Wedding> = {}): Promise<string> {
      const row = { id: id(), title, date: `2027-06-${String(day).padStart(2, '0')}`, zone: 'Europe/London', startsAt: june(day, from), endsAt: june(day, to), room: 'Great Hall', status: 'confirmed', guestCount: null, ...more } as const;
      await write(draftCreated('wedding.created', 'weddings', row.id, row, null, context));
      return row.id;
    },
    async booking(vendorName: string, day: number, from: number, to: number, more: Partial<Booking> = {}): Promise<string> {
      const row = { id: id(), weddingId: null, title: `Job of ${vendorName}`, trade: 'photography', vendorName, contactId: null, status: 'definite', startsAt: june(day, from), endsAt: june(day, to), callTime: null, place: null, amountMinor: null, currency: null, ...more } as const;
      await write(draftCreated('booking.created', 'bookings', row.weddingId, row, null, context));
      return row.id;
    },
    /** An item of its run sheet. */
    async item(weddingId: string, title: string, startsAt: string, more: Partial<RunSheetItem> = {}): Promise<string> {
      const row = { id: id(), weddingId, title, startsAt, endsAt: null, place: null, owner: null, status: 'planned', ...more } as const;
      await write(draftCreated('runsheet.item.created', 'runSheetItems', weddingId, row, null, context));
      return row.id;
    },
    async resource(kind: Fields<typeof ResourceFields>['kind'], name: string, more: Partial<Fields<typeof ResourceFields>> = {}): Promise<string> {
      const resourceId = id();
      const answer = await decide('resource.save', { resourceId, basedOnVersion: null, kind, name, places: 1, partIds: [], setUpMinutes: 0, turnaroundMinutes: 0, state: 'active', ...more });
      if (answer.outcome !== 'accepted') throw new Error(JSON.stringify(answer));
      return resourceId;
    },
    async allocation(resourceId: string, day: number, from: number, to: number, more: Partial<Fields<typeof AllocationFields>> & { reason?: string | null; basedOnVersion?: number | null; allocationId?: string } = {}, role: Role = 'coordinator') {
      const allocationId = id();
      const wanted = { allocationId, basedOnVersion: null, weddingId: null, bookingId: null, resourceId, title: 'Drinks', startsAt: june(day, from), endsAt: june(day, to), status: 'definite' as const, rank: null, holdUntil: null, lockedBecause: null, tags: [], units: 1, setUpMinutes: null, turnaroundMinutes: null, reason: null, ...more };
      return { id: wanted.allocationId, answer: await decide('allocation.save', wanted, role) };
    },
    async limit(name: string, rule: Fields<typeof LimitFields>['rule'], more: Partial<Fields<typeof LimitFields>> = {}): Promise<string> {
      const limitId = id();
      const answer = await decide('limit.save', { limitId, basedOnVersion: null, name, rule, resourceIds: null, tags: null, overridableBy: [], state: 'active', ...more });
      if (answer.outcome !== 'accepted') throw new Error(JSON.stringify(answer));
      return limitId;
    },
    room: async (name: string) => {
      const found = (await rows()).resources.find((row) => row.kind === 'room' && row.name === name);
      if (!found) throw new Error(`there is no room ${name}`);
      return found.id;
    },
    /** Conflicts by kind, state and reason. */
    conflicts: async () => (await rows()).conflicts.map(({ kind, state, settledBecause }) => [kind, state, settledBecause]).sort(),
    alerts: async () => (await rows()).alerts.filter(({ state }) => state !== 'resolved').map(({ rule, title }) => [rule, title]).sort(),
  };
}
