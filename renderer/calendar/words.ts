import type { Breach } from '../../core/domain/conflicts/limits.ts';
import type { Drop } from '../../core/domain/conflicts/drop.ts';
import type { Follower } from '../../core/domain/conflicts/following.ts';
import type { House } from '../../core/domain/conflicts/house.ts';
import type { Hindrance, Party } from '../../core/domain/conflicts/parties.ts';
import { wayOf } from '../../core/domain/conflicts/ways.ts';
import { zoneOffset } from '../../core/domain/day/localTime.ts';
import { statusAt, type Clash, type Occupancy } from '../../core/domain/conflicts/model.ts';
import { dayText, isolated, spanText, timeText } from '../components/format.ts';
import { whereText } from '../conflicts/words.ts';
import { t, tMaybe } from '../i18n/index.ts';

/** What the timeline says, in words. */

export const resourceName = ({ rows }: Pick<House, 'rows'>, id: string): string => isolated(rows.resources[id]?.name ?? t('conflicts.unknownResource'));

/** `Fri 20 Nov 14:00 to 23:00`, or with both days where it goes past midnight. */
export function whenText({ startsAt, endsAt }: Pick<Occupancy, 'startsAt' | 'endsAt'>, zone: string): string {
  const [from, to] = [dayText(startsAt, zone), dayText(endsAt, zone)];
  const end = timeText(endsAt, zone);
  return t('calendar.when', { from: `${from} ${timeText(startsAt, zone)}`, to: from === to ? end : `${to} ${end}` });
}

export const statusText = (one: Occupancy, now: number): string => {
  const status = statusAt(one, now);
  if (one.status === 'hold' && status === 'lead') return t('calendar.status.expired');
  return status === 'hold' && one.rank !== null ? t('calendar.status.ranked', { rank: one.rank }) : t(`calendar.status.${status}`);
};

export const holdText = ({ status, holdUntil }: Occupancy, zone: string): string | null => (status === 'hold' && holdUntil !== null ? t('calendar.holdUntil', { when: `${dayText(holdUntil, zone)} ${timeText(holdUntil, zone)}` }) : null);

/** `23:00`, or with its day where that is another than the one on which it is asked about. */
function untilText(endsAt: number, from: number, zone: string): string {
  const day = dayText(endsAt, zone);
  return day === dayText(from, zone) ? timeText(endsAt, zone) : `${day} ${timeText(endsAt, zone)}`;
}

/** Whom it meets, as seen from `one`: `Great Hall is taken by Okonkwo until 23:00`. */
export function clashText(house: House, one: string, clash: Clash, proposed: readonly Occupancy[]): string {
  const find = (id: string) => proposed.find((other) => other.id === id) ?? house.timetable.get(id);
  const other = clash.members.filter((id) => id !== one).flatMap((id) => find(id) ?? [])[0];
  const where = whereText(house.rows, { resourceIds: [...clash.resourceIds] });
  const span = spanText(clash.missingMs);
  const who = isolated(other?.label ?? t('conflicts.gone'));
  const until = untilText(other?.endsAt ?? clash.endsAt, clash.startsAt, house.zone);
  switch (clash.kind) {
    case 'overlap':
      return t('calendar.clash.overlap', { where, who, until });
    case 'closure':
      return t('calendar.clash.closure', { where, who, until });
    case 'turnaround':
      return t('calendar.clash.turnaround', { who, span });
    case 'travel': {
      const way = wayOf(house, clash.members, proposed);
      return way ? t('calendar.clash.way', { who, span, from: isolated(way.from), to: isolated(way.to) }) : t('calendar.clash.travel', { who, span });
    }
    case 'capacity':
      return t('calendar.clash.capacity', { where, count: clash.missingUnits, span });
  }
}

/** Whom it meets no more. */
export function vanishedText(house: House, moved: ReadonlySet<string>, clash: Clash): string {
  const others = clash.members.filter((id) => !moved.has(id));
  const who = (others.length > 0 ? others : clash.members).map((id) => isolated(house.timetable.get(id)?.label ?? t('conflicts.gone'))).join(', ');
  return t('calendar.vanishedWith', { who, where: whereText(house.rows, { resourceIds: [...clash.resourceIds] }) });
}

/** `Noise curfew passed by 30 min`. */
export const breachText = ({ name, byMs }: Pick<Breach, 'name' | 'byMs'>): string => t('calendar.breach', { name: isolated(name), span: spanText(byMs) });

/** Why no reason helps: nobody may pass it, or others may. */
export const shutText = ({ name, overridableBy }: Breach): string =>
  overridableBy.length === 0 ? t('calendar.shut', { name: isolated(name) }) : t('calendar.shutToYou', { name: isolated(name), who: rolesText(overridableBy) });

/** `Owner, Coordinator`. */
export const rolesText = (roles: readonly string[]): string => roles.map((role) => tMaybe(`roles.${role}`) ?? role).join(', ');

