import { IconCalendarEvent, IconPlugConnected, IconSettings, IconUsers } from '@tabler/icons-react';
import { useMemo } from 'react';
import { DayBoard } from '../boards/day/DayBoard.tsx';
import { Inspector } from '../inspector/Inspector.tsx';
import { IntegrationsView } from '../integrations/IntegrationsView.tsx';
import { ApprovePairing } from '../people/ApprovePairing.tsx';
import { PeopleView } from '../people/PeopleView.tsx';
import { SettingsView } from '../settings/SettingsView.tsx';
import { t } from '../i18n/index.ts';
import { useTellPlace } from '../presence/useTellPlace.ts';
import { useMay } from './access.ts';
import { Announcer } from './Announcer.tsx';
import { Banners } from './Banners.tsx';
import { LinkPill } from './LinkPill.tsx';
import { useDecisionNews } from './openDecision.ts';
import { useRoute } from './routes.ts';
import { useTables } from './selectors.ts';
import { TopBar } from './TopBar.tsx';
import { useFrameKeys } from './useFrameKeys.ts';
import { SHOWS_DETAILS } from './windows.ts';

const PLACES = [
  { view: 'day', href: '#/day', icon: IconCalendarEvent },
  { view: 'integrations', href: '#/integrations', icon: IconPlugConnected },
  { view: 'people', href: '#/people', icon: IconUsers },
  { view: 'settings', href: '#/settings', icon: IconSettings },
] as const;

function Rail() {
  const { place } = useRoute();
  const tables = useTables();
  const closed = useClosed();
  // Only what waits for a person is counted.
  const failing = useMemo(
    () => Object.values(tables.connections).filter((row) => row.health === 'failing').length + Object.values(tables.reviewItems).filter((row) => row.state === 'open').length,
    [tables.connections, tables.reviewItems],
  );
  return (
    <nav className="rail" aria-label={t('frame.places')}>
      <span className="rail-mark" aria-hidden>
        W
      </span>
      {PLACES.filter(({ view }) => closed[view] !== true).map(({ view, href, icon: Icon }) => {
        const count = view === 'integrations' ? failing : 0;
        return (
          <a key={view} href={href} className="rail-place" aria-current={place.view === view ? 'page' : undefined}>
            <span className="rail-icon">
              <Icon size={20} stroke={1.5} aria-hidden />
              {count > 0 ? (
                <span className="rail-count num" aria-label={t('frame.needPerson', { count })}>
                  {count}
                </span>
              ) : null}
            </span>
            <span>{t(`places.${view}`)}</span>
          </a>
        );
      })}
    </nav>
  );
}

const VIEWS = { day: DayBoard, integrations: IntegrationsView, people: PeopleView, pair: ApprovePairing, settings: SettingsView } as const;

/** Places that are not for everybody; nobody is offered what would be refused. */
function useClosed(): Readonly<Partial<Record<keyof typeof VIEWS, boolean>>> {
  return { integrations: !useMay('http:integrations'), people: !useMay('http:people'), pair: !useMay('http:lookAtPairing') };
}

export function Frame() {
  const route = useRoute();
  useFrameKeys();
  useDecisionNews();
  useTellPlace();
  const closed = useClosed();
  // An old address or a key must not lead to a page of refusals.
  const View = VIEWS[closed[route.place.view] === true ? 'day' : route.place.view];
  const inspecting = route.selected !== null || (route.place.view === 'integrations' && closed.integrations !== true && route.place.connectionId !== null);
  // Closing the details leads to the board, in the same window.
  if (SHOWS_DETAILS && inspecting) {
    return (
      <div className="frame-details">
        <Banners />
        <Inspector route={route} />
        <p className="frame-details-foot">
          <LinkPill />
        </p>
        <Announcer />
      </div>
    );
  }
  return (
    <div className="frame" data-inspecting={inspecting || undefined}>
      <a className="skip" href="#main" onClick={(event) => { event.preventDefault(); document.getElementById('main')?.focus(); }}>
        {t('frame.skip')}
      </a>
      <Rail />
      <TopBar />
      <main id="main" className="main" tabIndex={-1}>
        <Banners />
        <View />
      </main>
      {inspecting ? <Inspector route={route} /> : null}
      <Announcer />
    </div>
  );
}
