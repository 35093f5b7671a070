import { useScope, useTables } from '../app/selectors.ts';
import { Moment } from '../components/Moment.tsx';
import { SeverityMark } from '../components/Severity.tsx';
import { t } from '../i18n/index.ts';
import { alertsAbout, weddingLink, zoneOf } from './links.ts';
import { Details, Missing, type Fact } from './parts.tsx';

export function WeatherDetails({ id }: { readonly id: string }) {
  const tables = useTables();
  const scope = useScope();
  const notice = tables.weatherNotices[id];
  if (!notice) return <Missing />;
  const zone = zoneOf(tables, notice.weddingId, scope.zone);
  const facts: Fact[] = [
    { label: t('facts.kind'), value: t(`weatherKinds.${notice.kind}`) },
    { label: t('facts.place'), value: notice.place },
    { label: t('facts.starts'), value: <Moment at={notice.startsAt} zone={zone} /> },
  ];
  if (notice.endsAt) facts.push({ label: t('facts.ends'), value: <Moment at={notice.endsAt} zone={zone} /> });
  return (
    <Details
      kind={t('inspector.kind.weather')}
      title={notice.headline}
      state={
        <>
          {notice.state === 'active' ? <SeverityMark severity={notice.severity} word /> : null} <span>{t(`weatherState.${notice.state}`)}</span>
        </>
      }
      lead={notice.detail || undefined}
      facts={facts}
      row={notice}
      collection="weatherNotices"
      zone={zone}
      related={[...weddingLink(tables, notice.weddingId), ...alertsAbout(tables, 'weatherNotices', id)]}
    />
  );
}
