import { ok } from '../../contract/result.ts';
import { refusedEvent } from '../calendarCalls.ts';
import type { Channel, ChannelWish, CalendarResult, WatchPart } from '../calendars.ts';
import type { CallPorts, ConnectionAccess } from '../calling.ts';
import { Nothing, OpenedChannel } from './shapes.ts';
import { askGoogle, eventsPath } from './writing.ts';

/** Google's push channels: https://developers.google.com/workspace/calendar/api/guides/push. They end by themselves and cannot be prolonged. */

/** What Google gives channels of events where nothing is asked for; more is cut to it. */
const LONGEST_MS = 7 * 86_400_000;

async function open(ports: CallPorts, access: ConnectionAccess, calendarRef: string, wish: ChannelWish): Promise<CalendarResult<Channel>> {
  const events = eventsPath(calendarRef);
  if (events === null) return refusedEvent('The id of the calendar is none.');
  const { channelId, address, token, until } = wish;
  const body = { id: channelId, type: 'web_hook', address, token, expiration: String(until) };
  const opened = await askGoogle(ports, access, {
    method: 'POST', path: `${events}/watch`, what: 'a channel for changes', shape: OpenedChannel, body,
  });
  if (!opened.ok) return opened;
  const { id, resourceId, expiration } = opened.value.value;
  return ok({ channelId: id, resourceId, expiresAt: expiration === undefined ? until : Number(expiration) });
}

export const watch: WatchPart = {
  longestMs: LONGEST_MS,
  open,

  async renew(ports, access, calendarRef, _channel, wish) {
    const opened = await open(ports, access, calendarRef, wish);
    return opened.ok ? ok({ channel: opened.value, replaces: true }) : opened;
  },

  async stop(ports, access, { channelId, resourceId }) {
    const body = { id: channelId, resourceId };
    const stopped = await askGoogle(ports, access, { method: 'POST', path: '/channels/stop', what: 'the end of a channel', shape: Nothing, body });
    if (stopped.ok) return ok('done');
    return stopped.error.code === 'calendar.gone' ? ok('already_gone') : stopped;
  },
};
