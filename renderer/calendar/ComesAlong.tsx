import type { Returning } from '../../core/domain/conflicts/broughtBack.ts';
import type { Found } from '../../core/domain/conflicts/detect.ts';
import type { House } from '../../core/domain/conflicts/house.ts';
import { isolated } from '../components/format.ts';
import { t } from '../i18n/index.ts';
import { breachText, clashText, resourceName, whenText } from './words.ts';

/** `Quartet, Kings Lane String Quartet, Sat 5 Jun 12:00 to 18:00` */
function whatText(house: House, { row: { title, resourceId, startsAt, endsAt } }: Returning): string {
  const when = whenText({ startsAt: Date.parse(startsAt), endsAt: Date.parse(endsAt) }, house.zone);
  return t('calendar.back.held', { title: isolated(title), where: resourceName(house, resourceId), when });
}

/** As which of several it is held by then, where there are several. */
const rankText = ({ set, row }: Returning): string => {
  const rank = set.rank === undefined ? row.rank : set.rank;
  return rank === null || rank === 1 ? '' : t('calendar.back.rank', { rank });
};

function whyText(house: House, { one }: Returning, { kind, ...found }: Found, proposed: readonly NonNullable<Returning['one']>[]): string {
  const name = house.rows.limits[found.limitId ?? '']?.name ?? t('conflicts.gone');
  return kind === 'limit' ? breachText({ name, byMs: found.missingMs }) : clashText(house, one?.id ?? '', { ...found, kind }, proposed);
}

/** What was held for it: by name what comes back with it, and what others have by now. Nothing where nothing was. */
export function ComesAlong({ house, company }: { readonly house: House; readonly company: readonly Returning[] }) {
  const proposed = company.flatMap(({ one }) => one ?? []);
  const stays = company.some(({ against }) => against.length > 0);
  if (company.length === 0) return null;
  return (
    <section className="cal-along" aria-label={t('calendar.back.along')}>
      <ul className="cal-effects">
        {company.map((each) => (
          <li key={each.row.id} data-effect={each.against.length === 0 ? 'free' : 'stays'}>
            <strong>{t(each.against.length === 0 ? 'calendar.back.with' : 'calendar.back.without')}:</strong> {whatText(house, each)}
            {each.against.length === 0 ? rankText(each) : ` – ${each.against.map((found) => whyText(house, each, found, proposed)).join('; ')}`}
          </li>
        ))}
      </ul>
      {stays ? <p className="dim">{t('calendar.back.byItself')}</p> : null}
    </section>
  );
}
