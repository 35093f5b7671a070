import { Kbd } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { Spotlight, type SpotlightActionGroupData } from '@mantine/spotlight';
import { IconBell, IconDeviceDesktopPlus, IconUsers, IconCalendarEvent, IconCalendarHeart, IconCalendarX, IconCheck, IconContrast2, IconHeart, IconInbox, IconMessages, IconPlugConnected, IconPlus, IconDeviceTv, IconRefresh, IconRss, IconSearch, IconSettings, IconWindowMaximize } from '@tabler/icons-react';
import { useMemo } from 'react';
import { ALL_DELIVERIES } from '../../core/contract/deliveryPlace.ts';
import { openAlerts } from '../../core/domain/day/openAlerts.ts';
import { dayText, dotted } from '../components/format.ts';
import { severityWord } from '../components/Severity.tsx';
import { t } from '../i18n/index.ts';
import { useConsole } from '../state/store.ts';
import { useMay, useSees } from './access.ts';
import { useBackend } from './context.ts';
import { acknowledgeAndTell } from './openDecision.ts';
import { openPalette, PALETTE_FIELD } from './openPalette.ts';
import { go, openPlace, useRoute } from './routes.ts';
import { useTables } from './selectors.ts';
import { switchDensity, switchTheme } from './switches.ts';
import { useAsOf, useSearch } from './useSearch.tsx';
import { openInNewWindow, wallDisplay } from './windows.ts';

