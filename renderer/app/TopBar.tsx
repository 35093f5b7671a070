import { Kbd } from '@mantine/core';
import { IconBell, IconSearch } from '@tabler/icons-react';
import { useMemo } from 'react';
import { zoneAbbreviation } from '../../core/domain/day/localTime.ts';
import { openAlerts } from '../../core/domain/day/openAlerts.ts';
import type { DayWedding } from '../../core/domain/day/weddings.ts';
import { clockText, dayText, fullMoment, isolated, spanText } from '../components/format.ts';
import { useNow } from '../components/useNow.ts';
import { SeverityMark } from '../components/Severity.tsx';
import { t } from '../i18n/index.ts';
import { TabMark } from '../presence/AlsoHere.tsx';
import { WhoIsHere } from '../presence/WhoIsHere.tsx';
import { useSees } from './access.ts';
import { LinkPill } from './LinkPill.tsx';
import { WorkPill } from './WorkPill.tsx';
import { openPalette } from './openPalette.ts';
import { useRoute } from './routes.ts';
import { useDayWeddings, useScope, useTables } from './selectors.ts';
import { useConsole } from '../state/store.ts';

function Countdown({ entry, today }: { readonly entry: DayWedding; readonly today: boolean }) {
  const now = useNow(10_000);
  const { wedding, phase } = entry;
  if (!today) return <>{dayText(wedding.startsAt, wedding.zone)}</>;
  if (phase === 'over') return <>{t('tabs.over')}</>;
  const at = Date.parse(phase === 'running' ? wedding.endsAt : wedding.startsAt);
  const left = spanText(Math.max(60_000, Math.ceil((at - now) / 60_000) * 60_000));
  return <>{phase === 'running' ? t('tabs.left', { span: left }) : t('tabs.in', { span: left })}</>;
}

function Tabs() {
  const { today, next } = useDayWeddings();
  const { place } = useRoute();
  const { weddingId } = useScope();
  const onDay = place.view === 'day';
  const tab = (entry: DayWedding, isToday: boolean) => (
    <a key={entry.wedding.id} className="tab" href={`#/wedding/${entry.wedding.id}`} data-phase={isToday ? entry.phase : 'later'} aria-current={onDay && weddingId === entry.wedding.id ? 'page' : undefined} title={entry.wedding.title}>
      <span className="tab-title">{isolated(entry.wedding.title)}</span>
      <span className="tab-count num">
        <Countdown entry={entry} today={isToday} />
      </span>
      <TabMark weddingId={entry.wedding.id} />
    </a>
  );
  return (
    <nav className="tabs" aria-label={t('frame.weddings')}>
      <a className="tab" href="#/day" aria-current={onDay && weddingId === null ? 'page' : undefined}>
        <span className="tab-title">{t('tabs.today')}</span>
        <span className="tab-count num">{today.length}</span>
      </a>
      {today.map((entry) => tab(entry, true))}
      {next.map((entry) => tab(entry, false))}
    </nav>
  );
}

function VenueClock() {
  const { zone } = useScope();
  const now = useNow(1000);
  return (
    <time className="clock num" title={fullMoment(now, zone)} dateTime={new Date(now).toISOString()}>
      {clockText(now, zone)} <span className="clock-zone">{zoneAbbreviation(zone, now)}</span>
    </time>
  );
}

function AlertCount() {
  const alerts = useTables().alerts;
  const self = useConsole((state) => state.deviceId);
  const open = useMemo(() => openAlerts(Object.values(alerts), null, self), [alerts, self]);
  const worst = open[0];
  return (
    <a className="alert-count num" href={worst ? `#/alert/${worst.id}` : '#/day'} aria-label={t('frame.openAlerts', { count: open.length })}>
      {worst ? <SeverityMark severity={worst.severity} /> : <IconBell size={14} stroke={1.5} aria-hidden />}
      {open.length}
    </a>
  );
}

export function TopBar() {
  const seesAlerts = useSees('alerts');
  return (
    <header className="topbar">
      <Tabs />
      <button type="button" className="search" onClick={openPalette} aria-keyshortcuts="Control+K" aria-label={t('frame.search')}>
        <IconSearch size={14} stroke={1.75} aria-hidden />
        <span>{t('frame.search')}</span>
        <Kbd size="xs">Ctrl K</Kbd>
      </button>
      <WorkPill />
      <LinkPill />
      <VenueClock />
      {seesAlerts ? <AlertCount /> : null}
      <WhoIsHere />
    </header>
  );
}
