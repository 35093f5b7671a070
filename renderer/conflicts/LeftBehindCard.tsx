import { Checkbox, TextInput } from '@mantine/core';
import { useMemo, useState } from 'react';
import { MOST_FOLLOWING } from '../../core/contract/commands.ts';
import type { Alert } from '../../core/contract/record/attention.ts';
import type { Wedding } from '../../core/contract/record/day.ts';
import type { Follower } from '../../core/domain/conflicts/following.ts';
import type { House } from '../../core/domain/conflicts/house.ts';
import { judgeWhole } from '../../core/domain/conflicts/parties.ts';
import { useMay } from '../app/access.ts';
import { useBackend } from '../app/context.ts';
import { DecisionMark } from '../app/DecisionMark.tsx';
import { acknowledgeAndTell, tellDecided } from '../app/openDecision.ts';
import { useTables } from '../app/selectors.ts';
import { itemAfter, standsAt } from '../calendar/after.ts';
import { asksCalendars, UnaskedItems, useAsked } from '../calendar/asking.tsx';
import { missingText } from '../calendar/fields.tsx';
import { useRole } from '../calendar/useHouse.ts';
import { followerText, hindranceText, reasonsOf } from '../calendar/words.ts';
import { WillWrite } from '../calendars/WillWrite.tsx';
import { dayText, isolated, timeText } from '../components/format.ts';
import { useNow } from '../components/useNow.ts';
import { t } from '../i18n/index.ts';
import { newId } from '../state/ids.ts';
import { isWaiting, openDecision } from '../state/outbox.ts';
import { useConsole } from '../state/store.ts';
import { letFollow } from '../state/taking.ts';

interface CardProps {
  readonly alert: Alert;
  readonly wedding: Wedding;
  /** What is left behind still, with what each would become. */
  readonly followers: readonly Follower[];
  readonly house: House;
}

/** Before anything is sent: what would follow and where to, why it has not, what would clash, and whether somebody has to say why. */
export function LeftBehindCard({ alert, wedding, followers, house }: CardProps) {
  const backend = useBackend();
  const tables = useTables();
  const role = useRole();
  const now = useNow(60_000);
  const may = useMay('command:wedding.let_follow');
  const mayLeave = useMay('command:alert.acknowledge');
  const [stays, setStays] = useState<ReadonlySet<string>>(new Set());
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const sending = useConsole((state) => state.deciding[alert.id] === true || isWaiting(openDecision(state.outbox, alert.id)));
  const { waits, unasked, wait } = useAsked(() => undefined);
  const { zone } = wedding;
  const begins = `${dayText(wedding.startsAt, zone)} ${timeText(wedding.startsAt, zone)}`;
  const party = useMemo(() => ({ wedding, followers }), [wedding, followers]);
  const whole = useMemo(() => judgeWhole(house, [], [party], stays, role, now), [house, party, stays, role, now]);
  const { drop, along, hindered, to } = whole;
  const taking = along.flatMap((one) => standsAt(house, one) ?? []);
  const besides = along.flatMap((one) => itemAfter(house, one, []) ?? []);
  const needsReason = drop.verdict === 'reason' || unasked.length > 0;
  const possible = along.length > 0 && along.length <= MOST_FOLLOWING && drop.verdict !== 'refused';
  const why = new Map((alert.stayed ?? []).map((left) => [left.id, left.why]));
  const toggle = (id: string): void => setStays(new Set(stays.has(id) ? [...stays].filter((other) => other !== id) : [...stays, id]));
  const send = async (): Promise<void> => {
    if (needsReason && reason.trim() === '') return setTried(true);
    const commandId = newId();
    const asks = asksCalendars(tables, to.filter(({ status }) => status === 'definite').map(({ resourceId }) => resourceId));
    const done = await letFollow(backend, alert, wedding, along, needsReason ? reason : null, commandId);
    tellDecided(done, alert.id);
    if (done.kind === 'kept' && asks) wait(commandId);
  };
  if (followers.length === 0) return <p className="conflict dim">{t('leftBehind.nothing')}</p>;
  return (
    <article className="conflict left-behind" aria-label={alert.title}>
      <p>
        {t('leftBehind.moved', { wedding: isolated(wedding.title), now: begins })} <DecisionMark rowId={alert.id} />
      </p>
      <ul className="left-rows" aria-label={t('leftBehind.rows', { wedding: isolated(wedding.title) })}>
        {followers.map((one) => {
          const hindrance = hindered.get(one.row.id);
          const because = why.get(one.row.id);
          return (
            <li key={one.row.id}>
              <Checkbox
                size="sm" label={<bdi>{one.row.title}</bdi>} description={followerText(one, zone)} disabled={!may || hindrance !== undefined}
                checked={along.includes(one)} onChange={() => toggle(one.row.id)}
              />
              {hindrance ? <p className="cal-note">{hindranceText(hindrance)}</p> : null}
              {because && !hindrance ? <p className="dim">{t(`leftBehind.why.${because}`)}</p> : null}
            </li>
          );
        })}
      </ul>
      <ul className="cal-effects">
        {reasonsOf(house, drop, to).map((text) => (
          <li key={text} data-effect="appears">
            <strong>{t(drop.verdict === 'warned' ? 'calendar.tight' : 'calendar.against')}:</strong> {text}
          </li>
        ))}
        <UnaskedItems unasked={unasked} zone={house.zone} now={now} />
        <WillWrite house={house} to={taking} besides={besides} />
      </ul>
      {may ? (
        <>
          {needsReason ? (
            <TextInput
              label={t('leftBehind.reason')} description={t('calendar.reasonHelp')} value={reason} maxLength={200} autoComplete="off"
              error={missingText(tried, reason.trim() === '')} onChange={(event) => setReason(event.currentTarget.value)}
            />
          ) : null}
          <div className="cal-acts">
            <button type="button" className="button button-main" disabled={sending || waits || !possible} onClick={() => void send()}>
              {waits ? t('calendar.asking') : t('leftBehind.follow', { count: along.length })}
            </button>
            {mayLeave && alert.state === 'open' ? (
              <button type="button" className="button" disabled={sending} onClick={() => void acknowledgeAndTell(backend, alert)}>
                {t('leftBehind.leave')}
              </button>
            ) : null}
          </div>
          <p className="dim">{t('leftBehind.leaveHelp')}</p>
        </>
      ) : (
        <p className="dim">{t('leftBehind.notYours')}</p>
      )}
    </article>
  );
}
