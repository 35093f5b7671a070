import fc from 'fast-check';

/**
 * What several outside systems have to tell: facts about objects, each in the order in which it happened. How they are told is
 * the schedule's business (`schedule.ts`).
 */

export const CONNECTIONS = ['stripe', 'planner', 'studio', 'calendar', 'acuity', 'feed'] as const;
export type ConnectionName = (typeof CONNECTIONS)[number];

/** One delivery. `needs`: the source has gone this far when it is sent, for one that is only a hint. */
export interface Fact {
  readonly to: ConnectionName;
  readonly key: string;
  readonly body: unknown;
  readonly form?: string;
  readonly needs?: { readonly appointment: string; readonly step: number };
}

export interface Appointment {
  readonly id: string;
  /** What the source answers, one after the other. */
  readonly steps: readonly Readonly<Record<string, unknown>>[];
}

export interface World {
  readonly facts: readonly Fact[];
  readonly appointments: readonly Appointment[];
  /** What the feed shows, one after the other: titles by entry. */
  readonly feed: readonly Readonly<Record<string, string>>[];
}

export const COUPLES = ['amara@example.org', 'noor@example.org'] as const;
/** Known by what the systems tell alone. */
const OTHERS = ['rosa@example.org', 'sol@example.org'] as const;
const SECOND = 1_793_000_000;
const at = (second: number): string => new Date((SECOND + second) * 1000).toISOString();

const email = fc.constantFrom(...COUPLES);
const word = fc.constantFrom('Oak', 'Elm', 'Ash', 'Yew');
/** Seconds between one fact of an object and the next; 0 = told in the same second. */
const gap = fc.integer({ min: 0, max: 3 });

const PAYMENT_STEPS = ['processing', 'failed', 'succeeded', 'partly', 'refunded'] as const;

function payment(n: number, owner: string, steps: readonly (typeof PAYMENT_STEPS)[number][], gaps: readonly number[]): Fact[] {
  let second = n * 100;
  const id = `pi_${n}`;
  return steps.map((step, index) => {
    second += gaps[index] ?? 1;
    const key = `evt_${n}_${step}`;
    const intent = { id, object: 'payment_intent', amount: 10_000 + n, amount_received: 10_000 + n, currency: 'gbp', description: `Payment ${n}`, receipt_email: owner, metadata: {} };
    const charge = { id: `ch_${n}`, object: 'charge', payment_intent: id, amount: 10_000 + n, amount_refunded: step === 'partly' ? 400 : 10_000 + n, refunded: step === 'refunded', paid: true, status: 'succeeded', created: SECOND + n * 100, currency: 'gbp', billing_details: { email: owner, name: `Payer ${n}` }, metadata: {} };
    const [type, object] =
      step === 'processing' ? ['payment_intent.processing', intent]
      : step === 'failed' ? ['payment_intent.payment_failed', { ...intent, last_payment_error: { message: 'Declined' } }]
      : step === 'succeeded' ? ['payment_intent.succeeded', intent]
      : ['charge.refunded', charge];
    return { to: 'stripe', key, body: { id: key, object: 'event', type, created: SECOND + second, data: { object } } };
  });
}

/** A planner's system by bridge: each call tells some of the fields of its project, with the time of the change. */
const PROJECT_FIELDS = ['project_name', 'project_location', 'project_status', 'call_time', 'amount'] as const;
type ProjectField = (typeof PROJECT_FIELDS)[number];
const projectValue = (field: ProjectField, n: number, step: number): string =>
  ({ project_name: `Job ${n} v${step}`, project_location: `Hall ${step}`, project_status: step % 2 === 0 ? 'booked' : 'hold', call_time: at(86_400 + step * 60), amount: `${100 + step}.00` })[field];

function project(to: ConnectionName, n: number, owner: string, told: readonly (readonly ProjectField[])[]): Fact[] {
  return told.map((fields, step) => ({
    to, key: `${to}-p${n}-${step}`,
    body: { trigger: step === 0 ? 'booking_created' : 'booking_updated', project_id: `${to}${n}`, client_email: owner, currency: 'GBP', updated_at: at(n * 100 + step), ...Object.fromEntries(fields.map((field) => [field, projectValue(field, n, step)])) },
  }));
}

/** People, as both systems tell of them; they agree where both know something. */
function client(to: ConnectionName, owner: string, told: readonly boolean[]): Fact[] {
  const name = owner.slice(0, owner.indexOf('@'));
  return told.map((gone, step) => ({
    to, key: `${to}-c-${name}-${step}`,
    body: { trigger: gone ? 'client_deleted' : 'client_updated', client_id: `${to}-${name}`, client_email: `${to}.${owner}`, client_name: `${name} told ${step}`, updated_at: at(step), ...(step % 2 === 0 ? { client_phone: `+44 20 7946 00${step}${to.length}` } : {}) },
  }));
}

const PERSON_FIELDS = ['client_name', 'client_phone', 'client_company', 'client_role'] as const;
type PersonField = (typeof PERSON_FIELDS)[number];
interface ToldOfPerson {
  /** Seconds since this system's last word; those of several systems may fall together. */
  readonly after: number;
  /** Null = the system has let go of them. */
  readonly fields: readonly PersonField[] | null;
}

