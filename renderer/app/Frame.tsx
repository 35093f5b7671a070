import { IconCalendarEvent, IconCalendarX, IconMessages, IconPlugConnected, IconSettings, IconUsers } from '@tabler/icons-react';
import { useMemo } from 'react';
import type { Place } from '../../core/contract/deepLink.ts';
import { openConflicts } from '../../core/domain/conflicts/queue.ts';
import { cameInToday } from '../../core/domain/messages/messages.ts';
import { DayBoard } from '../boards/day/DayBoard.tsx';
import { CalendarView } from '../calendar/CalendarView.tsx';
import { useOpenDifferences } from '../conflicts/Differences.tsx';
import { useLeftBehind } from '../conflicts/LeftBehind.tsx';
import { hardText } from '../conflicts/words.ts';
import { DeliveriesView } from '../deliveries/DeliveriesView.tsx';
import { EnquiryView } from '../enquiries/EnquiryView.tsx';
import { FeedsView } from '../feeds/FeedsView.tsx';
import { Inspector } from '../inspector/Inspector.tsx';
import { ConnectView } from '../connecting/ConnectView.tsx';
import { ImportView } from '../importing/ImportView.tsx';
import { IntegrationsView } from '../integrations/IntegrationsView.tsx';
import { MessagesView } from '../messages/MessagesView.tsx';
import { ApprovePairing } from '../people/ApprovePairing.tsx';
import { PeopleView } from '../people/PeopleView.tsx';
import { SettingsView } from '../settings/SettingsView.tsx';
import { t } from '../i18n/index.ts';
import { useTellPlace } from '../presence/useTellPlace.ts';
import { useNow } from '../components/useNow.ts';
import { useConsole } from '../state/store.ts';
import { useMay, useSees } from './access.ts';
import { Announcer } from './Announcer.tsx';
import { Banners } from './Banners.tsx';
import { LinkPill } from './LinkPill.tsx';
import { useDecisionNews } from './decisionNews.ts';
import { useRoute } from './routes.ts';
import { useTables } from './selectors.ts';
import { TopBar } from './TopBar.tsx';
import { useFrameKeys } from './useFrameKeys.ts';
import { SHOWS_DETAILS } from './windows.ts';

const PLACES = [
  { view: 'day', href: '#/day', icon: IconCalendarEvent },
  { view: 'conflicts', href: '#/conflicts', icon: IconCalendarX },
  { view: 'messages', href: '#/messages', icon: IconMessages },
  { view: 'integrations', href: '#/integrations', icon: IconPlugConnected },
  { view: 'people', href: '#/people', icon: IconUsers },
  { view: 'settings', href: '#/settings', icon: IconSettings },
] as const;

function Rail() {
  const { place } = useRoute();
  const tables = useTables();
  const closed = useClosed();
  const zone = useConsole((state) => state.record?.organisation.zone ?? 'UTC');
  const now = useNow(60_000);
  const cameIn = useMemo(() => cameInToday(Object.values(tables.messages), zone, now), [tables.messages, zone, now]);
  const clashing = useMemo(() => openConflicts(Object.values(tables.conflicts), now).filter(({ level }) => level === 'block'), [tables.conflicts, now]);
  const differing = useOpenDifferences().length;
  const left = useLeftBehind(null).length;
  // What waits for a person is counted in ink; of the messages it is said how many there are to read.
  const failing = useMemo(
    () => Object.values(tables.connections).filter((row) => row.health === 'failing' || row.health === 'disabled').length + Object.values(tables.reviewItems).filter((row) => row.state === 'open').length,
    [tables.connections, tables.reviewItems],
  );
  return (
    <nav className="rail" aria-label={t('frame.places')}>
      <span className="rail-mark" aria-hidden>
        W
      </span>
      {PLACES.filter(({ view }) => closed[view] !== true).map(({ view, href, icon: Icon }) => {
        const [count, words] = view === 'integrations' ? [failing, t('frame.needPerson', { count: failing })] : view === 'conflicts' ? [clashing.length + left + differing, [hardText(clashing), left > 0 && t('leftBehind.open', { count: left }), differing > 0 && t('differences.open', { count: differing })].filter(Boolean).join(', ')] : view === 'messages' ? [cameIn, t('frame.cameIn', { count: cameIn })] : [0, ''];
        return (
          <a key={view} href={href} className="rail-place" aria-current={(UNDER[place.view] ?? place.view) === view ? 'page' : undefined}>
            <span className="rail-icon">
              <Icon size={20} stroke={1.5} aria-hidden />
              {count > 0 ? (
                <span className="rail-count num" data-quiet={view === 'messages' || undefined} aria-label={words}>
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

/** Places that are reached through another one, which stays marked in the rail. */
const UNDER: Readonly<Partial<Record<Place['view'], Place['view']>>> = { deliveries: 'integrations', connect: 'integrations', import: 'integrations', feeds: 'integrations', enquiries: 'integrations' };

const VIEWS = { day: DayBoard, conflicts: CalendarView, messages: MessagesView, integrations: IntegrationsView, connect: ConnectView, import: ImportView, deliveries: DeliveriesView, feeds: FeedsView, enquiries: EnquiryView, people: PeopleView, pair: ApprovePairing, settings: SettingsView } as const;

/** Places that are not for everybody; nobody is offered what would be refused. */
function useClosed(): Readonly<Partial<Record<keyof typeof VIEWS, boolean>>> {
  return { conflicts: !useSees('conflicts'), messages: !useSees('messages'), integrations: !useMay('http:integrations'), deliveries: !useMay('http:searchDeliveries'), connect: !useMay('http:connect'), import: !useMay('http:importRows'), feeds: !useMay('http:feeds'), enquiries: !useMay('http:enquiryPage'), people: !useMay('http:people'), pair: !useMay('http:lookAtPairing') };
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