/** Everything that this machine holds, every place and every decision by name; what has a key shows it. */
export function Palette() {
  const backend = useBackend();
  const tables = useTables();
  const mayIntegrate = useMay('http:integrations');
  const mayConnect = useMay('http:connect');
  const seesConflicts = useSees('conflicts');
  const seesMessages = useSees('messages');
  const mayDeliveries = useMay('http:searchDeliveries');
  const mayFeeds = useMay('http:feeds');
  const mayEnquiries = useMay('http:enquiryPage');
  const mayPeople = useMay('http:people');
  const mayLetIn = useMay('http:lookAtPairing');
  const mayAcknowledge = useMay('command:alert.acknowledge');
  const { selected } = useRoute();
  const settings = useConsole((state) => state.settings);
  const self = useConsole((state) => state.deviceId);
  const filter = useSearch();
  const asOf = useAsOf();
  // Also from inside a field: a browser would otherwise take the keys for itself.
  useHotkeys([['mod+K', openPalette]], []);

  const actions = useMemo<SpotlightActionGroupData[]>(() => {
    const icon = { size: 18, stroke: 1.5, 'aria-hidden': true } as const;
    const key = (text: string) => <Kbd size="xs">{text}</Kbd>;
    const open = openAlerts(Object.values(tables.alerts), null, self);
    const chosen = selected?.kind === 'alert' ? tables.alerts[selected.id] : undefined;
    const acknowledging = chosen?.state === 'open' ? [chosen, ...open.filter((alert) => alert.id !== chosen.id)] : open;
    const weddings = Object.values(tables.weddings)
      .filter((wedding) => wedding.status !== 'cancelled')
      .sort((a, b) => a.startsAt.localeCompare(b.startsAt));
    const nextTheme = settings.theme === 'dark' ? 'light' : 'dark';
    const nextDensity = settings.density === 'compact' ? 'comfortable' : 'compact';
    return [
      {
        group: t('palette.places'),
        actions: [
          { id: 'day', label: t('places.day'), leftSection: <IconCalendarEvent {...icon} />, rightSection: key('Alt 1'), onClick: () => openPlace({ view: 'day', weddingId: null, alertId: null }) },
          ...(seesConflicts ? [{ id: 'conflicts', label: t('calendar.title'), leftSection: <IconCalendarX {...icon} />, rightSection: key('Alt 7'), onClick: () => openPlace({ view: 'conflicts', conflictId: null }) }] : []),
          ...(seesMessages ? [{ id: 'messages', label: t('places.messages'), leftSection: <IconMessages {...icon} />, rightSection: key('Alt 5'), onClick: () => openPlace({ view: 'messages', channel: null, weddingId: null }) }] : []),
          ...(mayIntegrate ? [{ id: 'integrations', label: t('places.integrations'), leftSection: <IconPlugConnected {...icon} />, rightSection: key('Alt 2'), onClick: () => openPlace({ view: 'integrations', connectionId: null }) }] : []),
          ...(mayDeliveries
            ? [
                { id: 'deliveries', label: t('deliveries.title'), leftSection: <IconInbox {...icon} />, rightSection: key('Alt 6'), onClick: () => openPlace(ALL_DELIVERIES) },
                { id: 'deliveries-stuck', label: t('deliveries.stuckCommand'), leftSection: <IconInbox {...icon} />, onClick: () => openPlace({ ...ALL_DELIVERIES, states: ['held', 'parked', 'quarantined', 'dead'] }) },
              ]
            : []),
          ...(mayConnect ? [{ id: 'connect', label: t('connect.title'), leftSection: <IconPlus {...icon} />, onClick: () => openPlace({ view: 'connect', system: null }) }] : []),
          ...(mayFeeds ? [{ id: 'feeds', label: t('feeds.command'), leftSection: <IconRss {...icon} />, onClick: () => openPlace({ view: 'feeds', about: null }) }] : []),
          ...(mayEnquiries ? [{ id: 'enquiries', label: t('enquiries.command'), leftSection: <IconCalendarHeart {...icon} />, onClick: () => openPlace({ view: 'enquiries' }) }] : []),
          ...(mayPeople ? [{ id: 'people', label: t('places.people'), leftSection: <IconUsers {...icon} />, rightSection: key('Alt 4'), onClick: () => openPlace({ view: 'people' }) }] : []),
          { id: 'settings', label: t('places.settings'), leftSection: <IconSettings {...icon} />, rightSection: key('Alt 3'), onClick: () => openPlace({ view: 'settings' }) },
          ...(mayLetIn ? [{ id: 'pair', label: t('approve.command'), leftSection: <IconDeviceDesktopPlus {...icon} />, onClick: () => openPlace({ view: 'pair', code: null }) }] : []),
        ],
      },
      {
        group: t('palette.weddings'),
        actions: weddings.map((wedding) => ({
          id: `wedding-${wedding.id}`,
          label: wedding.title,
          description: [dayText(wedding.startsAt, wedding.zone), wedding.room].filter(Boolean).join(' · '),
          leftSection: <IconHeart {...icon} />,
          onClick: () => openPlace({ view: 'day', weddingId: wedding.id, alertId: null }),
        })),
      },
      {
        group: t('palette.alerts'),
        actions: acknowledging.slice(0, 20).flatMap((alert, index) => [
          { id: `open-${alert.id}`, label: alert.title, description: severityWord(alert.severity), leftSection: <IconBell {...icon} />, onClick: () => go({ place: { view: 'day', weddingId: alert.weddingId, alertId: alert.id }, selected: { kind: 'alert', id: alert.id } }) },
          // The worst few, or the one that is open: forty such lines would bury the rest.
          ...(index < 3 && mayAcknowledge ? [{ id: `ack-${alert.id}`, label: t('palette.acknowledge', { title: alert.title }), leftSection: <IconCheck {...icon} />, rightSection: key('A'), onClick: () => void acknowledgeAndTell(backend, alert) }] : []),
        ]),
      },
      {
        group: t('palette.windows'),
        actions: [
          { id: 'new-window', label: t('windows.open'), leftSection: <IconWindowMaximize {...icon} />, onClick: () => openInNewWindow(backend, 'frame') },
          ...(selected ? [{ id: 'new-details', label: t('windows.openDetails'), leftSection: <IconWindowMaximize {...icon} />, onClick: () => openInNewWindow(backend, 'details') }] : []),
          { id: 'wall', label: t('windows.wall'), leftSection: <IconDeviceTv {...icon} />, rightSection: key('Ctrl Shift W'), onClick: () => wallDisplay(backend, 'open') },
          ...(backend.home === 'desktop'
            ? [
                { id: 'wall-next', label: t('windows.wallNext'), leftSection: <IconDeviceTv {...icon} />, onClick: () => wallDisplay(backend, 'next_display') },
                { id: 'wall-close', label: t('windows.wallClose'), leftSection: <IconDeviceTv {...icon} />, onClick: () => wallDisplay(backend, 'close') },
              ]
            : []),
        ],
      },
      {
        group: t('palette.view'),
        actions: [
          { id: 'theme', label: t('palette.theme', { theme: t(`settings.themes.${nextTheme}`) }), leftSection: <IconContrast2 {...icon} />, rightSection: key('Alt L'), onClick: () => switchTheme(backend) },
          { id: 'density', label: t('palette.density', { density: t(`settings.densities.${nextDensity}`) }), leftSection: <IconContrast2 {...icon} />, rightSection: key('Alt C'), onClick: () => switchDensity(backend) },
          { id: 'retry', label: t('link.tryNow'), leftSection: <IconRefresh {...icon} />, onClick: () => void backend.retryLink() },
        ],
      },
    ].filter((group) => group.actions.length > 0);
  }, [backend, mayConnect, seesConflicts, seesMessages, mayIntegrate, mayDeliveries, mayFeeds, mayEnquiries, mayPeople, mayLetIn, mayAcknowledge, tables.alerts, self, tables.weddings, selected, settings.theme, settings.density]);

  return (
    <Spotlight
      actions={actions}
      filter={filter}
      // `openPalette` opens it; with a transition its field would be there only some frames later.
      shortcut={null}
      transitionProps={{ duration: 0 }}
      attributes={{ content: { 'aria-label': t('palette.title') } }}
      scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}
      limit={60}
      maxHeight={420}
      scrollable
      lockScroll={false}
      nothingFound={t('palette.nothing')}
      searchProps={{ id: PALETTE_FIELD, leftSection: <IconSearch size={18} stroke={1.5} aria-hidden />, placeholder: t('palette.placeholder'), 'aria-label': dotted([t('palette.placeholder'), asOf === null ? null : t('palette.asOfLong', { time: asOf })]), ...(asOf === null ? {} : { rightSection: <span className="search-age num">{t('palette.asOf', { time: asOf })}</span>, rightSectionWidth: 112 }) }}
    />
  );
}
