import { z } from 'zod';
import type { ErrorCode } from '../contract/errors.ts';
import { err, ok, type Result } from '../contract/result.ts';
import type { Change, WeddingClue } from '../domain/record/changes.ts';
import { dateOrderOf, writtenDay } from './dates.ts';
import { emailAddress, instantOfText, known, longText, shortText } from './fields.ts';
import { claimOf, takesAll, type MailSite } from './mailSites.ts';
import type { MailPart, Normalised, NormaliseError, StoredDelivery } from './vendor.ts';
import { tradeOf } from './words.ts';

/** Mails that tell of an enquiry in labelled lines ("Name: ...", "Wedding date: ..."), as lead services and forms send them. */

export const LEAD_FIELDS = ['name', 'email', 'phone', 'date', 'guests', 'place', 'budget', 'message'] as const;
type LeadField = (typeof LEAD_FIELDS)[number];

export interface LeadRecipe {
  /** Subjects that promise an enquiry: such a mail is set aside for a person when nothing can be read in it; any other is passed over. */
  readonly subjects: readonly RegExp[];
  /** Labels of this system, lower case, beside the usual ones. */
  readonly labels?: Readonly<Partial<Record<LeadField, readonly string[]>>>;
  /** Where one company sends for several sites; their setting is `siteField`. */
  readonly sites?: readonly MailSite[];
}

/** English, French, German, Spanish and Italian; compared without accents. */
const LABELS: Readonly<Record<LeadField, readonly string[]>> = {
  name: [
    'name',
    'full name',
    'your name',
    'client name',
    'contact name',
    'client',
    'couple',
    'couple names',
    'nom',
    'nom complet',
    'nombre',
    'nombre completo',
    'nome',
    'ihr name',
    'kunde',
  ],
  email: [
    'email',
    'e-mail',
    'email address',
    'e-mail address',
    'your email',
    'client email',
    'contact email',
    'courriel',
    'adresse e-mail',
    'correo',
    'correo electronico',
    'e-mail-adresse',
    'indirizzo email',
  ],
  phone: ['phone', 'phone number', 'telephone', 'mobile', 'cell', 'contact number', 'tel', 'numero de telephone', 'telefon', 'telefono', 'handy'],
  date: [
    'wedding date',
    'event date',
    'date',
    'date of wedding',
    'date of event',
    'date of the wedding',
    'shoot date',
    'date du mariage',
    'date de mariage',
    'hochzeitsdatum',
    'datum',
    'fecha',
    'fecha de la boda',
    'data del matrimonio',
    'data',
  ],
  guests: [
    'guests',
    'guest count',
    'number of guests',
    'estimated guests',
    'estimated guest count',
    'no. of guests',
    'invites',
    "nombre d'invites",
    'gaste',
    'anzahl gaste',
    'invitados',
    'numero de invitados',
    'ospiti',
    'numero di ospiti',
  ],
  place: ['venue', 'location', 'place', 'event location', 'wedding venue', 'lieu', 'ort', 'lugar', 'luogo'],
  budget: ['budget', 'estimated budget', 'presupuesto'],
  message: [
    'message',
    'their message',
    'your message',
    'comments',
    'notes',
    'details',
    'additional information',
    'nachricht',
    'mensaje',
    'messaggio',
  ],
};

const plain = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().replace(/\s+/g, ' ').trim();

/** What ends a message below its text: signatures, buttons and small print. */
const ENDS: readonly RegExp[] = [
  /^(?:--+|__+|==+|\*\*\*+|©.*|.*\bunsubscribe\b.*|reply (?:to|now|directly)\b.*)$/i,
  /^(?:view (?:this|the|in)\b.*|log ?in to\b.*|this (?:e-?mail|message) was sent\b.*)$/i,
];

