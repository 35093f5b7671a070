import type { Alert } from '../../contract/record/attention.ts';
import type { Push } from '../../contract/record/calendars.ts';
import type { Wedding } from '../../contract/record/day.ts';
import { nearness } from '../alerts/nearness.ts';
import type { Answer } from '../record/changes.ts';
import { draftCreated, draftUpdated, type DraftContext, type DraftOf, type EventDraft } from '../record/drafts.ts';
import type { Stood } from './returned.ts';
import { weddingIdOf, type EntryRow } from './subjects.ts';
import { isOver, spanOf } from './targets.ts';

/** What whom we have invited to an entry answers there: shown at the entry, and a decline is told once. It changes nothing of the entry. */

export interface Answering {
  readonly push: Push;
  /** As it was before the drafts. */
  readonly subject: EntryRow;
  /** Whom the entry invites; null = nobody, or that is not known. */
  readonly invited: string | null;
  /** As they stand there; left out = that was not told. */
  readonly answers: readonly Answer[] | undefined;
  readonly stood: Stood | 'gone';
  readonly calendar: { readonly name: string };
  readonly wedding: Wedding | null;
  /** Alerts about the subject that are not settled. */
  readonly unresolved: readonly Alert[];
  /** What else follows from what was found there. */
  readonly drafts: readonly EventDraft[];
  readonly now: number;
  readonly newId: () => string;
  readonly context: DraftContext;
}

const RULE = 'invitation_declined' satisfies Alert['rule'];
const some = <D extends EventDraft>(draft: D | null): D[] => (draft ? [draft] : []);

/** Nobody is invited any more, or somebody else is. */
export const unanswered = ({ answer }: Pick<Push, 'answer'>): Pick<Push, 'answer'> => (answer ? { answer: null } : {});
/** It was about another time. What stands there may say it still, so it is kept. */
export const answeredBefore = ({ answer }: Pick<Push, 'answer'>): Pick<Push, 'answer'> => (answer && answer.past !== true ? { answer: { ...answer, past: true } } : {});

/** The drafts of alerts that are over with an answer that counts no more. */
export const settledDeclines = (alerts: readonly Alert[], context: DraftContext): EventDraft[] =>
  alerts.filter(({ rule, state }) => rule === RULE && state !== 'resolved')
    .flatMap((alert) => some(draftUpdated('alert.resolved', 'alerts', alert.weddingId, alert, { state: 'resolved' }, null, context)));

/** Whether somebody had declined, and that is not so any more of what the row is now. */
export function isOverDecline(draft: EventDraft): draft is DraftOf<'pushes'> {
  if (draft.collection !== 'pushes' || draft.type === 'push.answered') return false;
  const was = draft.before?.['answer'] as Push['answer'];
  return was?.said === 'declined' && was.past !== true && (!draft.row.answer || draft.row.answer.past === true);
}

/** The drafts with what the answers mean behind them. An answer counts only for the times that the row has by then. */
export function withAnswers(one: Answering): readonly EventDraft[] {
  const { push, subject, invited, answers, stood, drafts, unresolved, now, context } = one;
  const current = lastOf(drafts, subject);
  if (answers === undefined || invited === null || stood === 'gone' || isOver(current, now)) return drafts;
  const span = spanOf(current);
  if (span === null || span.startsAt !== Date.parse(stood.startsAt) || span.endsAt !== Date.parse(stood.endsAt)) return drafts;
  const said = answers.find(({ who }) => who === invited)?.said ?? null;
  const own = pushAfter(drafts, push);
  if (own.wish === 'absent' || (own.answer?.said ?? null) === said) return drafts;
  const answer = said === null ? null : { said, since: new Date(now).toISOString() };
  const told = some(draftUpdated('push.answered', 'pushes', own.weddingId, own, { answer }, null, context));
  if (said !== 'declined') return [...drafts, ...told, ...settledDeclines(unresolved, context)];
  const open = unresolved.some(({ rule, state }) => rule === RULE && state !== 'resolved') && !drafts.some(isOverDecline);
  return [...drafts, ...told, ...(open ? [] : [declined(one, current)])];
}

function lastOf(drafts: readonly EventDraft[], subject: EntryRow): EntryRow {
  const draft = drafts.findLast(({ collection, row }) => collection === subject.collection && row.id === subject.row.id);
  return draft ? ({ ...subject, row: { ...subject.row, ...draft.row } } as EntryRow) : subject;
}

function pushAfter(drafts: readonly EventDraft[], push: Push): Push {
  const draft = drafts.findLast(({ collection, row }) => collection === 'pushes' && row.id === push.id);
  return draft?.collection === 'pushes' ? { ...push, ...draft.row } : push;
}

function declined({ calendar, wedding, now, newId, context }: Answering, subject: EntryRow): EventDraft {
  const near = nearness(wedding, now);
  const { title } = subject.row;
  const weddingId = weddingIdOf(subject);
  return draftCreated('alert.raised', 'alerts', weddingId, {
    id: newId(), weddingId, severity: near === 'today' || near === 'soon' ? 'critical' : 'warning', rule: RULE,
    title: `${title} was declined`.slice(0, 300),
    detail: `Whoever was invited to it in ${calendar.name} has declined${wedding === null ? '' : `; it is for ${wedding.title}`}. It stands as it was booked: ask them, move it, or give it to somebody else.`,
    raisedAt: new Date(now).toISOString(), state: 'open', acknowledgedAt: null, acknowledgedBy: null, subject: { collection: subject.collection, id: subject.row.id },
  }, null, context);
}
