import { TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconArrowRight } from '@tabler/icons-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { judgeDrop } from '../../core/domain/conflicts/drop.ts';
import { movedTo, type House } from '../../core/domain/conflicts/house.ts';
import { memberOf } from '../../core/domain/conflicts/occupancies.ts';
import { useMay } from '../app/access.ts';
import { useBackend } from '../app/context.ts';
import { tellDecided } from '../app/openDecision.ts';
import { WillWrite } from '../calendars/WillWrite.tsx';
import { useNow } from '../components/useNow.ts';
import { errorWords, t } from '../i18n/index.ts';
import { keepPlan } from '../state/taking.ts';
import { UnaskedItems } from './asking.tsx';
import { CardForm } from './CardForm.tsx';
import { missingText } from './fields.tsx';
import { say, setHolding } from './holding.ts';
import { putUndoingAway, stopUndoing, undoAllTheSame, type Undoing } from './undoing.ts';
import { useRole } from './useHouse.ts';
import { backOf } from './waiting.ts';
import { followersText, moveText, reasonsOf, whenText } from './words.ts';

interface CardProps {
  readonly house: House;
  readonly undoing: Undoing;
  readonly onDone: (occupancyId: string | null) => void;
}

/** A plan that is put back and was refused: what goes where, what stands against it, and the reason of whoever may give one. */
export function UndoCard({ house, undoing, onDone }: CardProps) {
  const backend = useBackend();
  const role = useRole();
  const now = useNow(60_000);
  const may = useMay('command:conflict.override');
  const card = useRef<HTMLElement>(null);
  const [reason, setReason] = useState('');
  const [missing, setMissing] = useState(false);
  const { planId, command, refused } = undoing;
  const code = refused?.error.code ?? null;
  const waiting = useMemo(() => backOf(house, command), [house, command]);
  const back = useMemo(() => waiting.flatMap((one) => {
    const stands = house.timetable.get(one.id);
    return stands ? [movedTo(house, stands, one)] : [];
  }), [house, waiting]);
  const own = back.filter(({ id }) => !waiting.some((one) => one.id === id && one.follows));
  const followers = command.type === 'plan.carry_out'
    ? command.moves.flatMap(({ follow }) => follow?.rows ?? [])
    : command.rows.filter(({ collection }) => collection === 'runSheetItems');
  const drop = useMemo(() => judgeDrop(house, back, role, now), [house, back, role, now]);
  const reasons = reasonsOf(house, drop, back);
  const unasked = refused?.unasked ?? [];

  useEffect(() => {
    if (code === null) return;
    card.current?.focus({ preventScroll: true });
    say(errorWords(code));
    // Its Undo has led here, and it lies over where the reason is given.
    notifications.hide(`answer-${planId}`);
  }, [code, planId]);

  const leave = (): void => {
    if (refused) {
      keepPlan(command.commandId);
      stopUndoing();
      setHolding({ said: t('calendar.undoLeft') });
    } else putUndoingAway();
    onDone(own[0]?.id ?? null);
  };
  const send = async (): Promise<void> => {
    if (reason.trim() === '') return setMissing(true);
    tellDecided(await undoAllTheSame(backend, undoing, reason), memberOf(own[0]?.id ?? '').id);
  };

  return (
    <CardForm card={card} label={t('calendar.undoTitle')} onEscape={leave} onSubmit={() => void send()}>
      <h2>{t('calendar.undoTitle')}</h2>
      <ul className="cal-moves">
        {own.map((one) => {
          const was = house.timetable.get(one.id);
          return (
            <li key={one.id}>
              <bdi className="cal-who">{one.label}</bdi>
              {was ? <span>{moveText(house, was, one)}</span> : null}
              <span className="dim num">
                {was && (was.startsAt !== one.startsAt || was.endsAt !== one.endsAt) ? (
                  <>
                    {whenText(was, house.zone)} <IconArrowRight size={12} aria-label={t('calendar.becomes')} />{' '}
                  </>
                ) : null}
                {whenText(one, house.zone)}
              </span>
            </li>
          );
        })}
      </ul>
      {followers.length > 0 ? <p>{t('calendar.undoFollows', { what: followersText(followers), count: followers.length })}</p> : null}
      <ul className="cal-effects">
        {reasons.map((text) => (
          <li key={text} data-effect="appears">
            <strong>{t(drop.verdict === 'warned' ? 'calendar.tight' : 'calendar.against')}:</strong> {text}
          </li>
        ))}
        {code !== null && code !== 'conflict.source_not_asked' && reasons.length === 0 ? <li data-effect="appears">{errorWords(code)}</li> : null}
        <UnaskedItems unasked={unasked} zone={house.zone} now={now} />
        <WillWrite house={house} to={back} besides={[]} />
      </ul>
      {refused === null ? null : drop.verdict === 'refused' ? (
        <p className="inline-error">{t('calendar.undoNotAnyMore')}</p>
      ) : may ? (
        <TextInput
          label={t('calendar.reason')} description={t('calendar.reasonHelp')} value={reason} maxLength={200} autoComplete="off"
          error={missingText(missing, reason.trim() === '')} onChange={(event) => setReason(event.currentTarget.value)}
        />
      ) : (
        <p className="dim">{t('calendar.undoNotYours')}</p>
      )}
      <div className="dialog-acts">
        <button type="submit" className="button button-main" disabled={refused === null || drop.verdict === 'refused' || !may}>
          {t(refused === null ? 'calendar.asking' : 'calendar.undoWithReason')}
        </button>
        <button type="button" className="button" onClick={leave}>
          {t(refused === null ? 'account.close' : 'calendar.undoLeave')}
        </button>
      </div>
    </CardForm>
  );
}
