import { setTimeout as sleep } from 'node:timers/promises';
import type { RecordedEvent } from '../../core/contract/events.ts';
import { COLLECTION_NAMES, type CollectionName, type Snapshot } from '../../core/contract/record.ts';
import { toSnapshot, type RecordState } from '../../core/domain/record/state.ts';
import { openLine, type Console } from './console.ts';
import type { Fact } from './vendor.ts';

/** Reads the log as the server tells it to a client that held nothing of it, from where the last reading ended. */
export class Auditor {
  readonly events: RecordedEvent[] = [];
  readonly faults: string[] = [];
  private readonly deliveries = new Map<string, number>();

  get seq(): number {
    return this.events.at(-1)?.seq ?? 0;
  }

  /** Payment events that name this delivery. */
  timesIn(deliveryId: string): number {
    return this.deliveries.get(deliveryId) ?? 0;
  }

  async read(url: string, token: string, epoch: string, enough: () => boolean, limitMs: number): Promise<void> {
    const link = openLine({
      url,
      token,
      cursor: { epoch, seq: this.seq },
      onSnapshot: () => this.faults.push(`the log could not be read on from ${this.seq}`),
      onFrame: (frame) => {
        for (const event of frame.events) {
          if (event.seq <= this.seq) continue;
          if (event.seq !== this.seq + 1) this.faults.push(`the log has ${event.seq} after ${this.seq}`);
          this.events.push(event);
          if (event.collection === 'payments' && event.deliveryId !== null) this.deliveries.set(event.deliveryId, this.timesIn(event.deliveryId) + 1);
        }
      },
    });
    link.start();
    const deadline = Date.now() + limitMs;
    let quietAt = 0;
    // Whole when it has what it must, stands at the head, and nothing has come for a moment.
    for (let seq = -1; Date.now() < deadline; seq = this.seq) {
      if (seq !== this.seq || !enough() || link.status().state !== 'live') quietAt = Date.now();
      else if (Date.now() - quietAt > 120) break;
      await sleep(15);
    }
    link.stop();
  }
}

/** A copy of the record from a client that has just come and held nothing. */
export function freshSnapshot(url: string, token: string): Promise<Snapshot> {
  return new Promise((resolve, reject) => {
    const limit = setTimeout(() => {
      link.stop();
      reject(new Error('no snapshot within 30 s'));
    }, 30_000);
    const link = openLine({
      url,
      token,
      cursor: null,
      onFrame: () => undefined,
      onSnapshot: (snapshot) => {
        clearTimeout(limit);
        link.stop();
        resolve(snapshot);
      },
    });
    link.start();
  });
}

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, one]) => [key, sorted(one)]));
};

/** Collections in which two copies of the record differ. */
export function differences(held: RecordState, fresh: Snapshot): string[] {
  const mine = toSnapshot(held, fresh.at);
  const text = (snapshot: Snapshot, name: CollectionName) => {
    return JSON.stringify(sorted([...snapshot.rows[name]].sort((a, b) => (a.id < b.id ? -1 : 1))));
  };
  return COLLECTION_NAMES.filter((name) => text(mine, name) !== text(fresh, name));
}

export interface Tally {
  readonly lost: string[];
  readonly doubled: string[];
}

/** Every acknowledged fact: once in the log, and its payment once on every console, with its amount and last status. */
export function tally(facts: readonly Fact[], auditor: Auditor, consoles: readonly Console[]): Tally {
  const lost: string[] = [];
  const doubled: string[] = [];
  const judge = (times: number, what: string): void => {
    if (times === 0) lost.push(what);
    else if (times > 1) doubled.push(what);
  };
  for (const fact of facts) judge(auditor.timesIn(fact.deliveryId ?? ''), `${fact.payment} ${fact.event} in the log`);
  const refunded = new Set(facts.filter((fact) => fact.event === 'charge.refunded').map((fact) => fact.payment));
  for (const [n, console] of consoles.entries()) {
    const held = new Map<string, string[]>();
    for (const row of Object.values(console.state?.tables.payments ?? {})) {
      const payment = row.source?.remoteId ?? '';
      held.set(payment, [...(held.get(payment) ?? []), `${row.amountMinor} ${row.status}`]);
    }
    for (const fact of facts) {
      if (fact.event !== 'payment_intent.succeeded') continue;
      const rows = held.get(fact.payment) ?? [];
      judge(rows.length, `${fact.payment} on console ${n}`);
      const wanted = `${fact.amountMinor} ${refunded.has(fact.payment) ? 'refunded' : 'completed'}`;
      if (rows.length === 1 && rows[0] !== wanted) lost.push(`${fact.payment} on console ${n} is ${rows[0]}, not ${wanted}`);
    }
  }
  return { lost, doubled };
}
