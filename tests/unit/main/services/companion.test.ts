import { describe, expect, it } from 'vitest';
import { codedError, type CodedError } from '../../../../core/contract/errors.ts';
import { err, ok, type Result } from '../../../../core/contract/result.ts';
import type { PresenceList, PresencePlace } from '../../../../core/contract/presence.ts';
import type { LinkStatus } from '../../../../core/contract/stream.ts';
import { toSnapshot } from '../../../../core/domain/record/state.ts';
import { createCompanion } from '../../../../main/services/companion.ts';
import type { Device, EnrolmentTarget } from '../../../../main/services/enrolment.ts';
import type { ServerLinkRun } from '../../../../main/services/link.ts';
import { createRecord } from '../../../../main/services/record.ts';
import { state, testId } from '../../../support/builders.ts';
import { handClock, keptLog, settle } from '../support/fakes.ts';

const SERVER = 'http://127.0.0.1:4317';
const OTHER = 'https://wedsync.example';
const TICKET = 'ticket-000000000000000000';
const live = (seq = 0): LinkStatus => ({ state: 'live', since: '2026-11-20T12:00:00.000Z', seq, headSeq: seq, confirmedAt: null, reason: null, attempt: 0, retryAt: null });

function make() {
  const clock = handClock();
  const stored = new Map<string, string>();
  const tickets: (string | null)[] = [];
  const links: (ServerLinkRun & { stopped: boolean; retried: number; network: boolean[]; places: PresencePlace[] })[] = [];
  const statuses: LinkStatus[] = [];
  const embedded: string[] = [];
  const saved: (string | null)[] = [];
  const founded: string[] = [];
  let spare: string | null = 'ticket-from-the-process-0';
  const lists: (PresenceList | null)[] = [];
  let failing: CodedError | null = null;
  let minted = 0;
  let me: Result<never, CodedError> | null = null;

  const enrol = async (target: EnrolmentTarget): Promise<Result<Device, CodedError>> => {
    if (failing) return err(failing);
    const ticket = await target.ticket();
    tickets.push(ticket);
    if (ticket === null) return err(codedError('auth.missing', 'no ticket'));
    const token = `token-${(minted += 1)}`;
    stored.set(target.key, token);
    return ok({ token, origin: 'fresh' });
  };
  const record = createRecord({ clock, onSnapshot: () => undefined, onPatch: () => undefined, onEvent: () => undefined, onOpenAlerts: () => undefined });
  const companion = createCompanion({
    clock,
    timers: clock.timers,
    random: { next: () => 0.5 },
    log: keptLog(),
    record,
    embeddedKey: 'embedded x',
    enrolment: {
      enrol,
      token: (target) => {
        const token = stored.get(target.key);
        return token === undefined ? enrol(target) : Promise.resolve(ok<Device>({ token, origin: 'stored' }));
      },
      found: (target, founding, house) => {
        founded.push(`${target.server} ${founding} ${house.name}`);
        if (failing) return Promise.resolve(err(failing));
        stored.set(target.key, 'owner-token');
        return Promise.resolve(ok(true));
      },
      keep: (key, token) => Promise.resolve(void stored.set(key, token)),
      discard: (key) => Promise.resolve(void stored.delete(key)),
    },
    embedded: {
      start: () => void embedded.push('start'),
      stop: () => Promise.resolve(void embedded.push('stop')),
      ticket: () => Promise.resolve(spare),
    },
    link: (run) => {
      const link = { ...run, stopped: false, retried: 0, network: [] as boolean[], places: [] as PresencePlace[] };
      links.push(link);
      return {
        start: () => undefined,
        stop: () => {
          link.stopped = true;
          run.onStatus({ ...live(), state: 'offline', reason: 'stopped' });
        },
        retryNow: () => void (link.retried += 1),
        networkChanged: (online) => void link.network.push(online),
        suspended: () => undefined,
        resumed: () => undefined,
        present: (place) => void link.places.push(place),
        status: () => live(),
      };
    },
    me: () => Promise.resolve(me ?? ok({ organisation: state().organisation, access: { role: 'owner', weddingId: null, contactId: null, bookingIds: [] }, device: { id: testId(), name: 'desk', kind: 'desktop' }, server: { version: '1', protocol: 2, time: '2026-11-20T12:00:00.000Z' } })),
    onFrame: () => undefined,
    onStatus: (status) => statuses.push(status),
    onPresence: (list) => lists.push(list),
    saveServerUrl: (url) => void saved.push(url),
  });
  const last = () => {
    const link = links.at(-1);
    if (!link) throw new Error('no link was made');
    return link;
  };
  return { clock, stored, tickets, links, last, statuses, embedded, saved, founded, record, companion, noTicket: () => (spare = null), fail: (error: CodedError | null) => (failing = error), refuseMe: (error: CodedError) => (me = err(error)) };
}

