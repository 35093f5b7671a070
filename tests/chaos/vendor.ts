import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { sendStripe, type Sent } from '../../scripts/simulate/send.ts';
import { stripeObject } from '../../scripts/simulate/stripeObjects.ts';
import type { DemoCard } from '../../server/demo/card.ts';
import { connectionOf, todaysWedding } from '../support/facts.ts';

/** One webhook, unique in the whole run. Times are milliseconds since the epoch. */
export interface Fact {
  readonly payment: string;
  readonly event: 'payment_intent.succeeded' | 'charge.refunded';
  readonly amountMinor: number;
  readonly sentAt: number;
  ackedAt: number | null;
  deliveryId: string | null;
  tries: number;
}

/** Every n-th payment is refunded once it is acknowledged, so that there is an order to keep. */
const REFUND_EVERY = 4;
/** A vendor goes on for days; a test that nobody answers for this long has failed. */
const PATIENCE_MS = 120_000;

/**
 * Stripe, as far as a server can tell: sends each fact when it is due whatever became of those before, and sends it again
 * until it is acknowledged. `urls` is asked before every try; several addresses are taken in turn, as behind a balancer.
 */
export class Vendor {
  readonly facts: Fact[] = [];
  readonly refusals = new Map<string, number>();
  private readonly urls: () => readonly string[];
  private readonly card: DemoCard;
  private readonly random: () => number;
  private readonly run = randomBytes(5).toString('hex');
  private turn = 0;
  private next = 0;

  constructor(urls: () => readonly string[], card: DemoCard, random: () => number) {
    this.urls = urls;
    this.card = card;
    this.random = random;
  }

  acknowledged(): Fact[] {
    return this.facts.filter((fact) => fact.ackedAt !== null);
  }

  /** `count` payments, `perSecond` of them a second, and their refunds. Settles when all of them are acknowledged. */
  async load(count: number, perSecond: number, fillerBytes = 0): Promise<void> {
    const start = performance.now();
    const under = new Set<Promise<void>>();
    for (let n = 0; n < count; n += 1) {
      const wait = start + (n * 1000) / perSecond - performance.now();
      if (wait > 0) await sleep(wait);
      under.add(this.pay(fillerBytes));
    }
    await Promise.all(under);
  }

  /** One payment, and its refund if it is its turn. */
  async pay(fillerBytes = 0): Promise<void> {
    const n = (this.next += 1);
    const payment = `chaos${this.run}${n}`;
    await this.untilAcknowledged(this.fact(payment, 'payment_intent.succeeded', n), fillerBytes);
    if (n % REFUND_EVERY === 0) await this.untilAcknowledged(this.fact(payment, 'charge.refunded', n), 0);
  }

  /** One try of a new payment that is not repeated; what is not acknowledged does not count. */
  async tryOnce(fillerBytes: number): Promise<Sent> {
    const n = (this.next += 1);
    const fact = this.fact(`chaos${this.run}${n}`, 'payment_intent.succeeded', n);
    const sent = await this.send(fact, fillerBytes);
    if (fact.ackedAt === null) this.facts.splice(this.facts.indexOf(fact), 1);
    return sent;
  }

  private fact(payment: string, event: Fact['event'], n: number): Fact {
    const fact: Fact = { payment: `pi_${payment}`, event, amountMinor: 1_000 + n, sentAt: Date.now(), ackedAt: null, deliveryId: null, tries: 0 };
    this.facts.push(fact);
    return fact;
  }

  private async untilAcknowledged(fact: Fact, fillerBytes: number): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS;
    for (let wait = 50; ; wait = Math.min(400, wait * 2)) {
      const sent = await this.send(fact, fillerBytes);
      if (fact.ackedAt !== null) return;
      if (Date.now() > deadline) throw new Error(`${fact.payment} was not acknowledged: ${sent.outcome} ${sent.code}`);
      await sleep(wait * (0.5 + this.random() / 2));
    }
  }

  private async send(fact: Fact, fillerBytes: number): Promise<Sent> {
    const urls = this.urls();
    const url = urls[(this.turn += 1) % urls.length];
    if (url === undefined) throw new Error('the vendor has no address to send to');
    fact.tries += 1;
    const created = Math.floor(fact.sentAt / 1000);
    const wedding = todaysWedding(this.card);
    const object = stripeObject({
      event: fact.event,
      id: fact.payment.slice('pi_'.length),
      created,
      amount: fact.amountMinor,
      currency: 'gbp',
      weddingId: wedding.id,
      email: wedding.coupleEmail,
      payer: 'Amara Osei',
      description: `Payment ${fact.amountMinor}`,
    });
    // Random, because the database packs what repeats.
    const data = { object: fillerBytes > 0 ? { ...object, filler: randomBytes(fillerBytes / 2).toString('hex') } : object };
    const id = `evt_${fact.payment}_${fact.event.replace('.', '_')}`;
    const sent = await sendStripe({ url, connection: connectionOf(this.card, 'stripe') }, { id, type: fact.event, created, data });
    if (sent.outcome === 'accepted' || sent.outcome === 'duplicate') {
      fact.ackedAt = Date.now();
      fact.deliveryId = sent.deliveryId;
    } else {
      const why = `${sent.status} ${sent.code ?? sent.outcome}`;
      this.refusals.set(why, (this.refusals.get(why) ?? 0) + 1);
    }
    return sent;
  }
}
