import { ok } from '../../contract/result.ts';
import { refused, SAFE_SEGMENT } from '../calls.ts';
import type { VendorModule } from '../vendor.ts';
import { paypalClient } from './client.ts';
import { PAYPAL_EVENTS } from './manifest.ts';
import { Webhook } from './shapes.ts';

export const tryOut: NonNullable<VendorModule['test']> = async (access, ports) => {
  const client = await paypalClient(access, ports);
  if (!client.ok) return client;
  const id = access.secrets['webhookId'];
  const good = 'The client ID and the secret key are good.';
  // Whoever makes the calls need not be who proves the webhooks.
  if (id === undefined) return ok({ account: null, details: [good] });
  if (!SAFE_SEGMENT.test(id)) return refused('The webhook ID is not one of PayPal.');
  const webhook = await client.value.read(`/v1/notifications/webhooks/${id}`, 'the webhook', Webhook);
  if (!webhook.ok) return webhook;
  const names = webhook.value.event_types.map((type) => type.name);
  const missing = names.includes('*') ? [] : PAYPAL_EVENTS.filter((event) => !names.includes(event));
  return ok({
    account: null,
    details: [
      good,
      missing.length === 0 ? 'The webhook tells of everything that is needed.' : `The webhook does not tell of: ${missing.join(', ')}.`,
    ],
  });
};
