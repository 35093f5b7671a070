import { TextInput } from '@mantine/core';
import { useState } from 'react';
import type { Conflict, Limit } from '../../core/contract/record/taking.ts';
import { occupancyId } from '../../core/domain/conflicts/occupancies.ts';
import { useMay } from '../app/access.ts';
import { useBackend } from '../app/context.ts';
import { DecisionMark } from '../app/DecisionMark.tsx';
import { tellDecided } from '../app/openDecision.ts';
import { SeenAlert } from '../app/SeenAlert.tsx';
import { useTables } from '../app/selectors.ts';
import { calendarName } from '../calendars/words.ts';
import { ruleText } from '../calendar/LimitForm.tsx';
import { useRole } from '../calendar/useHouse.ts';
import { Unfold } from '../accounts/fields.tsx';
import { dayText, isolated, timeText } from '../components/format.ts';
import { Moment } from '../components/Moment.tsx';
import { inspectHref } from '../inspector/links.ts';
import { t } from '../i18n/index.ts';
import { overrideConflict } from '../state/commands.ts';
import { isWaiting, openDecision } from '../state/outbox.ts';
import { useConsole } from '../state/store.ts';
import { conflictTitle, limitOf, muchText, whoMay } from './words.ts';

interface MemberWords {
  readonly occupancyId: string;
  readonly title: string;
  readonly what: string;
  readonly startsAt: string | null;
  readonly endsAt: string | null;
  /** Null = it has no page of its own. */
  readonly href: string | null;
}

function useMembers({ members }: Conflict): MemberWords[] {
  const tables = useTables();
  return members.map(({ collection, id }): MemberWords => {
    const key = { occupancyId: occupancyId({ collection, id }) };
    const gone = { ...key, title: t('conflicts.gone'), what: '', startsAt: null, endsAt: null, href: null };
    if (collection === 'weddings') {
      const row = tables.weddings[id];
      return row ? { ...key, title: row.title, what: t(`weddingStatus.${row.status}`), startsAt: row.startsAt, endsAt: row.endsAt, href: inspectHref('about', id, id) } : gone;
    }
    if (collection === 'bookings') {
      const row = tables.bookings[id];
      const couple = row?.weddingId ? tables.weddings[row.weddingId]?.title : undefined;
      return row ? { ...key, title: couple ? t('conflicts.jobFor', { title: isolated(row.title), couple: isolated(couple) }) : row.title, what: t(`bookingStatus.${row.status}`), startsAt: row.startsAt, endsAt: row.endsAt, href: inspectHref('booking', id, row.weddingId) } : gone;
    }
    if (collection === 'calendarEvents') {
      const row = tables.calendarEvents[id];
      const what = row?.calendarId ? t('conflicts.inCalendar', { calendar: calendarName(tables, row.calendarId) }) : t('calendar.elsewhere');
      return row ? { ...key, title: row.title, what, startsAt: row.startsAt, endsAt: row.endsAt, href: inspectHref('entry', id, row.weddingId) } : gone;
    }
    const row = tables.allocations[id];
    return row ? { ...key, title: row.title, what: t(`conflicts.allocation.${row.status}`), startsAt: row.startsAt, endsAt: row.endsAt, href: null } : gone;
  });
}

const BOTH_WORDS = { override: 'conflicts.override', help: 'conflicts.overrideHelp', reason: 'conflicts.reason', now: 'conflicts.overrideNow' } as const;
const LIMIT_WORDS = { override: 'conflicts.overrideLimit', help: 'conflicts.overrideLimitHelp', reason: 'conflicts.reasonLimit', now: 'conflicts.overrideLimitNow' } as const;

interface CardProps {
  readonly conflict: Conflict;
  readonly zone: string;
  /** Without its line of the queue above it. */
  readonly alone?: boolean;
  readonly onShow: (occupancyId: string) => void;
  readonly onWays?: ((conflictIds: readonly string[]) => void) | null;
}