/** All that speaks against it, what cannot be talked over first. Empty = nothing. */
export function reasonsOf(house: House, { impact, wrongKind }: Drop, proposed: readonly Occupancy[]): string[] {
  const first = proposed[0]?.id ?? '';
  const moved = new Set(proposed.map(({ id }) => id));
  return distinct([
    ...impact.locked.map(({ reason }) => t('calendar.locked', { reason: isolated(reason) })),
    ...wrongKind.map((one) => t('calendar.wrongKind', { where: resourceName(house, one.resourceId) })),
    ...impact.breaches.map(breachText),
    ...impact.appear.map((clash) => clashText(house, clash.members.find((id) => moved.has(id)) ?? first, clash, proposed)),
    ...impact.stay.map((clash) => t('calendar.still', { what: clashText(house, clash.members.find((id) => moved.has(id)) ?? first, clash, proposed) })),
  ]);
}

const distinct = (some: readonly string[]): string[] => [...new Set(some)];

const laterText = (by: number): string => t(by > 0 ? 'calendar.move.later' : 'calendar.move.earlier', { span: spanText(by) });

export const FOLLOWING_ORDER = ['bookings', 'allocations', 'runSheetItems'] as const;

/** `6 bookings, 2 allocations and 14 run sheet items`. */
export function followersText(some: readonly Pick<Follower, 'collection'>[]): string {
  const parts = FOLLOWING_ORDER.flatMap((collection) => {
    const count = some.filter((one) => one.collection === collection).length;
    return count === 0 ? [] : [t(`calendar.follow.${collection}`, { count })];
  });
  const last = parts.pop() ?? '';
  return parts.length === 0 ? last : t('calendar.follow.and', { first: parts.join(', '), last });
}

/** `6 bookings and 14 run sheet items move with it, 1 h 30 min later.` By the clocks of the wedding's zone, as they do. */
export function followingText(house: Pick<House, 'rows'>, { wedding, to }: Party, along: readonly Follower[]): string {
  if (along.length === 0) return t('calendar.follow.none');
  const from = Date.parse(wedding.startsAt);
  const by = to.startsAt - from + zoneOffset(wedding.zone, to.startsAt) - zoneOffset(wedding.zone, from);
  const what = { what: followersText(along), count: along.length };
  if (to.startsAt === from) return t('calendar.follow.placed', { ...what, where: resourceName(house, to.resourceId) });
  return t('calendar.follow.moves', { ...what, by: by === 0 ? t('calendar.move.none') : laterText(by) });
}

/** What of one becomes other, and what. */
export function followerText({ row, set }: Follower, zone: string): string {
  const times = (startsAt: string | null | undefined, endsAt: string | null | undefined): string | null => {
    if (!startsAt) return null;
    return endsAt ? whenText({ startsAt: Date.parse(startsAt), endsAt: Date.parse(endsAt) }, zone) : `${dayText(startsAt, zone)} ${timeText(startsAt, zone)}`;
  };
  const then = times(set.startsAt, set.endsAt ?? row.endsAt) ?? '';
  // The day is told once where it stays.
  const day = row.startsAt ? `${dayText(row.startsAt, zone)} ` : '';
  const becomes = day !== '' && then.startsWith(day) ? then.slice(day.length) : then;
  const call = 'callTime' in row ? row.callTime : null;
  const left = 'place' in row ? row.place : null;
  const parts = [
    set.startsAt === undefined ? null : t('calendar.follow.becomes', { was: times(row.startsAt, row.endsAt) ?? '', becomes }),
    set.callTime === undefined || call === null ? null : t('calendar.follow.call', { was: timeText(call, zone), becomes: timeText(set.callTime, zone) }),
    set.place === undefined ? null : t('calendar.follow.place', { where: isolated(set.place), instead: isolated(left ?? '') }),
  ];
  return parts.filter((part) => part !== null).join(' · ');
}

export const hindranceText = (why: Hindrance): string =>
  why.kind === 'locked'
    ? t('calendar.follow.locked', { reason: isolated(why.reason) })
    : t('calendar.follow.limit', { name: isolated(why.name), span: spanText(why.byMs) });

/** `30 min later, in Orangery instead of Great Hall, 15 min shorter`. */
export function moveText(house: House, from: Occupancy, to: Occupancy): string {
  const shift = to.startsAt - from.startsAt;
  const longer = to.endsAt - to.startsAt - (from.endsAt - from.startsAt);
  // Nobody is in a person.
  const way = house.rows.resources[to.resourceId]?.kind === 'room' ? 'calendar.move.to' : 'calendar.move.with';
  const parts = [
    shift === 0 ? null : laterText(shift),
    to.resourceId === from.resourceId ? null : t(way, { where: resourceName(house, to.resourceId), instead: resourceName(house, from.resourceId) }),
    longer === 0 ? null : t(longer > 0 ? 'calendar.move.longer' : 'calendar.move.shorter', { span: spanText(longer) }),
  ];
  return parts.filter((part) => part !== null).join(', ') || t('calendar.move.none');
}

/** What a screen reader hears at each step: where it is, then how it stands there. */
export function stepText(house: House, to: Occupancy, drop: Drop, proposed: readonly Occupancy[]): string {
  const reasons = reasonsOf(house, drop, proposed);
  const words = t(`calendar.verdict.${drop.verdict}`);
  return t('calendar.step', { where: resourceName(house, to.resourceId), when: whenText(to, house.zone), verdict: reasons.length > 0 ? `${words}: ${reasons.join('; ')}` : words });
}
