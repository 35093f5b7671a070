import { useEffect, useState } from 'react';
import type { CommandAnswer, Unasked } from '../../core/contract/commands.ts';
import type { ErrorCode } from '../../core/contract/errors.ts';
import { isTaken } from '../../core/domain/calendars/targets.ts';
import type { Tables } from '../../core/domain/record/state.ts';
import { useTables } from '../app/selectors.ts';
import { calendarName } from '../calendars/words.ts';
import { isolated, momentText } from '../components/format.ts';
import { errorWords, t } from '../i18n/index.ts';
import { getConsole, useConsole } from '../state/store.ts';
import { say } from './holding.ts';

/**
 * Before something is confirmed the server asks the calendars of those whose time it takes: what a form says while it does, and when one
 * could not be asked.
 */

type Shown = Pick<Tables, 'calendars' | 'connections' | 'resources'>;

/** Whether something definite on these resources asks a calendar first: one of theirs is listened to, or of what shares a part with them. */
export function asksCalendars({ calendars, resources }: Pick<Tables, 'calendars' | 'resources'>, resourceIds: readonly string[]): boolean {
  const link = getConsole().link?.state;
  // Without a line it is kept here, and asked when it is sent.
  if (resourceIds.length === 0 || (link !== 'live' && link !== 'catching_up')) return false;
  const whole = (id: string): readonly string[] => [id, ...(resources[id]?.partIds ?? [])];
  const taken = new Set(resourceIds.flatMap(whole));
  return Object.values(calendars).some((one) => one.resourceId !== null && isTaken(one) && whole(one.resourceId).some((id) => taken.has(id)));
}

/** `Ana Ruiz, in Diary: its connection is paused. Last read today 14:05.` */
export function unaskedText(tables: Shown, { calendarId, lookedAt, why, computer }: Unasked, zone: string, now: number): string {
  const whose = tables.resources[tables.calendars[calendarId]?.resourceId ?? '']?.name ?? t('conflicts.unknownResource');
  const known = lookedAt === null ? t('calendar.unasked.never') : t('calendar.unasked.known', { when: momentText(lookedAt, zone, now) });
  const named = { whose: isolated(whose), calendar: calendarName(tables, calendarId), ...(computer === undefined ? {} : { computer: isolated(computer) }) };
  return `${t(`calendar.unasked.${computer === undefined ? why : 'away'}`, named)} ${known}`;
}

/** Items of a list of what stands against it. */
export function UnaskedItems({ unasked, zone, now }: { readonly unasked: readonly Unasked[]; readonly zone: string; readonly now: number }) {
  const tables = useTables();
  return unasked.map((one) => (
    <li key={one.calendarId} data-effect="appears">
      <strong>{t('calendar.unasked.title')}:</strong> {unaskedText(tables, one, zone, now)}
    </li>
  ));
}

export interface Asked {
  /** The decision is on its way and the form waits for it. */
  readonly waits: boolean;
  /** Calendars that could not be asked, of the last attempt; none = there was none, or all were. */
  readonly unasked: readonly Unasked[];
  /** From now on the form waits for the answer to this command. */
  wait(commandId: string): void;
}

/** Commands whose answer a form waits for: what may be done all the same with a reason is told there, and needs no toast over it. */
const waitedFor = new Set<string>();
const MAY_BE_GIVEN_A_REASON: ReadonlySet<ErrorCode> = new Set(['conflict.source_not_asked', 'conflict.would_clash', 'conflict.past_limit']);
/** Refused as it was, and may be done all the same by whoever may say why. */
export const wantsReason = (answer: CommandAnswer): boolean => answer.outcome === 'rejected' && MAY_BE_GIVEN_A_REASON.has(answer.error.code);
export const isToldInForm = (answer: CommandAnswer): boolean => waitedFor.has(answer.commandId) && wantsReason(answer);

/** As long as this stands, what comes of the command is told here, where the reason is given. */
export function useToldHere(commandId: string | null): void {
  useEffect(() => {
    if (commandId === null) return undefined;
    waitedFor.add(commandId);
    return () => void waitedFor.delete(commandId);
  }, [commandId]);
}

/**
 * A form that stays open until its decision is answered, so that what stands in the way is told where the reason is given. `close`: it
 * was recorded, or refused for something that no reason helps.
 */
export function useAsked(close: (outcome: CommandAnswer['outcome']) => void): Asked {
  const [sent, wait] = useState<string | null>(null);
  const [unasked, setUnasked] = useState<readonly Unasked[]>([]);
  const entry = useConsole((state) => (sent === null ? undefined : state.outbox.find(({ command }) => command.commandId === sent)));
  const answer = entry?.answer ?? null;
  useToldHere(sent);
  useEffect(() => {
    if (answer === null) return;
    wait(null);
    setUnasked(answer.outcome === 'rejected' ? (answer.unasked ?? []) : []);
    if (!wantsReason(answer)) close(answer.outcome);
    else if (answer.outcome === 'rejected') say(errorWords(answer.error.code));
  }, [answer, close]);
  return { waits: sent !== null, unasked, wait };
}
