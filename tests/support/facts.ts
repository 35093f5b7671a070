import { randomUUID } from 'node:crypto';
import { sendHoneybook, sendStripe, type Sent } from '../../scripts/simulate/send.ts';
import type { DemoCard, DemoConnection, DemoWedding } from '../../server/demo/card.ts';

/** Single facts for today's demo wedding, sent as the vendors send them. */

export function connectionOf(card: DemoCard, system: string): DemoConnection {
  const found = card.connections.find((connection) => connection.system === system);
  if (!found) throw new Error(`the demo has no ${system}`);
  return found;
}

export function todaysWedding(card: DemoCard): DemoWedding {
  const found = card.weddings.find((wedding) => wedding.today);
  if (!found) throw new Error('no demo wedding is today');
  return found;
}

/** Of the server: where the demo's studio is, which only that server may call on loopback. */
export const studioAt = (port: number): Record<string, string> => ({ WEDSYNC_DEMO_STUDIO_PORT: String(port), WEDSYNC_EGRESS_ALLOW: `127.0.0.1:${port}` });

export interface PaymentFact {
  readonly amountMinor: number;
  readonly status?: 'succeeded' | 'failed';
  readonly name?: string;
  readonly id?: string;
}

/** A Stripe payment for today's wedding, signed by Stripe's own library. */
export function payByStripe(url: string, card: DemoCard, fact: PaymentFact): Promise<Sent> {
  const id = fact.id ?? randomUUID().replaceAll('-', '');
  const created = Math.floor(Date.now() / 1000);
  const wedding = todaysWedding(card);
  const failed = fact.status === 'failed';
  return sendStripe(
    { url, connection: connectionOf(card, 'stripe') },
    {
      id: `evt_${id}`,
      type: failed ? 'payment_intent.payment_failed' : 'payment_intent.succeeded',
      created,
      data: {
        object: {
          id: `pi_${id}`,
          object: 'payment_intent',
          amount: fact.amountMinor,
          amount_received: failed ? 0 : fact.amountMinor,
          currency: 'gbp',
          created,
          description: fact.name ?? 'Balance',
          receipt_email: wedding.coupleEmail,
          status: failed ? 'requires_payment_method' : 'succeeded',
          last_payment_error: failed ? { code: 'card_declined', message: 'Your card was declined.' } : null,
          metadata: { wedsync_wedding_id: wedding.id },
        },
      },
    },
  );
}

/** An inquiry through the HoneyBook bridge. */
export function inquireByHoneybook(url: string, card: DemoCard, token?: string): Promise<Sent> {
  const id = randomUUID();
  return sendHoneybook({ url, connection: connectionOf(card, 'honeybook') }, { trigger: 'new_inquiry', record_id: id, client_name: 'Mirela Ionescu', client_email: 'mirela@example.org' }, token === undefined ? {} : { token });
}