/** One person, told by several systems that do not agree: each tells some of the fields at a time, and may take them away. */
function person(to: ConnectionName, owner: string, told: readonly ToldOfPerson[]): Fact[] {
  const name = owner.slice(0, owner.indexOf('@'));
  let second = 0;
  return told.map(({ after, fields }, step) => {
    second += after;
    const value = (field: PersonField): string =>
      ({ client_name: `${name} of ${to} ${step}`, client_phone: `+44 20 7946 0${to.length}${step}`, client_company: `${to} & ${step}`, client_role: step % 2 === 0 ? 'planner' : 'couple' })[field];
    return {
      to, key: `${to}-who-${name}-${step}`,
      body: { trigger: fields === null ? 'client_deleted' : 'client_updated', client_id: `${to}-who-${name}`, client_email: owner, updated_at: at(second), ...Object.fromEntries((fields ?? []).map((field) => [field, value(field)])) },
    };
  });
}

/** Entries of a calendar, told whole each time, by their time of change alone; some are taken away, some come again. */
function entry(n: number, told: readonly ('set' | 'gone')[]): Fact[] {
  return told.map((what, step) => ({
    to: 'calendar', key: `e${n}@${step}`,
    body: {
      calendar: 'House', zone: 'Europe/London',
      event: what === 'gone' ? { id: `e${n}`, status: 'cancelled', updated: at(step) } : { id: `e${n}`, status: 'confirmed', updated: at(step), summary: `Entry ${n} v${step}`, ...(step % 2 === 0 ? { location: `Room ${step}` } : {}), start: { dateTime: at(86_400 * (n + 2) + step * 60) }, end: { dateTime: at(86_400 * (n + 2) + 7200) } },
    },
  }));
}

function appointment(n: number, owner: string, places: readonly string[]): { facts: Fact[]; source: Appointment } {
  const id = String(1000 + n);
  const steps = places.map((location, step) => ({ id: 1000 + n, firstName: 'A', lastName: owner.slice(0, 4), email: owner, phone: owner === COUPLES[0] ? '+44 20 7946 0999' : '', type: 'Tasting', datetime: at(86_400 * 3 + n * 600), duration: '30', price: '0.00', location, canceled: step === places.length - 1 && location === 'Yew' }));
  const facts = places.map((_, step): Fact => ({ to: 'acuity', key: `a${n}-${step}`, body: null, form: `action=${step === 0 ? 'scheduled' : 'changed'}&id=${id}&calendarID=1&appointmentTypeID=1`, needs: { appointment: id, step } }));
  return { facts, source: { id, steps } };
}

/** Distinct steps of a payment in the order in which they can happen. */
const paymentSteps = fc.subarray([...PAYMENT_STEPS], { minLength: 1 });
const projectTold = fc.array(fc.subarray([...PROJECT_FIELDS], { minLength: 1 }), { minLength: 1, maxLength: 4 });

const personTold = fc.array(fc.record({ after: fc.integer({ min: 1, max: 2 }), fields: fc.option(fc.subarray([...PERSON_FIELDS]), { freq: 3 }) }), { minLength: 1, maxLength: 4 });

export const worlds: fc.Arbitrary<World> = fc
  .record({
    payments: fc.array(fc.tuple(email, paymentSteps, fc.array(gap, { minLength: 5, maxLength: 5 })), { maxLength: 2 }),
    planner: fc.array(fc.tuple(email, projectTold), { maxLength: 2 }),
    studio: fc.array(fc.tuple(email, projectTold), { maxLength: 2 }),
    clients: fc.array(fc.tuple(fc.constantFrom('planner' as const, 'studio' as const), fc.array(fc.boolean(), { minLength: 1, maxLength: 4 })), { maxLength: 2 }),
    people: fc.array(fc.tuple(fc.constantFrom(...OTHERS, COUPLES[0]), fc.array(personTold, { maxLength: 2 })), { maxLength: 2 }),
    entries: fc.array(fc.array(fc.constantFrom('set' as const, 'gone' as const), { minLength: 1, maxLength: 4 }), { maxLength: 2 }),
    appointments: fc.array(fc.tuple(email, fc.array(word, { minLength: 1, maxLength: 3 })), { maxLength: 2 }),
    feed: fc.array(fc.dictionary(fc.constantFrom('f1', 'f2', 'f3'), word, { maxKeys: 3 }), { maxLength: 4 }),
  })
  .map(({ payments, planner, studio, clients, people, entries, appointments, feed }): World => {
    const booked = appointments.map(([owner, places], n) => appointment(n, owner, places));
    return {
      facts: [
        ...payments.flatMap(([owner, steps, gaps], n) => payment(n + 1, owner, steps, gaps)),
        ...planner.flatMap(([owner, told], n) => project('planner', n, owner, told)),
        ...studio.flatMap(([owner, told], n) => project('studio', n, owner, told)),
        ...clients.filter(([to], n) => clients.findIndex(([other]) => other === to) === n).flatMap(([to, told]) => client(to, COUPLES[0], told)),
        ...people.filter(([owner], n) => people.findIndex(([other]) => other === owner) === n).flatMap(([owner, told]) => told.flatMap((own, n) => person((['planner', 'studio'] as const)[n % 2]!, owner, own))),
        ...entries.flatMap((told, n) => entry(n, told)),
        ...booked.flatMap((one) => one.facts),
      ],
      appointments: booked.map((one) => one.source),
      feed,
    };
  });
