import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DemoCard, DemoConnection, DemoWedding } from './card.ts';
import { PlainProblem } from './card.ts';
import { sendHoneybook, sendStripe, sendVscoHint, type Sent, type SendTo } from './send.ts';
import type { Fact, HoneybookFact, StripeFact, VscoFact } from './story.ts';
import { stripeObject } from './stripeObjects.ts';
import type { VscoStandIn } from './vscoStandIn.ts';

const MINUTE_MS = 60_000;
/** Older than any tolerance. */
const OLD_SECONDS = 3600;
const CROCKFORD = '0123456789abcdefghjkmnpqrstvwxyz';
const STRANGER = { name: 'Ines Calloway', email: 'nobody.we.know@example.org' };

export interface Player {
  /** Sends one fact and waits for its answer. */
  play(fact: Fact): Promise<Sent>;
  /** Waits until the server has read back what it was only hinted at; the number of jobs still unread. */
  settle(timeoutMs: number): Promise<number>;
}

interface PlayerInput {
  readonly url: string;
  readonly card: DemoCard;
  readonly currency: string;
  readonly standIn: VscoStandIn | null;
}

/** Plays facts into one running server. Ids are new in each run, so that a day can be played again and again. */
export function createPlayer({ url, card, currency, standIn }: PlayerInput): Player {
  const run = randomBytes(6).toString('hex');
  const ulids = new Map<string, string>();
  const sent = new Map<string, () => Promise<Sent>>();
  /** Job -> how many hints the server has taken for it. */
  const hinted = new Map<string, number>();
  let lastMs = 0;

  /** Never the same twice: two changes of one object in one millisecond would have no order. */
  const now = (): number => (lastMs = Math.max(Date.now(), lastMs + 1));

  const connectionOf = (system: string): DemoConnection => {
    const connection = card.connections.find((one) => one.system === system);
    if (!connection) throw new PlainProblem(`The demo venue has no connection to ${system}.`);
    return connection;
  };
  const target = (system: string): SendTo => ({ url, connection: connectionOf(system) });

  const today = card.weddings.find((wedding) => wedding.today) ?? card.weddings[0];
  const others = card.weddings.filter((wedding) => wedding !== today);
  const weddingOf = (which: StripeFact['wedding']): DemoWedding | null => {
    if (which === 'none') return null;
    const wedding = which === 'today' ? today : which === 'next' ? (others[0] ?? today) : (others[1] ?? others[0] ?? today);
    return wedding ?? null;
  };
  const minutesFrom = (wedding: DemoWedding | null, minutes: number): string => {
    return new Date((wedding ? Date.parse(wedding.startsAt) : Date.now()) + minutes * MINUTE_MS).toISOString();
  };

  const ulid = (key: string): string => {
    const known = ulids.get(key);
    if (known) return known;
    // The layout of a ULID: ten characters of time, sixteen of chance.
    let time = now();
    let head = '';
    for (let i = 0; i < 10; i += 1) {
      head = `${CROCKFORD[time % 32] ?? '0'}${head}`;
      time = Math.floor(time / 32);
    }
    const id = head + [...randomBytes(16)].map((byte) => CROCKFORD[byte % 32]).join('');
    ulids.set(key, id);
    return id;
  };

  const playStripe = (fact: StripeFact): (() => Promise<Sent>) => {
    const wedding = weddingOf(fact.wedding);
    const created = Math.floor(now() / 1000);
    const object = stripeObject({
      ...fact,
      id: `${fact.money.replaceAll('-', '')}${run}`,
      created,
      currency,
      weddingId: wedding?.id ?? null,
      email: wedding?.coupleEmail ?? STRANGER.email,
      payer: fact.payer ?? wedding?.coupleName ?? STRANGER.name,
    });
    const event = { id: `evt_${fact.name.replaceAll('-', '')}${run}`, type: fact.event, created, data: { object } };
    const overrides = {
      ...(fact.proof === 'wrong' ? { secret: 'whsec_not_the_one' } : {}),
      ...(fact.proof === 'old' ? { timestamp: created - OLD_SECONDS } : {}),
    };
    return () => sendStripe(target('stripe'), event, overrides);
  };

  const playHoneybook = (fact: HoneybookFact): (() => Promise<Sent>) => {
    const wedding = weddingOf(fact.wedding);
    const client = fact.client ?? (wedding ? { name: wedding.coupleName, email: wedding.coupleEmail } : STRANGER);
    const id = (key: string): string => `${key}-${run}`;
    const fields: Record<string, string> = {
      trigger: fact.trigger,
      updated_at: new Date(now()).toISOString(),
      // One person per couple; a stranger is a new one each time.
      client_id: id(`client-${fact.wedding === 'none' ? fact.project : fact.wedding}`),
      client_name: client.name,
      client_email: client.email,
      vendor_name: fact.vendor,
      trade: fact.trade,
      ...(fact.trigger === 'client_created' ? {} : { project_id: id(fact.project) }),
      ...(wedding ? { project_date: wedding.date } : {}),
      ...(fact.title ? { project_name: fact.title } : {}),
      ...(fact.stage ? { project_stage: fact.stage } : {}),
      ...(fact.place && !fact.meeting ? { project_location: fact.place } : {}),
      ...(fact.payment ? { payment_id: id(fact.payment), paid_at: new Date(now()).toISOString(), currency } : {}),
      ...(fact.amount === undefined ? {} : { amount: (fact.amount / 100).toFixed(2) }),
      ...(fact.paymentName ? { payment_name: fact.paymentName } : {}),
      ...(fact.meeting ? { meeting_id: id(fact.meeting) } : {}),
      ...(fact.meetingTitle ? { meeting_title: fact.meetingTitle } : {}),
      ...(fact.meeting && fact.place ? { meeting_location: fact.place } : {}),
      ...(fact.meetingAt === undefined
        ? {}
        : { meeting_starts_at: minutesFrom(wedding, fact.meetingAt), meeting_ends_at: minutesFrom(wedding, fact.meetingAt + (fact.minutes ?? 60)) }),
      zap_note: 'fields that nobody asked for are kept with the delivery',
    };
    return () => sendHoneybook(target('honeybook'), fields, { form: fact.form === true, ...(fact.proof === 'wrong' ? { token: 'not-the-token' } : {}) });
  };

  const unread = (job: string): boolean => (standIn?.reads('contact', ulid(`contact/${job}`)) ?? 0) < (hinted.get(job) ?? 0);

  const playVsco = async (fact: VscoFact): Promise<() => Promise<Sent>> => {
    if (!standIn) throw new PlainProblem('The stand-in for the VSCO Workspace API is not running.');
    // A hint names an object, not its state: changed before it was read, the earlier state would never be seen.
    for (let waited = 0; unread(fact.job) && waited < 5000; waited += 50) await sleep(50);
    const wedding = weddingOf(fact.wedding);
    const [job, contact, session] = [ulid(`job/${fact.job}`), ulid(`contact/${fact.job}`), ulid(`event/${fact.job}`)];
    const [firstName = 'Guest', ...lastNames] = (wedding?.coupleName ?? STRANGER.name).split(' ');
    standIn.put('contact', { id: contact, kind: 'person', firstName, lastName: lastNames.join(' ') || null, email: wedding?.coupleEmail ?? STRANGER.email });
    standIn.put('job-contact', { id: ulid(`job-contact/${fact.job}`), jobId: job, contactId: contact });
    if (fact.startsAt !== undefined) {
      standIn.put('event', {
        id: session,
        jobId: job,
        name: 'Wedding day',
        startUtc: minutesFrom(wedding, fact.startsAt),
        endUtc: minutesFrom(wedding, fact.startsAt + (fact.minutes ?? 480)),
        location: fact.place ? { id: null, address: { name: fact.place, city: null } } : null,
      });
    }
    standIn.put('job', {
      id: job,
      name: `Photography: ${wedding?.title ?? 'unknown couple'}`,
      eventDate: wedding?.date ?? null,
      primarySessionId: session,
      ...(fact.stage ? { stage: fact.stage } : {}),
      ...(fact.revenue === undefined ? {} : { totalRevenue: fact.revenue }),
    });
    let id = job;
    if (fact.event === 'order.booked') {
      id = ulid(`order/${fact.name}`);
      standIn.put('order', { id, jobId: job, recipientId: contact, status: 'open', referenceCode: id.slice(-8) });
    }
    if (fact.payment) {
      id = ulid(`payment/${fact.payment.key}`);
      const { amount, status, memo } = fact.payment;
      standIn.put('payment', { id, jobId: job, payerId: contact, amount, status, memo, received: new Date(now()).toISOString().slice(0, 10) });
    }
    return async () => {
      const answer = await sendVscoHint(target('vsco-workspace'), { event: fact.event, id });
      if (answer.outcome === 'accepted') hinted.set(fact.job, (hinted.get(fact.job) ?? 0) + 1);
      return answer;
    };
  };

  return {
    async play(fact) {
      if (fact.system === 'again') {
        const before = sent.get(fact.of);
        if (!before) throw new PlainProblem(`${fact.name} repeats ${fact.of}, which was not sent before it.`);
        return before();
      }
      const send = fact.system === 'stripe' ? playStripe(fact) : fact.system === 'honeybook' ? playHoneybook(fact) : await playVsco(fact);
      sent.set(fact.name, send);
      return send();
    },
    async settle(timeoutMs) {
      const waiting = (): number => [...hinted.keys()].filter(unread).length;
      for (let waited = 0; waiting() > 0 && waited < timeoutMs; waited += 50) await sleep(50);
      return waiting();
    },
  };
}
