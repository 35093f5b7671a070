import type { FeedEntry } from '../../core/domain/day/feed.ts';
import { isolated, moneyText, spanText } from '../components/format.ts';
import { t, tMaybe } from '../i18n/index.ts';

/** Who, what, how much in one sentence. */
export function feedText(entry: FeedEntry): string {
  const minutes = Math.abs(entry.count ?? 0);
  const key = entry.says === 'booking.call_time_moved' && (entry.count ?? 0) < 0 ? 'booking.call_time_earlier' : entry.says;
  const values = {
    subject: isolated(entry.subject || t('feed.somebody')),
    amount: entry.amount ? moneyText(entry.amount.minor, entry.amount.currency) : '',
    count: entry.count ?? 0,
    was: entry.was ?? 0,
    span: spanText(minutes * 60_000),
    actor: isolated(entry.actor ?? t('feed.somebody')),
  };
  return tMaybe(`feed.${key}`, values) ?? entry.subject;
}
