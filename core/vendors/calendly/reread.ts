import { z } from 'zod';
import { ok, type Result } from '../../contract/result.ts';
import type { Change } from '../../domain/record/changes.ts';
import { apiClient, bearer, orNull, type ApiClient } from '../apiClient.ts';
import { queryText, refused, SAFE_SEGMENT, shapeUnknown } from '../calls.ts';
import type { CallPorts, ConnectionAccess, RereadError, VendorModule } from '../vendor.ts';
import { DEFAULT_BASE_URL } from './manifest.ts';
import { bookingChanges } from './mapping.ts';
import * as shapes from './shapes.ts';
import { eventOfUri, inviteeOfUri, pairOf, pairText, type InviteeId } from './uris.ts';

type Read<T> = Promise<Result<T, RereadError>>;

/** More reschedules of one appointment than anybody makes; a ring would have no end. */
const MOST_MOVES = 12;
const PAGE = 100;

export const calendlyClient = (access: ConnectionAccess, ports: CallPorts): ApiClient =>
  apiClient({ who: 'Calendly', baseUrl: DEFAULT_BASE_URL, headers: (own) => bearer(own) }, access, ports);

async function readInvitee(client: ApiClient, id: InviteeId): Read<shapes.Invitee> {
  const answer = await client.read(`/scheduled_events/${id.event}/invitees/${id.invitee}`, 'an invitee', z.object({ resource: shapes.Invitee }));
  if (!answer.ok) return answer;
  const { resource } = answer.value;
  const got = inviteeOfUri(resource.uri, client.baseUrl);
  // Another object than the one asked for would be written over somebody else's.
  return got?.invitee === id.invitee ? ok(resource) : shapeUnknown('Calendly answered with another invitee than the one asked for.');
}

async function readEvent(client: ApiClient, id: string): Read<shapes.ScheduledEvent> {
  const answer = await client.read(`/scheduled_events/${id}`, 'a scheduled event', z.object({ resource: shapes.ScheduledEvent }));
  if (!answer.ok) return answer;
  return eventOfUri(answer.value.resource.uri, client.baseUrl) === id
    ? ok(answer.value.resource)
    : shapeUnknown('Calendly answered with another event than the one asked for.');
}

interface Place {
  readonly id: InviteeId;
  /** Null = it is named, and cannot be read any more. */
  readonly invitee: shapes.Invitee | null;
}

/** To the first (`old_invitee`) or the newest (`new_invitee`) of a chain of reschedules. */
async function follow(client: ApiClient, from: Place, which: 'old_invitee' | 'new_invitee'): Read<Place> {
  let at = from;
  for (let moves = 0; moves < MOST_MOVES; moves += 1) {
    const next = inviteeOfUri(at.invitee?.[which], client.baseUrl);
    if (next === null) break;
    const invitee = orNull(await readInvitee(client, next));
    if (!invitee.ok) return invitee;
    at = { id: next, invitee: invitee.value };
  }
  return ok(at);
}

/**
 * A reschedule is told as a cancelled invitee and a new one, in any order. Whichever we came by, the chain is followed to
 * both ends: the first gives the booking its identity, the newest its state.
 */
async function chainChanges(
  client: ApiClient,
  id: InviteeId,
  invitee: shapes.Invitee,
  settings: Readonly<Record<string, string>>,
): Read<readonly Change[]> {
  const first = await follow(client, { id, invitee }, 'old_invitee');
  if (!first.ok) return first;
  const last = await follow(client, { id, invitee }, 'new_invitee');
  if (!last.ok) return last;
  const newest = last.value.invitee;
  // Moved, and what it was moved to is not to be seen (yet): that is no cancellation.
  if (newest === null || (newest.status === 'canceled' && newest.rescheduled === true && inviteeOfUri(newest.new_invitee, client.baseUrl) === null))
    return ok([]);
  const event = await readEvent(client, last.value.id.event);
  if (!event.ok) return event;
  const changes = bookingChanges(first.value.id.invitee, newest, event.value, settings);
  return changes ? ok(changes) : shapeUnknown('Calendly: the start of the event is not a time with an offset.');
}

async function eventChanges(client: ApiClient, id: string, settings: Readonly<Record<string, string>>): Read<readonly Change[]> {
  const page = await client.read(`/scheduled_events/${id}/invitees?${queryText({ count: PAGE })}`, 'the list of invitees', shapes.InviteePage);
  if (!page.ok) return page;
  const changes = new Map<string, readonly Change[]>();
  for (const invitee of page.value.collection) {
    const own = inviteeOfUri(invitee.uri, client.baseUrl);
    if (own?.event !== id) return shapeUnknown('Calendly listed an invitee of another event.');
    const read = await chainChanges(client, own, invitee, settings);
    if (!read.ok) return read;
    changes.set(pairText(own), read.value);
  }
  return ok([...changes.values()].flat());
}

export const reread: NonNullable<VendorModule['reread']> = async (hint, access, ports) => {
  const client = calendlyClient(access, ports);
  if (hint.remoteType === 'event') {
    return SAFE_SEGMENT.test(hint.remoteId) ? eventChanges(client, hint.remoteId, access.settings) : refused('The id is not one of Calendly.');
  }
  if (hint.remoteType !== 'invitee') return shapeUnknown(`There is no way to read a ${hint.remoteType}.`);
  const id = pairOf(hint.remoteId);
  if (id === null) return refused('The id is not one of Calendly.');
  const invitee = await readInvitee(client, id);
  return invitee.ok ? chainChanges(client, id, invitee.value, access.settings) : invitee;
};
