import type { Calendar } from '../../core/contract/record/calendars.ts';
import type { Setup } from '../../core/contract/systems.ts';
import { momentText } from '../components/format.ts';
import { useNow } from '../components/useNow.ts';
import type { Soon } from '../connecting/catalogue.ts';
import { soonWords } from '../connecting/words.ts';
import { t, tMaybe } from '../i18n/index.ts';

type Channels = NonNullable<Setup['channels']>;

/** What an error code means for being told, which is not what it means for writing. */
const whyText = (code: string): string => tMaybe(`calendars.channel.why.${code}`) ?? t('calendars.channel.whyUnknown');

/** That nothing of a connection tells at once, since its vendor cannot call this server, and what comes meanwhile. */
export function NotCalled({ channels, looks, name }: { readonly channels: Channels; readonly looks: Soon | null; readonly name: string }) {
  if (channels.callable || looks === null) return null;
  return <p className="dim calendar-channel">{t('calendars.channel.notCallable', { name, soon: soonWords(looks) })}</p>;
}

interface LineProps {
  readonly calendar: Pick<Calendar, 'id' | 'direction' | 'state'>;
  readonly channels: Channels;
  readonly looks: Soon | null;
  readonly zone: string;
}

/** Whether changes over there arrive at once, until when that holds, and why not. Nothing is said of what is not listened to. */
export function ChannelLine({ calendar, channels, looks, zone }: LineProps) {
  const now = useNow(60_000);
  const channel = channels.calendars.find(({ calendarId }) => calendarId === calendar.id);
  const listens = calendar.direction === 'inbound' || calendar.direction === 'bidirectional';
  if (!channels.callable || looks === null || calendar.state !== 'active' || (!channel && !listens)) return null;
  const soon = soonWords(looks);
  if (!channel) return <p className="dim calendar-channel">{t('calendars.channel.opening', { soon })}</p>;
  const until = channel.until === null ? '' : momentText(channel.until, zone, now);
  const tells = channel.state === 'open';
  if (channel.reason === null) {
    return <p className="dim calendar-channel">{tells ? t('calendars.channel.open', { until }) : t('calendars.channel.opening', { soon })}</p>;
  }
  const why = whyText(channel.reason);
  return (
    <p className="calendar-channel calendar-note">
      {tells ? t('calendars.channel.renewing', { until, why, soon }) : t('calendars.channel.refused', { why, soon })}
      {channel.againAt === null ? '' : ` ${t('calendars.channel.again', { time: momentText(channel.againAt, zone, now) })}`}
    </p>
  );
}
