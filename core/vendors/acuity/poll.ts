import { z } from 'zod';
import { err, ok } from '../../contract/result.ts';
import { crc32, encodeUtf8 } from '../bytes.ts';
import { queryText } from '../calls.ts';
import { parseJsonObject } from '../signatures.ts';
import type { Normalise, PollPart } from '../vendor.ts';
import { acuityClient } from './client.ts';
import { Appointment, appointmentChanges } from './mapping.ts';

const DAY_MS = 86_400_000;
/** Appointments are listed by their day only, so a window moves along with today. */
const BACK_DAYS = 7;
const AHEAD_DAYS = 550;
const SLICE_DAYS = 31;
/** As many as fit into an answer that is still quick. */
const MOST = 500;

/** The slice that comes next; cancelled appointments are a list of their own. Null = the look is over. */
const Cursor = z.object({ from: z.iso.date().nullable(), canceled: z.boolean() });
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
  const body = parseJsonObject(delivery.bodyText);
  const appointment = Appointment.safeParse(body.ok ? body.value : null);
  const changes = appointment.success ? appointmentChanges(appointment.data, delivery.settings) : null;
  return changes
    ? ok({ kind: 'changes', changes })
    : err({ code: 'normalise.shape_unknown', message: 'The listed appointment has no id or no time with an offset.' });
};

export const poll: PollPart = {
  everySeconds: 1800,
  async read(text, access, ports) {
    const { from, canceled } = cursorOf(text);
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
    const over = next > end;
    return ok({
      items: appointments.map((appointment) => {
        const body = JSON.stringify(appointment);
        // There is no version: another content is another state.
        return {
          key: `${appointment.id}:${crc32(encodeUtf8(body)).toString(16)}`,
          event: canceled ? 'appointment.canceled' : 'appointment.changed',
          body,
        };
      }),
      cursor: JSON.stringify(over ? { from: null, canceled: !canceled } : ({ from: next, canceled } satisfies Cursor)),
      more: !(over && canceled),
    });
  },
  normalise,
};
