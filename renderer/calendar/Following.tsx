import { Checkbox } from '@mantine/core';
import { useId, useState } from 'react';
import type { Follower } from '../../core/domain/conflicts/following.ts';
import type { House } from '../../core/domain/conflicts/house.ts';
import { occupancyId } from '../../core/domain/conflicts/occupancies.ts';
import type { Party, Whole } from '../../core/domain/conflicts/parties.ts';
import { isolated } from '../components/format.ts';
import { t } from '../i18n/index.ts';
import { clashText, FOLLOWING_ORDER, followersText, followerText, followingText, hindranceText } from './words.ts';

interface FollowingProps {
  readonly house: House;
  readonly party: Party;
  readonly whole: Whole;
  /** There is more than one wedding on the card. */
  readonly named: boolean;
  /** Ids of rows that stay where they are. */
  readonly stays: readonly string[];
  readonly onStays: (stays: readonly string[]) => void;
}

/** What of a wedding moves with it: counted, ticked by kind, and unfolded to each by name with what stands against it. */
export function Following({ house, party, whole, named, stays, onStays }: FollowingProps) {
  const [open, setOpen] = useState(false);
  const list = useId();
  const along = party.followers.filter((one) => whole.along.includes(one));
  const left = party.followers.filter((one) => !whole.along.includes(one));
  const stuck = left.filter(({ row }) => whole.hindered.has(row.id));
  const put = (some: readonly Follower[], goes: boolean): void => {
    const ids = new Set(some.map(({ row }) => row.id));
    onStays([...stays.filter((id) => !ids.has(id)), ...(goes ? [] : ids)]);
  };
  return (
    <fieldset className="cal-follow" data-follow={party.wedding.id}>
      <legend className="vh">{t('calendar.follow.title', { title: isolated(party.wedding.title) })}</legend>
      <p role="status">
        {named ? <bdi className="cal-who">{party.wedding.title}: </bdi> : null}
        {followingText(house, party, along)}
        {left.length > 0 ? ` ${t('calendar.follow.stays', { what: followersText(left), count: left.length })}` : ''}
      </p>
      {stuck.map(({ row }) => {
        const why = whole.hindered.get(row.id);
        return why ? (
          <p key={row.id} className="cal-note">
            <bdi>{row.title}</bdi>: {hindranceText(why)}
          </p>
        ) : null;
      })}
      <div className="cal-follow-kinds">
        {FOLLOWING_ORDER.map((collection) => {
          const some = party.followers.filter((one) => one.collection === collection);
          const movable = some.filter(({ row }) => !whole.hindered.has(row.id));
          const going = movable.filter((one) => whole.along.includes(one)).length;
          return some.length === 0 ? null : (
            <Checkbox
              key={collection} size="sm" label={t(`calendar.follow.${collection}`, { count: some.length })} disabled={movable.length === 0}
              checked={going > 0 && going === movable.length} indeterminate={going > 0 && going < movable.length}
              onChange={() => put(movable, going < movable.length)}
            />
          );
        })}
        <button type="button" className="button" aria-expanded={open} aria-controls={list} onClick={() => setOpen(!open)}>
          {t('calendar.follow.each')}
        </button>
      </div>
      {open ? (
        <ul id={list} className="cal-follow-each">
          {party.followers.map((one) => (
            <li key={one.row.id}>
              <Checkbox
                size="sm" checked={whole.along.includes(one)} disabled={whole.hindered.has(one.row.id)}
                label={<bdi>{one.row.title}</bdi>} description={followerText(one, house.zone)}
                onChange={(event) => put([one], event.currentTarget.checked)}
              />
              {whyOf(house, whole, one).map((why) => (
                <p key={why} className="cal-note">
                  {why}
                </p>
              ))}
            </li>
          ))}
        </ul>
      ) : null}
    </fieldset>
  );
}

/** What stands against one where it would be. */
function whyOf(house: House, { drop, to, hindered }: Whole, { collection, row }: Follower): readonly string[] {
  const why = hindered.get(row.id);
  if (why) return [hindranceText(why)];
  if (collection === 'runSheetItems') return [];
  const id = occupancyId({ collection, id: row.id });
  return drop.impact.appear.filter(({ members }) => members.includes(id)).map((clash) => clashText(house, id, clash, to));
}