describe('as a client', () => {
  it('pairs with the ticket and opens the link with the token', async () => {
    const { companion, last, tickets, embedded } = make();
    companion.start(SERVER, TICKET);
    await settle();
    expect(tickets).toEqual([TICKET]);
    expect(last()).toMatchObject({ server: SERVER, token: 'token-1', cursor: null });
    expect(companion.server()).toEqual({ mode: 'client', url: SERVER });
    expect(companion.session()).toEqual({ server: SERVER, token: 'token-1' });
    expect(embedded).toEqual([]);
    last().onStatus(live(4));
    expect(companion.status()).toMatchObject({ state: 'live', seq: 4 });
  });

  it('says that it is not let in when there is no ticket, and tries again when asked', async () => {
    const { companion, links } = make();
    companion.start(SERVER, null);
    await settle();
    expect(companion.status()).toMatchObject({ state: 'refused', reason: 'auth_missing' });
    expect(links).toEqual([]);
    expect(companion.session()).toBeNull();
    expect(await companion.connect({ url: SERVER, ticket: TICKET })).toEqual({ ok: true, value: true });
    await settle();
    expect(links).toHaveLength(1);
  });

  it('waits for a server that is not there yet, with growing pauses, and at once when asked', async () => {
    const { companion, links, clock, fail, statuses } = make();
    fail(codedError('server.unreachable', 'no connection', true));
    companion.start(SERVER, TICKET);
    await settle();
    expect(companion.status()).toMatchObject({ state: 'offline', reason: 'transport_lost', attempt: 0 });
    expect(companion.status().retryAt).not.toBeNull();
    clock.advance(1_500);
    await settle();
    expect(companion.status()).toMatchObject({ state: 'offline', attempt: 1 });
    fail(null);
    companion.retryNow();
    await settle();
    expect(links).toHaveLength(1);
    clock.advance(60_000);
    await settle();
    expect(links).toHaveLength(1);
    expect(statuses.length).toBeGreaterThan(2);
  });

  it('forgets a refused token and takes the ticket once', async () => {
    const { companion, links, last, stored, tickets } = make();
    stored.set(`server ${SERVER}`, 'old');
    companion.start(SERVER, TICKET);
    await settle();
    expect(last().token).toBe('old');
    last().onStatus({ ...live(), state: 'refused', reason: 'auth_revoked' });
    await settle();
    expect(links).toHaveLength(2);
    expect(links[0]?.stopped).toBe(true);
    expect(last().token).toBe('token-1');
    expect(tickets).toEqual([TICKET]);

    last().onStatus({ ...live(), state: 'refused', reason: 'auth_invalid' });
    await settle();
    expect(links).toHaveLength(2);
    expect(companion.status()).toMatchObject({ state: 'refused', reason: 'auth_invalid' });
  });

  it('says why it is not let in any more when there is no ticket left', async () => {
    const { companion, last, stored } = make();
    stored.set(`server ${SERVER}`, 'old');
    companion.start(SERVER, null);
    await settle();
    last().onStatus({ ...live(), state: 'refused', reason: 'auth_revoked' });
    await settle();
    expect(stored.size).toBe(0);
    expect(companion.status()).toMatchObject({ state: 'refused', reason: 'auth_revoked' });
    companion.start(SERVER, null);
    await settle();
    expect(companion.status()).toMatchObject({ state: 'refused', reason: 'auth_missing' });
  });

  it('takes a token that was given by a code, changes over and keeps the address; not one that is refused', async () => {
    const { companion, last, stored, saved, embedded, refuseMe } = make();
    companion.start(null, null);
    expect(await companion.adopt(SERVER, 'by-code')).toEqual({ ok: true, value: true });
    await settle();
    expect(last()).toMatchObject({ server: SERVER, token: 'by-code' });
    expect(saved).toEqual([SERVER]);
    expect(embedded).toEqual(['start', 'stop']);
    refuseMe(codedError('auth.revoked', 'withdrawn meanwhile'));
    expect(await companion.adopt(OTHER, 'too-late')).toMatchObject({ ok: false, error: { code: 'auth.revoked' } });
    expect([...stored]).toEqual([[`server ${SERVER}`, 'by-code']]);
  });

  it('keeps a token that was refused for another reason', async () => {
    const { companion, last, stored, links } = make();
    stored.set(`server ${SERVER}`, 'old');
    companion.start(SERVER, TICKET);
    await settle();
    last().onStatus({ ...live(), state: 'refused', reason: 'protocol_too_old' });
    await settle();
    expect(stored.get(`server ${SERVER}`)).toBe('old');
    expect(links).toHaveLength(1);
  });

  it('hears nothing more from a line that was given up', async () => {
    const { companion, links, record, last } = make();
    companion.start(SERVER, TICKET);
    await settle();
    const old = last();
    await companion.connect({ url: OTHER, ticket: TICKET });
    await settle();
    expect(links).toHaveLength(2);
    const snapshot = toSnapshot(state({}, 9), '2026-11-20T12:00:00.000Z');
    old.onSnapshot(snapshot);
    old.onStatus(live(9));
    expect(record.cursor()).toBeNull();
    last().onSnapshot(snapshot);
    expect(record.cursor()).toEqual({ epoch: 'e1', seq: 9 });
  });

  it('starts with nothing on another server, and where it was on the same', async () => {
    const { companion, last } = make();
    companion.start(SERVER, TICKET);
    await settle();
    last().onSnapshot(toSnapshot(state({}, 9), '2026-11-20T12:00:00.000Z'));
    await companion.connect({ url: SERVER, ticket: TICKET });
    await settle();
    expect(last().cursor).toEqual({ epoch: 'e1', seq: 9 });
    await companion.connect({ url: OTHER, ticket: TICKET });
    await settle();
    expect(last().cursor).toBeNull();
  });

  it('lets the network speak only for a server elsewhere', async () => {
    const { companion, last } = make();
    companion.start(SERVER, TICKET);
    await settle();
    companion.networkChanged(false);
    expect(last().network).toEqual([]);
    await companion.connect({ url: OTHER, ticket: TICKET });
    await settle();
    companion.networkChanged(false);
    expect(last().network).toEqual([false]);
  });
});

