import { ok } from '../../contract/result.ts';
import { refusedEvent, trouble } from '../calendarCalls.ts';
import type { CalendarResult, Channel, WatchPart } from '../calendars.ts';
import { instantOfText } from '../fields.ts';
import { Nothing, Subscription } from './shapes.ts';
import { askGraph, eventsPath } from './writing.ts';

/** Microsoft's subscriptions: https://learn.microsoft.com/graph/api/resources/subscription. Each ends by itself unless it is prolonged. */

const ID = /^[\w-]{1,100}$/;
/** The longest that is promised for Outlook's events. */
const LONGEST_MS = 4_230 * 60_000;

function channelOf({ id, expirationDateTime }: { readonly id: string; readonly expirationDateTime: string }): CalendarResult<Channel> {
  const until = instantOfText(expirationDateTime);
  if (until === null) return trouble('normalise.shape_unknown', 'Outlook does not say how long the subscription lasts.');
  return ok({ channelId: id, resourceId: null, expiresAt: Date.parse(until) });
}

export const watch: WatchPart = {
  longestMs: LONGEST_MS,

  async open(ports, access, calendarRef, { address, lifecycleAddress, token, until }) {
    const resource = eventsPath(calendarRef);
    if (resource === null) return refusedEvent('The id of the calendar is none.');
    const body = {
      changeType: 'created,updated,deleted', notificationUrl: address, lifecycleNotificationUrl: lifecycleAddress ?? address, resource,
      expirationDateTime: new Date(until).toISOString(), clientState: token,
    };
    const opened = await askGraph(ports, access, {
      method: 'POST', path: '/subscriptions', what: 'a subscription to changes', shape: Subscription, body,
    });
    return opened.ok ? channelOf(opened.value.value) : opened;
  },

  async renew(ports, access, _calendarRef, { channelId }, { until }) {
    if (!ID.test(channelId)) return refusedEvent('The id of the subscription is none.');
    const body = { expirationDateTime: new Date(until).toISOString() };
    const renewed = await askGraph(ports, access, {
      method: 'PATCH', path: `/subscriptions/${channelId}`, what: 'more time for a subscription', shape: Subscription, body,
    });
    if (!renewed.ok) return renewed;
    const channel = channelOf(renewed.value.value);
    return channel.ok ? ok({ channel: channel.value, replaces: false }) : channel;
  },

  async stop(ports, access, { channelId }) {
    if (!ID.test(channelId)) return refusedEvent('The id of the subscription is none.');
    const stopped = await askGraph(ports, access, {
      method: 'DELETE', path: `/subscriptions/${channelId}`, what: 'the end of a subscription', shape: Nothing,
    });
    if (stopped.ok) return ok('done');
    return stopped.error.code === 'calendar.gone' ? ok('already_gone') : stopped;
  },
};
