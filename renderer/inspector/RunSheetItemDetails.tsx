import { useScope, useTables } from '../app/selectors.ts';
import { Moment } from '../components/Moment.tsx';
import { t } from '../i18n/index.ts';
import { alertsAbout, weddingLink, zoneOf } from './links.ts';
import { Details, Missing, type Fact } from './parts.tsx';

export function RunSheetItemDetails({ id }: { readonly id: string }) {
  const tables = useTables();
  const scope = useScope();
  const item = tables.runSheetItems[id];
  if (!item) return <Missing />;
  const zone = zoneOf(tables, item.weddingId, scope.zone);
  const facts: Fact[] = [{ label: t('facts.starts'), value: <Moment at={item.startsAt} zone={zone} /> }];
  if (item.endsAt) facts.push({ label: t('facts.ends'), value: <Moment at={item.endsAt} zone={zone} /> });
  if (item.place) facts.push({ label: t('facts.place'), value: item.place });
  if (item.owner) facts.push({ label: t('facts.owner'), value: item.owner });
  return (
    <Details
      kind={t('inspector.kind.item')}
      title={item.title}
      state={t(`itemStatus.${item.status}`)}
      facts={facts}
      row={item}
      collection="runSheetItems"
      zone={zone}
      related={[...weddingLink(tables, item.weddingId), ...alertsAbout(tables, 'runSheetItems', id)]}
    />
  );
}