/** The head of a mail that was passed on: its date and sender are not the couple's. */
const PASSED_ON = [/^[ \t>*]*(?:from|von|de|da)\s*:/im, /^[ \t>*]*(?:subject|betreff|objet|asunto|oggetto)\s*:/im];
/** Begins only where a word does: at each letter of a long one it would be looked through to its end again. */
const ADDRESS = /(?<![^\s<>()[\],;:"])[^\s<>()[\],;:"]+@[^\s<>()[\],;:"]+/;
const withoutHeads = (text: string): string =>
  text
    .split(/\n\s*\n/)
    .filter((part) => !PASSED_ON.every((head) => head.test(part.replaceAll('*', ''))))
    .join('\n\n');

function read(text: string, labels: ReadonlyMap<string, LeadField>): Partial<Record<LeadField, string>> {
  const found: Partial<Record<LeadField, string>> = {};
  let open: LeadField | null = null;
  for (const raw of text.split('\n')) {
    // Quoting, bullets and bold marks of a mail that was made out of HTML.
    const line = raw.replace(/^[\s>•·*-]+/, '').replace(/\*+/g, '').trim();
    const label = /^([^:]{2,40})\s*:\s*(.*)$/.exec(line);
    const field = label ? labels.get(plain(label[1] ?? '')) : undefined;
    if (field !== undefined) {
      const value = (label?.[2] ?? '').trim();
      open = field === 'message' || value === '' ? field : null;
      if (value !== '') found[field] ??= value;
      // A label that comes again, in a quoted mail below, belongs to somebody else's words.
      if (value === '' && found[field] !== undefined) open = null;
      continue;
    }
    if (open === null) continue;
    if (ENDS.some((end) => end.test(raw.trim()))) {
      open = null;
    } else if (open === 'message') {
      found.message = found.message === undefined ? line : `${found.message}\n${line}`;
    } else if (line !== '') {
      found[open] = line;
      open = null;
    }
  }
  return found;
}

const Mail = z.object({
  messageId: z.string().min(1),
  from: z.string(),
  fromName: z.string().nullable(),
  subject: z.string(),
  text: z.string(),
  sentAt: z.string().nullable(),
  whose: z.enum(['unclear', 'elsewhere']).optional(),
});

const shapeUnknown = (message: string): Result<never, NormaliseError> => err({ code: 'normalise.shape_unknown', message });

/** Whom an enquiry is for has to be said by a person, unless another connection has it, which leaves nothing to say; by what stands in the connection now, so that working on it again can settle it. */
function notOurs({ whose, ...mail }: z.infer<typeof Mail>, settings: StoredDelivery['settings'], sites: readonly MailSite[]): Result<Normalised, NormaliseError> | null {
  if (whose === undefined || takesAll(settings)) return null;
  if (whose === 'elsewhere') return ok({ kind: 'ignored', why: 'mail_in.taken_elsewhere' satisfies ErrorCode });
  const claim = claimOf(mail, settings, sites);
  return claim === 'named' || claim === 'site' ? null : err({ code: 'mail_in.whose_unclear', message: 'Several connections would take the mail, and nothing in it says which it is for.' });
}

const cut = (text: string): string => text.slice(0, 300).toWellFormed();

function meaningOf(delivery: StoredDelivery, recipe: LeadRecipe, labels: ReadonlyMap<string, LeadField>): Result<Normalised, NormaliseError> {
  let json: unknown;
  try {
    json = JSON.parse(delivery.bodyText);
  } catch {
    // The reason would quote the mail; that it is no JSON says enough.
    return shapeUnknown('The stored mail is not JSON.');
  }
  const mail = Mail.safeParse(json);
  if (!mail.success) return shapeUnknown('The stored mail has an unknown shape.');
  const { messageId, subject, text } = mail.data;
  const lead = read(withoutHeads(text.replace(/\r\n?/g, '\n')), labels);
  const name = shortText(lead.name);
  const email = emailAddress(ADDRESS.exec(lead.email ?? '')?.[0]);
  if (name === null && email === null) {
    const promised = recipe.subjects.some((pattern) => pattern.test(subject));
    if (promised) return shapeUnknown('The subject promises an enquiry, but the mail has neither a name nor an e-mail address in a labelled line.');
    return ok({ kind: 'ignored', why: 'The mail is no enquiry: it names nobody in labelled lines.' });
  }
  const { settings } = delivery;
  const foreign = notOurs(mail.data, settings, recipe.sites ?? []);
  if (foreign) return foreign;
  const day = writtenDay(lead.date, dateOrderOf(settings['dateOrder']));
  const phone = shortText(lead.phone, 60);
  const sentAt = instantOfText(mail.data.sentAt);
  const clue: WeddingClue = { email, date: day, ...(phone === null ? {} : { phone }) };
  const person = { type: 'client', id: email === null ? cut(`mail:${messageId}`) : `email:${email}` };
  // Who asks twice about one day asks about one wedding; without a day each mail is an enquiry of its own.
  const enquiry = { type: 'project', id: email !== null && day !== null ? `email:${email}:${day}` : cut(`mail:${messageId}`) };
  const at = (ref: { type: string; id: string }, remote: { type: string; id: string }) => ({
    remote: { ...ref, version: sentAt },
    wedding: { ...clue, remote },
    occurredAt: sentAt,
  });
  // What has no field of its own is told in words, as it was written.
  const words = [lead.message, lead.date && `Date: ${lead.date}`, lead.guests && `Guests: ${lead.guests}`, lead.budget && `Budget: ${lead.budget}`]
    .filter(Boolean)
    .join('\n');
  const told = longText(words);
  const contact: Change = { kind: 'contact', ...at(person, enquiry), fields: { role: 'couple', ...known({ name: name ?? email, email, phone }) } };
  const booking: Change = {
    kind: 'booking',
    ...at(enquiry, person),
    fields: {
      status: 'lead',
      title: `Enquiry: ${name ?? email ?? ''}`.slice(0, 300).toWellFormed(),
      ...known({ trade: tradeOf(settings['trade']), vendorName: shortText(settings['vendorName']), place: shortText(lead.place) }),
    },
    contactRemote: person,
    begins: true,
  };
  const message: Change = {
    kind: 'message',
    ...at({ type: 'message', id: cut(`mail:${messageId}`) }, enquiry),
    fields: {
      channel: 'email',
      direction: 'in',
      status: 'received',
      ...known({ subject: shortText(subject), text: told, fromName: name, fromAddress: email, sentAt }),
    },
  };
  return ok({ kind: 'changes', changes: [contact, booking, message] });
}

/** Mails of a lead service; deliveries are {@link ReadMail} as JSON. A date that may be two days is left to be read in the message. */
export function leadMail(recipe: LeadRecipe): MailPart {
  const labels = new Map<string, LeadField>();
  for (const field of LEAD_FIELDS) for (const label of [...(recipe.labels?.[field] ?? []), ...LABELS[field]]) labels.set(plain(label), field);
  return { normalise: (delivery) => meaningOf(delivery, recipe, labels), claim: (mail, settings) => claimOf(mail, settings, recipe.sites ?? []) };
}