describe('connecting to a server', () => {
  it.each(['http://10.0.0.4:4317', 'https://a:b@wedsync.example', 'https://wedsync.example/api'])('refuses %s and stays where it is', async (url) => {
    const { companion, links, saved } = make();
    companion.start(SERVER, TICKET);
    await settle();
    expect(await companion.connect({ url, ticket: TICKET })).toMatchObject({ ok: false, error: { code: 'request.invalid' } });
    expect(links).toHaveLength(1);
    expect(saved).toEqual([]);
  });

  it('stays where it is when the other one does not take the ticket', async () => {
    const { companion, links, saved, fail } = make();
    companion.start(SERVER, TICKET);
    await settle();
    fail(codedError('auth.ticket_invalid', 'used'));
    expect(await companion.connect({ url: OTHER, ticket: TICKET })).toMatchObject({ ok: false, error: { code: 'auth.ticket_invalid' } });
    expect(links[0]?.stopped).toBe(false);
    expect(saved).toEqual([]);
  });

  it('tries a token from earlier before it moves', async () => {
    const { companion, stored, saved, refuseMe, links } = make();
    companion.start(SERVER, TICKET);
    await settle();
    stored.set(`server ${OTHER}`, 'old');
    refuseMe(codedError('auth.revoked', 'gone'));
    expect(await companion.connect({ url: `${OTHER}/`, ticket: '' })).toMatchObject({ ok: false, error: { code: 'auth.revoked' } });
    expect(stored.has(`server ${OTHER}`)).toBe(false);
    expect(saved).toEqual([]);
    expect(links).toHaveLength(1);
  });
});

