import { describe, expect, it } from 'vitest';
import { CALENDLY_EVENTS } from '../../../core/vendors/calendly/manifest.ts';
import { contractFile, haveContracts, openApiContract, readContract } from '../contractFiles.ts';
import { calendly } from '../../../core/vendors/calendly/index.ts';
import type { HttpRequest } from '../../../core/ports/ports.ts';
import { clockAt } from '../ports.ts';
import { event, invitee, SLOTS, user } from './objects.ts';
import { api as standIn, samples } from './samples.ts';

const [api, hooks] = [contractFile('calendly', 'calendly-v2-openapi.unofficial.json'), contractFile('calendly', 'calendly-webhooks-asyncapi.unofficial.json')];

describe.skipIf(!haveContracts(api, hooks))('Calendly: a third party’s model of the contract', () => {
  it('our objects are theirs', () => {
    const contract = openApiContract(api);
    contract.expectKnown('ScheduledEvent', event(SLOTS.first));
    contract.expectKnown('Invitee', invitee(SLOTS.first));
    contract.expectKnown('User', user);
    contract.expectFits('Pagination', { count: 2, next_page_token: 'page2' });
    expect(contract.fits('Invitee', invitee(SLOTS.first, { status: 'maybe' })).valid).toBe(false);
  });

  it('is asked as documented', async () => {
    const contract = openApiContract(api);
    const requests: HttpRequest[] = [];
    const respond = (request: HttpRequest) => {
      const found = samples.reread?.answers.get(new URL(request.url).pathname);
      return found === undefined ? standIn(request) : { status: 200, headers: {}, body: JSON.stringify(found) };
    };
    const ports = { clock: clockAt(samples.nowMs), http: { send: (request: HttpRequest) => Promise.resolve(respond(request)).finally(() => requests.push(request)) } };
    for (const hint of samples.reread?.hints ?? []) await calendly.reread?.(hint, samples.access, ports);
    await calendly.poll?.read(null, samples.access, ports);
    expect(requests.length).toBe(6);
    for (const request of requests) contract.expectAsks(request);
  });

  it('lists the events of invitees that we understand', () => {
    const channels = Object.keys((readContract(hooks) as { channels: object }).channels).map((name) => name.replace('/webhook/invitee-', 'invitee.'));
    for (const name of CALENDLY_EVENTS.filter((each) => each.startsWith('invitee.'))) expect(channels).toContain(name);
  });
});