/** Who they are, what is the matter, and what somebody may do about it. */
export function ConflictCard({ conflict, zone, alone = false, onShow, onWays = null }: CardProps) {
  const tables = useTables();
  const members = useMembers(conflict);
  const limit = limitOf(tables, conflict);
  const isLimit = conflict.kind === 'limit';
  return (
    <article className="conflict" aria-label={conflictTitle(tables, conflict)}>
      {alone ? <h2>{conflictTitle(tables, conflict)}</h2> : null}
      <p>
        {t('conflicts.between', { from: timeText(conflict.startsAt, zone), to: timeText(conflict.endsAt, zone), day: dayText(conflict.startsAt, zone) })} {alone ? `${muchText(tables, conflict)}. ` : ''}<DecisionMark rowId={conflict.id} />
      </p>
      {limit ? (
        <p>
          {t('conflicts.limitRule', { name: isolated(limit.name), rule: ruleText(limit) })} {whoMay(limit) === '' ? t('conflicts.limitNobody') : t('conflicts.limitWho', { who: whoMay(limit) })}
        </p>
      ) : null}
      <ul className="conflict-members">
        {members.map((member, index) => (
          <li key={index}>
            <span className="num conflict-times">{member.startsAt && member.endsAt ? `${timeText(member.startsAt, zone)}\u2013${timeText(member.endsAt, zone)}` : ''}</span>
            {member.href ? <a href={member.href}>{isolated(member.title)}</a> : <span>{isolated(member.title)}</span>}
            <span className="dim">{member.what}</span>
            {member.startsAt ? (
              <button type="button" className="link-button" aria-label={t('conflicts.showOf', { title: isolated(member.title) })} onClick={() => onShow(member.occupancyId)}>
                {t('conflicts.show')}
              </button>
            ) : null}
          </li>
        ))}
      </ul>
      {conflict.state === 'resolved' ? <p className="dim">{t(isLimit ? 'conflicts.resolvedLimit' : 'conflicts.resolved')}</p> : null}
      {conflict.state === 'overridden' && conflict.settledAt ? (
        <p className="dim">
          {t(isLimit ? 'conflicts.acceptedLimitBy' : 'conflicts.acceptedBy', { who: isolated(conflict.settledBy ?? ''), why: isolated(conflict.settledBecause ?? '') })} <Moment at={conflict.settledAt} zone={zone} />
        </p>
      ) : null}
      {conflict.state === 'open' && onWays ? (
        <button type="button" className="button" onClick={() => onWays([conflict.id])}>
          {t('calendar.ways')}
        </button>
      ) : null}{' '}
      <SeenAlert collection="conflicts" id={conflict.id} />{' '}
      {conflict.state === 'open' ? <Override conflict={conflict} limit={limit} /> : null}
    </article>
  );
}

/** `limit`: what it passes, whose door may be shut for this person or for all; undefined = it is none. */
function Override({ conflict, limit }: { readonly conflict: Conflict; readonly limit: Limit | undefined }) {
  const backend = useBackend();
  const role = useRole();
  const may = useMay('command:conflict.override');
  const decided = useConsole((state) => state.deciding[conflict.id] === true || isWaiting(openDecision(state.outbox, conflict.id)));
  const [reason, setReason] = useState('');
  const [missing, setMissing] = useState(false);
  if (limit?.overridableBy.length === 0) return <p className="dim">{t('conflicts.limitShut')}</p>;
  if (limit && !limit.overridableBy.some((one) => one === role)) return <p className="dim">{t('conflicts.limitNotYours')}</p>;
  if (!may) return <p className="dim">{t('conflicts.notYours')}</p>;
  const words = conflict.kind === 'limit' ? LIMIT_WORDS : BOTH_WORDS;
  return (
    <Unfold label={t(words.override)}>
      {(close) => (
        <form
          className="unfolded"
          aria-label={t(words.override)}
          onSubmit={(event) => {
            event.preventDefault();
            if (reason.trim() === '') return setMissing(true);
            void overrideConflict(backend, conflict, reason).then((done) => {
              tellDecided(done, conflict.id);
              if (done.kind !== 'not_kept') close();
            });
          }}
        >
          <p className="dim">{t(words.help)}</p>
          <TextInput label={t(words.reason)} value={reason} maxLength={200} autoComplete="off" error={missing && reason.trim() === '' ? t('connect.problem.missing') : undefined} onChange={(event) => setReason(event.currentTarget.value)} />
          <button type="submit" className="button button-main" disabled={decided}>
            {t(words.now)}
          </button>
        </form>
      )}
    </Unfold>
  );
}
