import { z } from 'zod';
import { Id, LocalDate } from '../../core/contract/primitives.ts';

/** The form as a browser sends it: every field is text, and any may be missing. */

export const LENGTHS = { names: 120, email: 254, phone: 40, guests: 4, message: 2_000 } as const;
export const FIELD_NAMES = ['names', 'email', 'phone', 'date', 'room', 'guests', 'message'] as const;
export type FieldName = (typeof FIELD_NAMES)[number];
/** What was typed, to be shown again. */
export type Typed = Readonly<Record<FieldName, string>>;

export interface Asking {
  /** Made with the form: pressed twice it is one asking. */
  readonly commandId: string;
  readonly names: string;
  readonly email: string;
  readonly phone: string | null;
  readonly date: string;
  readonly roomId: string;
  readonly guests: number | null;
  readonly message: string | null;
}

/** `trap`: it came as only programs send it. */
export type Read =
  | { readonly ok: true; readonly asking: Asking }
  | { readonly ok: false; readonly wrong: readonly FieldName[]; readonly typed: Typed; readonly trap: boolean };

/** In nobody's sight: only programs fill it in. */
export const TRAP = 'website';

/** Control signs, and those that turn the words around them. */
const UNSEEN = /[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]/gu;

/** Of a body as it came: no field twice as long as it may be, nothing that no text holds. */
function textOf(body: unknown, name: string, most: number): string {
  const value = typeof body === 'object' && body !== null && Object.hasOwn(body, name) ? (body as Record<string, unknown>)[name] : '';
  if (typeof value !== 'string') return '';
  return value.toWellFormed().replaceAll('\r\n', '\n').replace(UNSEEN, '').slice(0, most * 2).toWellFormed();
}

const line = (text: string): string => text.replace(/\s+/g, ' ').trim();
const Mail = z.email().max(LENGTHS.email);
const PHONE = /^\+?[\d\s()./-]{5,40}$/;
const LEAST_DIGITS = 5;
/** Signs that fill a place and show nothing count as letters, but name nobody. */
const NAMED = /(?![\u115f\u1160\u3164\uffa0])[\p{L}\p{N}]/u;
const digits = (text: string): number => text.replace(/\D/g, '').length;

export const EMPTY: Typed = { names: '', email: '', phone: '', date: '', room: '', guests: '', message: '' };

export function readForm(body: unknown): Read {
  const typed: Typed = {
    names: line(textOf(body, 'names', LENGTHS.names)),
    email: line(textOf(body, 'email', LENGTHS.email)),
    phone: line(textOf(body, 'phone', LENGTHS.phone)),
    date: line(textOf(body, 'date', 10)),
    room: line(textOf(body, 'room', 36)),
    guests: line(textOf(body, 'guests', LENGTHS.guests)),
    message: textOf(body, 'message', LENGTHS.message).trim(),
  };
  const commandId = Id.safeParse(textOf(body, 'commandId', 36));
  const trap = textOf(body, TRAP, 100) !== '' || !commandId.success;
  const isRight: Readonly<Record<FieldName, boolean>> = {
    names: typed.names.length >= 2 && NAMED.test(typed.names) && typed.names.length <= LENGTHS.names,
    email: Mail.safeParse(typed.email).success,
    phone: typed.phone === '' || (PHONE.test(typed.phone) && digits(typed.phone) >= LEAST_DIGITS),
    date: LocalDate.safeParse(typed.date).success,
    room: Id.safeParse(typed.room).success,
    guests: typed.guests === '' || /^[1-9]\d{0,3}$/.test(typed.guests),
    message: typed.message.length <= LENGTHS.message,
  };
  const wrong = FIELD_NAMES.filter((name) => !isRight[name]);
  if (wrong.length > 0 || trap || !commandId.success) return { ok: false, wrong, typed, trap };
  const { names, email, phone, date, room, guests, message } = typed;
  return {
    ok: true,
    asking: {
      commandId: commandId.data.toLowerCase(), names, email, date, roomId: room.toLowerCase(),
      phone: phone === '' ? null : phone, guests: guests === '' ? null : Number(guests), message: message === '' ? null : message,
    },
  };
}

export const typedOf = ({ names, email, phone, date, roomId, guests, message }: Asking): Typed => ({
  names, email, phone: phone ?? '', date, room: roomId, guests: guests === null ? '' : String(guests), message: message ?? '',
});
