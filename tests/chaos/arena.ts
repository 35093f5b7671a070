import { setTimeout as sleep } from 'node:timers/promises';
import type { Snapshot } from '../../core/contract/record.ts';
import { Console } from './console.ts';
import type { Home, Post } from './home.ts';
import { Auditor, differences, freshSnapshot, tally } from './settled.ts';
import { Vendor } from './vendor.ts';

const SETTLE_LIMIT_MS = 90_000;

/** What one fault came to. Times in milliseconds. */
export interface Outcome {
  readonly name: string;
  rounds: number;
  acknowledged: number;
  lost: number;
  doubled: number;
  readonly recoveries: number[];
  readonly faults: string[];
  readonly notes: string[];
}

export const newOutcome = (name: string): Outcome => ({ name, rounds: 0, acknowledged: 0, lost: 0, doubled: 0, recoveries: [], faults: [], notes: [] });

/** A home under load with consoles watching, for one fault. */
export class Arena {
  readonly home: Home;
  readonly vendor: Vendor;
  readonly consoles: Console[] = [];
  readonly outcome: Outcome;
  readonly random: () => number;
  private readonly auditor = new Auditor();
  private token = '';

  constructor(home: Home, name: string, random: () => number, vendorUrls?: () => readonly string[]) {
    this.home = home;
    this.random = random;
    this.outcome = newOutcome(name);
    this.vendor = new Vendor(vendorUrls ?? (() => home.posts.map((post) => post.url)), home.card, random);
  }

  get post(): Post {
    const [post] = this.home.posts;
    if (!post) throw new Error('a home without a server');
    return post;
  }

  /** `urls`: one console for each; they are up to date when this resolves. */
  async watch(urls: readonly string[]): Promise<void> {
    this.token = await this.home.token();
    for (const url of urls) this.consoles.push(new Console(url, await this.home.token()));
    await this.until(() => this.consoles.every((console) => console.link.status().state === 'live'), 'every console live at the start');
  }

  async until(check: () => boolean, what: string, limitMs = SETTLE_LIMIT_MS): Promise<boolean> {
    const deadline = Date.now() + limitMs;
    while (!check()) {
      if (Date.now() > deadline) {
        this.outcome.faults.push(`gave up waiting: ${what}`);
        return false;
      }
      await sleep(5);
    }
    return true;
  }

  /**
   * `count` facts at 40 a second, and `fault` at a random moment among them. It returns when the fault began and ended
   * counts from there: recovered = something acknowledged afterwards is on every console.
   */
  async round(count: number, fault: () => Promise<number>): Promise<void> {
    const perSecond = 40;
    const load = this.vendor.load(count, perSecond);
    await sleep((0.2 + 0.5 * this.random()) * (count / perSecond) * 1000);
    const at = await fault();
    await Promise.all([load, this.vendor.pay()]);
    await this.settle();
    const after = this.vendor.facts.flatMap(({ ackedAt, event, payment }) => {
      const held = this.consoles.map((console) => console.heldAt.get(payment) ?? Number.POSITIVE_INFINITY);
      const last = Math.max(...held);
      return event === 'payment_intent.succeeded' && ackedAt !== null && ackedAt > at && Math.min(...held) > at && Number.isFinite(last) ? [last - at] : [];
    });
    if (after.length > 0) this.outcome.recoveries.push(Math.min(...after));
    else this.outcome.faults.push('nothing that was acknowledged after the fault reached every console');
    this.outcome.rounds += 1;
  }

  /** Reads the log on, without waiting for the consoles. */
  async audit(): Promise<void> {
    const facts = this.vendor.acknowledged();
    const epoch = this.consoles[0]?.state?.epoch ?? '';
    await this.auditor.read(this.post.url, this.token, epoch, () => facts.every((fact) => this.auditor.timesIn(fact.deliveryId ?? '') > 0), SETTLE_LIMIT_MS);
  }

  /**
   * The record as a newcomer gets it, once every console stands where it does. The server goes on by itself (a look ends, an alert
   * climbs): what it tells after the log was read is read as well.
   */
  private async comparable(): Promise<Snapshot> {
    const { auditor, consoles } = this;
    const deadline = Date.now() + SETTLE_LIMIT_MS;
    for (;;) {
      await this.audit();
      const least = auditor.seq;
      const come = await this.until(() => consoles.every((console) => console.isFrom(least)), 'every console at the head of the log');
      const fresh = await freshSnapshot(this.post.url, this.token);
      if (!come || consoles.every((console) => console.isAt(fresh.seq)) && auditor.seq === fresh.seq) return fresh;
      if (Date.now() > deadline) {
        this.outcome.faults.push('the log never stood still');
        return fresh;
      }
    }
  }

  /** Waits until everything that was acknowledged is in the log and every console is at its head, then compares all of it. */
  async settle(): Promise<void> {
    const { outcome, auditor, consoles } = this;
    const facts = this.vendor.acknowledged();
    const fresh = await this.comparable();
    const { lost, doubled } = tally(facts, auditor, consoles);
    outcome.acknowledged = facts.length;
    outcome.lost = Math.max(outcome.lost, lost.length);
    outcome.doubled = Math.max(outcome.doubled, doubled.length);
    outcome.faults.push(...lost.slice(0, 3), ...doubled.slice(0, 3), ...auditor.faults.splice(0));
    for (const [n, console] of consoles.entries()) {
      const differing = console.state ? differences(console.state, fresh) : ['everything'];
      if (differing.length > 0) outcome.faults.push(`console ${n} differs from a fresh snapshot in ${differing.join(', ')}`);
      outcome.doubled += console.doubled;
      console.doubled = 0;
      outcome.faults.push(...console.faults.splice(0));
    }
  }

  leave(): void {
    for (const console of this.consoles) console.link.stop();
  }
}
