import { z } from 'zod';
import { err, ok, type Result } from '../../contract/result.ts';
import { crc32, encodeUtf8 } from '../bytes.ts';
import { queryText } from '../calls.ts';
import { parseJsonObject } from '../signatures.ts';
import type { Brought, CallPorts, ConnectionAccess, Normalise, PollPart, RereadError } from '../vendor.ts';
import { blockChanges, BlocksTold, isBlockDelivery, lookAtBlocks } from './blockLook.ts';
import { acuityClient } from './client.ts';
import { Appointment, appointmentChanges } from './mapping.ts';

const DAY_MS = 86_400_000;
/** Appointments are listed by their day only, so a window moves along with today. */
const BACK_DAYS = 7;
const AHEAD_DAYS = 550;
const SLICE_DAYS = 31;
/** As many as fit into an answer that is still quick. */
const MOST = 500;

const UNREAD_CODES = [
  'normalise.reread_failed', 'normalise.no_access', 'normalise.forbidden', 'normalise.reread_refused', 'normalise.shape_unknown',
] as const satisfies readonly RereadError['code'][];

/**
 * The slice that comes next; cancelled appointments are a list of their own. Null = the look is over, and the next one begins with blocked
 * time: what was told of it stays known, and what could not be read is said when the look ends.
 */
const Cursor = z.object({
  from: z.iso.date().nullable(), canceled: z.boolean(), blocks: BlocksTold.optional(),
  unread: z.array(z.object({ calendarRef: z.string(), code: z.enum(UNREAD_CODES) })).optional(),
});
type Cursor = z.infer<typeof Cursor>;

const dayAt = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
const plus = (day: string, days: number): string => dayAt(Date.parse(day) + days * DAY_MS);

function cursorOf(text: string | null): Cursor {
  try {
    return Cursor.parse(JSON.parse(text ?? ''));
  } catch {
    // No cursor, or one that cannot be read: the window is looked at from its beginning, and the keys drop what is known.
    return { from: null, canceled: false };
  }
}

const normalise: Normalise = (delivery) => {
  if (isBlockDelivery(delivery.vendorEvent)) return blockChanges(delivery);
  const body = parseJsonObject(delivery.bodyText);
  const appointment = Appointment.safeParse(body.ok ? body.value : null);
  const changes = appointment.success ? appointmentChanges(appointment.data, delivery.settings) : null;
  return changes
    ? ok({ kind: 'changes', changes })
    : err({ code: 'normalise.shape_unknown', message: 'The listed appointment has no id or no time with an offset.' });
};

/** In one page: so many calls, until there is something to keep. */
const MOST_CALLS = 8;
const ENOUGH = 200;

/** `from` null = from the beginning of the window. */
type Place = Pick<Cursor, 'from' | 'canceled'>;

interface Slice {
  readonly items: readonly Brought[];
  /** Null = the window is over. */
  readonly next: string | null;
}

async function slice({ from, canceled }: Place, access: ConnectionAccess, ports: CallPorts): Promise<Result<Slice, RereadError>> {
  const now = ports.clock.now();
  const first = from ?? dayAt(now - BACK_DAYS * DAY_MS);
  const end = dayAt(now + AHEAD_DAYS * DAY_MS);
  const last = plus(first, SLICE_DAYS - 1);
  const query = queryText({ minDate: first, maxDate: last, max: MOST, direction: 'ASC', canceled: String(canceled) });
  const listed = await acuityClient(access, ports).read(`/appointments?${query}`, 'the list of appointments', z.array(Appointment));
  if (!listed.ok) return listed;
  const appointments = listed.value;
  const reached = appointments.at(-1)?.datetime.slice(0, 10) ?? '';
  // A full answer was cut: the next slice begins at the last day in it, or behind that day when it alone fills one.
  const cut = appointments.length >= MOST && z.iso.date().safeParse(reached).success;
  const next = cut ? (reached > first ? reached : plus(first, 1)) : plus(last, 1);
  const items = appointments.map((appointment) => {
    const body = JSON.stringify(appointment);
    // There is no version: another content is another state.
    return {
      key: `${appointment.id}:${crc32(encodeUtf8(body)).toString(16)}`,
      event: canceled ? 'appointment.canceled' : 'appointment.changed',
      body,
    };
  });
  return ok({ items, next: next > end ? null : next });
}

export const poll: PollPart = {
  everySeconds: 900,
  async read(text, access, ports) {
    const cursor = cursorOf(text);
    const begins = cursor.from === null && !cursor.canceled;
    const blocks = begins ? await lookAtBlocks(cursor.blocks ?? {}, access, ports) : null;
    if (blocks && !blocks.ok) return blocks;
    const told = blocks?.value.told ?? cursor.blocks;
    const unread = begins ? [...(blocks?.value.unread ?? [])] : (cursor.unread ?? []);
    const items: Brought[] = [...(blocks?.value.items ?? [])];
    let place: Place = { from: cursor.from, canceled: cursor.canceled };
    let ends = false;
    for (let calls = 0; calls < MOST_CALLS && (calls === 0 || items.length < ENOUGH) && !ends; calls += 1) {
      const listed = await slice(place, access, ports);
      if (!listed.ok) {
        if (calls === 0) return listed;
        // What has come is kept; the next page hears the same.
        break;
      }
      const { next } = listed.value;
      items.push(...listed.value.items);
      ends = next === null && place.canceled;
      place = next === null ? { from: null, canceled: !place.canceled } : { from: next, canceled: place.canceled };
    }
    const kept: Cursor = { ...place, ...(told === undefined ? {} : { blocks: told }), ...(ends || unread.length === 0 ? {} : { unread }) };
    return ok({
      items,
      cursor: JSON.stringify(kept),
      more: !ends,
      ...(ends && unread.length > 0 ? { unread } : {}),
    });
  },
  normalise,
};