describe('with the embedded server', () => {
  it('pairs by itself, follows it to another address and comes back with its cursor', async () => {
    const { companion, last, embedded, tickets, clock } = make();
    companion.start(null, null);
    expect(embedded).toEqual(['start']);
    expect(companion.server()).toEqual({ mode: 'embedded', url: null });
    companion.embeddedReady({ url: 'http://127.0.0.1:5001', ticket: TICKET });
    await settle();
    expect(tickets).toEqual([TICKET]);
    last().onSnapshot(toSnapshot(state({}, 12), '2026-11-20T12:00:00.000Z'));
    companion.embeddedLost();
    expect(companion.status()).toMatchObject({ state: 'offline', reason: 'transport_lost', seq: 12 });
    clock.advance(1_000);
    companion.embeddedReady({ url: 'http://127.0.0.1:5002', ticket: 'another-ticket-0000000000' });
    await settle();
    expect(last()).toMatchObject({ server: 'http://127.0.0.1:5002', token: 'token-1', cursor: { epoch: 'e1', seq: 12 } });
    expect(tickets).toEqual([TICKET]);
  });

  it('asks the process for a ticket when the first one is spent', async () => {
    const { companion, last, tickets } = make();
    companion.start(null, null);
    companion.embeddedReady({ url: 'http://127.0.0.1:5001', ticket: TICKET });
    await settle();
    last().onStatus({ ...live(), state: 'refused', reason: 'auth_invalid' });
    await settle();
    expect(tickets).toEqual([TICKET, 'ticket-from-the-process-0']);
    expect(last().token).toBe('token-2');
  });

  it('is started again by hand after it failed', () => {
    const { companion, embedded } = make();
    companion.start(null, null);
    companion.embeddedFailed();
    expect(companion.status()).toMatchObject({ state: 'offline', reason: 'stopped' });
    companion.retryNow();
    expect(embedded).toEqual(['start', 'start']);
  });

  it('is stopped when the person moves to another server, and runs again on the way back', async () => {
    const { companion, embedded, saved, last } = make();
    companion.start(null, null);
    companion.embeddedReady({ url: 'http://127.0.0.1:5001', ticket: TICKET });
    await settle();
    await companion.connect({ url: OTHER, ticket: TICKET });
    expect(embedded).toEqual(['start', 'stop']);
    companion.embeddedReady({ url: 'http://127.0.0.1:5001', ticket: TICKET });
    await settle();
    expect(last().server).toBe(OTHER);
    await companion.connect({ url: null, ticket: null });
    expect(embedded).toEqual(['start', 'stop', 'start']);
    expect(saved).toEqual([OTHER, null]);
  });
});

describe('a server without an organisation', () => {
  const HOUSE = { name: 'Ashgrove Hall', zone: 'Europe/London', currency: 'GBP' };
  const empty = async () => {
    const world = make();
    world.noTicket();
    world.companion.start(null, null);
    world.companion.embeddedReady({ url: SERVER, ticket: null, founding: 'founding-1' });
    await settle();
    return world;
  };

  it('may be set up here, and the line comes to life with the owner’s token', async () => {
    const world = await empty();
    expect(world.companion.status()).toMatchObject({ state: 'refused' });
    expect(world.companion.mayFound()).toBe(true);
    expect(await world.companion.found(HOUSE)).toEqual({ ok: true, value: true });
    await settle();
    expect(world.founded).toEqual([`${SERVER} founding-1 Ashgrove Hall`]);
    expect(world.last()).toMatchObject({ server: SERVER, token: 'owner-token' });
    expect(world.companion.mayFound()).toBe(false);
    expect(await world.companion.found(HOUSE)).toMatchObject({ ok: false, error: { code: 'command.not_possible' } });
  });

  it('that cannot be reached just now may be tried again; one that has been set up by somebody else is entered', async () => {
    const world = await empty();
    world.fail(codedError('server.unreachable', 'gone', true));
    expect((await world.companion.found(HOUSE)).ok).toBe(false);
    expect(world.companion.mayFound()).toBe(true);
    world.fail(codedError('auth.founded_already', 'too late'));
    expect((await world.companion.found(HOUSE)).ok).toBe(false);
    expect(world.companion.mayFound()).toBe(false);
  });

  it('of somebody else’s process may be set up with the token that was handed over, and keeps this desktop', async () => {
    const world = make();
    world.companion.start(SERVER, null, 'founding-2');
    await settle();
    expect(world.companion.mayFound()).toBe(true);
    expect((await world.companion.found(HOUSE)).ok).toBe(true);
    await settle();
    expect([world.founded, world.last().token]).toEqual([[`${SERVER} founding-2 Ashgrove Hall`], 'owner-token']);
  });

  it('is not offered where there is one', async () => {
    const { companion } = make();
    companion.start(null, null);
    companion.embeddedReady({ url: SERVER, ticket: TICKET, founding: null });
    await settle();
    expect(companion.mayFound()).toBe(false);
  });
});
