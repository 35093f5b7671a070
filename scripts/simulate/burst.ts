import { randomBytes } from 'node:crypto';
import type { DemoCard } from './card.ts';
import { PlainProblem } from './card.ts';
import { sendStripe, type Sent } from './send.ts';
import { stripeObject } from './stripeObjects.ts';

const IN_FLIGHT = 16;
const PAYERS = ['Amara Osei', 'Bjørn Halvorsen', 'Chiara Bellandi', 'Dov Ben-Ami', 'Eilidh MacRae', 'Farid Haddad', 'Gwen Pritchard', 'Hana Kobayashi'] as const;

/** Mulberry32: the same seed gives the same amounts and payers. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** `count` payments as fast as they are answered, for weddings in turn. Stops early when `signal` is aborted. */
export async function playBurst(input: {
  readonly url: string;
  readonly card: DemoCard;
  readonly currency: string;
  readonly count: number;
  readonly random: () => number;
  readonly signal: AbortSignal;
  readonly onAnswer: (sent: Sent) => void;
}): Promise<void> {
  const { url, card, currency, count, random, signal } = input;
  const connection = card.connections.find((one) => one.system === 'stripe');
  if (!connection) throw new PlainProblem('The demo venue has no connection to stripe.');
  const run = randomBytes(6).toString('hex');
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count && !signal.aborted) {
      const n = next++;
      const wedding = card.weddings[n % card.weddings.length];
      const created = Math.floor(Date.now() / 1000);
      const object = stripeObject({
        event: 'payment_intent.succeeded',
        id: `burst${run}${n}`,
        created,
        amount: 500 + Math.floor(random() * 99_500),
        currency,
        weddingId: wedding?.id ?? null,
        email: wedding?.coupleEmail ?? 'nobody.we.know@example.org',
        payer: PAYERS[Math.floor(random() * PAYERS.length)] ?? PAYERS[0],
        description: `Burst payment ${n + 1} of ${count}`,
      });
      input.onAnswer(await sendStripe({ url, connection }, { id: `evt_burst${run}${n}`, type: 'payment_intent.succeeded', created, data: { object } }));
    }
  };
  await Promise.all(Array.from({ length: Math.min(IN_FLIGHT, count) }, lane));
}
