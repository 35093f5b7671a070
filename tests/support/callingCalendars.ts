import type { FastifyInstance } from 'fastify';
import type { Clock, Http, HttpRequest, HttpResponse } from '../../core/ports/ports.ts';
import { FakeGoogle } from '../vendors/google-calendar/fake.ts';
import { FakeGraph } from '../vendors/microsoft-graph/fake.ts';

/** Google and Microsoft as they call back: over channels that end by themselves, at the address they were given, and only while they are open. */

type Json = Record<string, unknown>;

export interface CallingCalendar {
  readonly http: Http;
  readonly calendarId: string;
  /** Another one of the same account. */
  readonly otherId: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly token: string;
  readonly system: 'google-calendar' | 'microsoft-graph';
  /** Ids of channels that are open and not over. */
  open(): string[];
  /** Calls over the channel, as after a change; the status of the answer. `forged` = with a token that somebody made up. */
  notify(channelId: string, forged?: string): Promise<number>;
  /** What was asked, `METHOD path`. */
  readonly asked: string[];
  /** Answered in place of the next call about a channel. */
  refuseNext(response: HttpResponse): void;
}

const OK = { status: 200, headers: {}, body: '{}' };
const isChannelCall = ({ url }: HttpRequest): boolean => /\/(?:watch|channels\/stop|subscriptions(?:\/[\w-]+)?)$/.test(new URL(url).pathname);

function overHttp(inner: Http, asked: string[], refusals: HttpResponse[], around: (request: HttpRequest) => Promise<HttpResponse | null> = () => Promise.resolve(null)): Http {
  return {
    async send(request) {
      asked.push(`${request.method} ${decodeURIComponent(new URL(request.url).pathname)}`);
      const refusal = isChannelCall(request) ? refusals.shift() : undefined;
      return refusal ?? (await around(request)) ?? inner.send(request);
    },
  };
}

const pathOf = (address: unknown): string => new URL(String(address)).pathname;

export function callingGoogle(app: () => FastifyInstance, clock: Clock): CallingCalendar {
  const fake = new FakeGoogle(null);
  const asked: string[] = [];
  const refusals: HttpResponse[] = [];
  const addresses = new Map<string, string>();
  let numbers = 0;
  const call = async (channel: Json, state: string, forged?: string): Promise<number> => {
    numbers += 1;
    const headers = {
      'x-goog-channel-id': String(channel['id']), 'x-goog-channel-token': forged ?? String(channel['token']), 'x-goog-message-number': String(numbers), 'x-goog-resource-state': state,
      'x-goog-resource-id': String(channel['resourceId']),
    };
    return (await app().inject({ method: 'POST', url: pathOf(addresses.get(String(channel['id']))), headers })).statusCode;
  };
  const http = overHttp(fake.http, asked, refusals, async (request) => {
    if (!request.url.endsWith('/watch')) return null;
    const answer = await fake.http.send(request);
    const wish = JSON.parse(request.body ?? '{}') as Json;
    if (answer.status !== 200) return answer;
    addresses.set(String(wish['id']), String(wish['address']));
    // Google says that the channel is open before it has answered.
    if ((await call(fake.channels.get(String(wish['id'])) ?? {}, 'sync')) !== 200) return { status: 400, headers: {}, body: '{}' };
    return answer;
  });
  return {
    http, asked, system: 'google-calendar', calendarId: fake.calendarId, otherId: fake.mainId, token: fake.token,
    settings: { clientId: 'client', baseUrl: fake.base, calendarId: fake.calendarId },
    open: () => [...fake.channels.values()].filter((one) => Number(one['expiration']) > clock.now()).map((one) => String(one['id'])),
    notify: (channelId, forged) => call(fake.channels.get(channelId) ?? {}, 'exists', forged),
    refuseNext: (response) => void refusals.push(response),
  };
}

export interface CallingGraph extends CallingCalendar {
  /** What Microsoft says of the subscription itself. `gone` ones are not there any more. */
  lifecycle(channelId: string, event: 'reauthorizationRequired' | 'subscriptionRemoved' | 'missed'): Promise<number>;
}

export function callingGraph(app: () => FastifyInstance, clock: Clock): CallingGraph {
  const fake = new FakeGraph(null);
  const asked: string[] = [];
  const refusals: HttpResponse[] = [];
  let marks = 0;
  const send = async (subscription: Json, what: Json, forged?: string): Promise<number> => {
    marks += 1;
    const item = {
      subscriptionId: subscription['id'], subscriptionExpirationDateTime: subscription['expirationDateTime'], clientState: forged ?? subscription['clientState'], resource: subscription['resource'],
      resourceData: { id: `AAMk${marks}=`, '@odata.etag': `W/"${marks}"` }, ...what,
    };
    return (await app().inject({ method: 'POST', url: pathOf(subscription['notificationUrl']), payload: { value: [item] } })).statusCode;
  };
  const http = overHttp(fake.http, asked, refusals, async (request) => {
    if (request.method !== 'POST' || !request.url.endsWith('/subscriptions')) return null;
    const wish = JSON.parse(request.body ?? '{}') as Json;
    for (const url of [wish['notificationUrl'], wish['lifecycleNotificationUrl']]) {
      const said = await app().inject({ method: 'POST', url: `${pathOf(url)}?validationToken=are%20you%20there`, headers: { 'content-type': 'text/plain' } });
      if (said.statusCode !== 200 || said.payload !== 'are you there') return { status: 400, headers: {}, body: '{"error":{"code":"ValidationError"}}' };
    }
    return null;
  });
  const isOpen = (one: Json): boolean => Date.parse(String(one['expirationDateTime'])) > clock.now();
  const one = (channelId: string): Json => fake.subscriptions.get(channelId) ?? {};
  return {
    http, asked, system: 'microsoft-graph', calendarId: fake.calendarId, otherId: fake.mainId, token: fake.token,
    settings: { clientId: 'client', baseUrl: fake.base, calendarId: fake.calendarId },
    open: () => [...fake.subscriptions.values()].filter(isOpen).map((each) => String(each['id'])),
    notify: (channelId, forged) => send(one(channelId), { changeType: 'updated' }, forged),
    async lifecycle(channelId, event) {
      const subscription = one(channelId);
      if (event === 'subscriptionRemoved') fake.subscriptions.delete(channelId);
      return send(subscription, { lifecycleEvent: event, resourceData: undefined });
    },
    refuseNext: (response) => void refusals.push(response),
  };
}

export const NOT_NOW: HttpResponse = { ...OK, status: 503 };
export const NOT_YOURS: HttpResponse = { ...OK, status: 403, body: '{"error":{"errors":[{"reason":"forbidden"}],"code":403}}' };
