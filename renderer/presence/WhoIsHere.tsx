import { Popover } from '@mantine/core';
import type { PresenceEntry } from '../../core/contract/presence.ts';
import { formatDeepLink, type Place } from '../../core/contract/deepLink.ts';
import { useScope, useTables } from '../app/selectors.ts';
import { Moment } from '../components/Moment.tsx';
import { dotted } from '../components/format.ts';
import { t, tMaybe } from '../i18n/index.ts';
import { useConsole } from '../state/store.ts';
import { Face } from './Face.tsx';
import { nameOf, useOthers } from './people.ts';

const FACES = 3;

/** Where somebody is, as a place of this console; null = a view that it does not know. */
function placeOf({ view, weddingId }: PresenceEntry): Place | null {
  switch (view) {
    case 'day':
      return { view, weddingId, alertId: null };
    case 'integrations':
      return { view, connectionId: null };
    case 'settings':
      return { view };
    default:
      return weddingId === null ? null : { view: 'day', weddingId, alertId: null };
  }
}

function Where({ entry }: { readonly entry: PresenceEntry }) {
  const weddings = useTables().weddings;
  const place = placeOf(entry);
  const wedding = entry.weddingId === null ? undefined : weddings[entry.weddingId];
  const words = wedding?.title ?? tMaybe(`places.${entry.view}`) ?? t('presence.elsewhere');
  return place ? (
    <a href={`#/${formatDeepLink(place).slice('wedsync://'.length)}`}>
      <bdi>{words}</bdi>
    </a>
  ) : (
    <span>{words}</span>
  );
}

function Person({ entry }: { readonly entry: PresenceEntry }) {
  const { zone } = useScope();
  return (
    <li className="person" data-state={entry.state}>
      <Face entry={entry} />
      <span className="person-who">
        <bdi>{nameOf(entry)}</bdi>
        <span className="row-sub">{dotted([entry.person === null ? null : entry.device, t(`deviceKinds.${entry.kind}`), t(`roles.${entry.role}`)])}</span>
        <span className="row-sub">
          <Where entry={entry} />
        </span>
      </span>
      <span className="person-state">
        {t(`presence.state.${entry.state}`)}
        {entry.state === 'here' ? null : (
          <span className="row-sub">
            {t('presence.since')} <Moment at={entry.since} zone={zone} />
          </span>
        )}
      </span>
    </li>
  );
}

/** Who else of the house is in the record now: a few faces in the top bar, everybody behind them. */
export function WhoIsHere() {
  const others = useOthers();
  const known = useConsole((state) => state.presence !== null);
  const total = useConsole((state) => state.presence?.total ?? 0);
  const listed = useConsole((state) => state.presence?.entries.length ?? 0);
  if (!known) return null;
  const hidden = total - listed;
  const count = others.length + hidden;
  const rest = count - Math.min(others.length, FACES);
  return (
    <Popover width={340} position="bottom-end" shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <button type="button" className="faces" aria-label={t('presence.others', { count })}>
          {others.slice(0, FACES).map((entry) => (
            <Face key={entry.deviceId} entry={entry} />
          ))}
          {others.length === 0 ? <span className="face" data-state="nobody" aria-hidden>–</span> : null}
          {rest > 0 ? <span className="faces-rest num" aria-hidden>{`+${rest}`}</span> : null}
        </button>
      </Popover.Target>
      <Popover.Dropdown className="pop" aria-label={t('presence.title')}>
        <p className="pop-title">{t('presence.title')}</p>
        {others.length === 0 ? <p>{t('presence.alone')}</p> : null}
        {/* Reachable by keyboard, since it can be longer than the screen. */}
        <ul className="people" tabIndex={0} aria-label={t('presence.title')}>
          {others.map((entry) => (
            <Person key={entry.deviceId} entry={entry} />
          ))}
        </ul>
        {hidden > 0 ? <p className="row-sub">{t('presence.more', { count: hidden })}</p> : null}
      </Popover.Dropdown>
    </Popover>
  );
}
