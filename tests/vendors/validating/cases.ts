import type { HttpRequest } from '../../../core/ports/ports.ts';
import type { VendorSamples } from '../../conformance/samples.ts';
import { samples as calendly } from '../calendly/samples.ts';
import { samples as constantContact } from '../constant-contact/samples.ts';
import { samples as googleCalendar } from '../google-calendar/samples.ts';
import { samples as mailchimp } from '../mailchimp/samples.ts';
import { samples as microsoftGraph } from '../microsoft-graph/samples.ts';
import { samples as nws } from '../nws/samples.ts';
import { samples as paypal } from '../paypal/samples.ts';
import { samples as resend } from '../resend/samples.ts';
import { samples as slack } from '../slack/samples.ts';
import { samples as square } from '../square/samples.ts';
import { samples as stripe } from '../stripe/samples.ts';
import { samples as twilio } from '../twilio/samples.ts';
import { samples as vscoWorkspace } from '../vsco-workspace/samples.ts';
import { samples as whatsapp } from '../whatsapp/samples.ts';
import type { Exchange } from './mock.ts';

/** Whose calls are held against which document. */

export interface Case {
  readonly samples: VendorSamples;
  readonly files: readonly string[];
  /** What stands between their document's server and our paths. */
  readonly base: string;
  /** Asked all the same, by its place at the vendor: the stored part of the document does not have it. */
  readonly absent: readonly string[];
  /** What the document says otherwise than the vendor does, and why it is no fault of ours. */
  readonly known?: (exchange: Exchange, wrong: string) => boolean;
  /** The call as the document knows it, where that is an older way of saying the same. */
  readonly as?: (request: HttpRequest) => HttpRequest;
  /** A made-up value, or a more telling one in its place. */
  readonly sense?: (name: string, value: unknown) => unknown;
  /** False = the address of the interface is another one for each account. */
  readonly fixedPlace?: false;
}

/** The link to the next page carries the window in its token; the document asks for the window every time. */
const windowInToken: Case['known'] = ({ request }, wrong) => /[?&](?:\$|%24)(?:skip|delta)token=/.test(request.url) && /'(?:start|end)datetime'|\$(?:skip|delta)token is/.test(wrong);
/** Their own link to the next page carries more than the document asks for. */
const fromLink = (name: string): NonNullable<Case['known']> => (_exchange, wrong) => wrong === `request.query: ${name} is not documented`;
/** The document was archived in 2021 and has one method for each; Slack takes them by POST too, and its present pages say so. */
const byGet: Case['as'] = (request) => ({ ...request, method: 'GET', headers: { ...request.headers, token: request.headers['authorization']?.replace('Bearer ', '') ?? '' } });

/** Contracts allow any text where a vendor has a few words; with one of those the answer is read beyond its first check. */
const sense = (words: Readonly<Record<string, readonly unknown[]>>): NonNullable<Case['sense']> => {
  let count = 0;
  return (name, value) => (Object.hasOwn(words, name) && typeof value === 'string' ? words[name]?.[count++ % words[name].length] : value);
};
const eventsOf = ({ vendor }: VendorSamples): readonly string[] => vendor.manifest.webhook?.events ?? [];
const numbered = (prefix: string): string[] => Array.from({ length: 50 }, (_, n) => `${prefix}${n}`);

export const VALIDATED: readonly Case[] = [
  { samples: calendly, files: ['calendly/calendly-v2-openapi.unofficial.json'], base: '', absent: [] },
  { samples: constantContact, files: ['constant-contact/constant-contact-v3.trimmed.json'], base: '', absent: [], known: fromLink('cursor'), sense: sense({ href: [''] }) },
  { samples: googleCalendar, files: ['google-calendar/calendar-v3.discovery.json'], base: '', absent: [] },
  { samples: mailchimp, files: ['mailchimp/mailchimp-marketing-3.0.trimmed.json'], base: '', absent: ['/ping'], fixedPlace: false },
  { samples: microsoftGraph, files: ['microsoft-graph/graph-calendar-subscriptions.trimmed.json'], base: '', absent: ['/me'], known: windowInToken },
  { samples: nws, files: ['weather-nws/nws-openapi-3.8.1.trimmed.json'], base: '', absent: [] },
  {
    samples: paypal,
    files: ['checkout_orders_v2', 'invoicing_v2', 'notifications_webhooks_v1', 'payments_payment_v2'].map((name) => `paypal/${name}.json`),
    base: '',
    absent: ['/v1/oauth2/token'],
    known: fromLink('page'),
    sense: sense({ currency_code: ['GBP', 'JPY'], event_type: eventsOf(paypal) }),
  },
  { samples: resend, files: ['resend/resend-openapi.json'], base: '', absent: [] },
  { samples: slack, files: ['slack/slack_web_openapi_v2.trimmed.json'], base: '', absent: [], as: byGet },
  { samples: square, files: ['square/openapi-2025-08-20.trimmed.json'], base: '/v2', absent: [], sense: sense({ type: eventsOf(square), event_id: numbered('event-'), currency: ['GBP'] }) },
  { samples: stripe, files: ['stripe/openapi-2022-04-12.trimmed.json'], base: '/v1', absent: ['/v1/account', '/v1/disputes/{dispute}'], sense: sense({ type: eventsOf(stripe), id: numbered('evt_'), currency: ['gbp'] }) },
  { samples: twilio, files: ['twilio/twilio_api_v2010.trimmed.json'], base: '', absent: [] },
  { samples: vscoWorkspace, files: ['vsco-workspace/workspace-openapi-v2.json'], base: '', absent: [] },
  { samples: whatsapp, files: ['whatsapp/business-messaging-api_v23.0.trimmed.json'], base: '/v23.0', absent: [] },
];
