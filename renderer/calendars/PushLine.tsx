import { IconArrowsDiff, IconCheck, IconClock, IconClockPause, IconTriangleFilled, IconUserCheck, IconUserQuestion, IconUserX } from '@tabler/icons-react';
import type { Push } from '../../core/contract/record/calendars.ts';
import { useMay } from '../app/access.ts';
import { useBackend } from '../app/context.ts';
import { DecisionMark } from '../app/DecisionMark.tsx';
import { tellDecided } from '../app/openDecision.ts';
import { useTables } from '../app/selectors.ts';
import { Moment } from '../components/Moment.tsx';
import { t } from '../i18n/index.ts';
import { retryPush } from '../state/calendars.ts';
import { isWaiting, openDecision } from '../state/outbox.ts';
import { useConsole } from '../state/store.ts';
import { calendarName, pushSays, pushStopped, pushWhy, type PushSays } from './words.ts';

const SHAPES: Readonly<Record<PushSays, typeof IconCheck>> = { queued: IconClock, late: IconClockPause, written: IconCheck, leaving: IconClock, leavingLate: IconClockPause, left: IconCheck, failed: IconTriangleFilled, stillThere: IconTriangleFilled, differs: IconArrowsDiff };

interface LineProps {
  readonly push: Push;
  readonly zone: string;
  /** What the line is called by: the calendar, or of a calendar's own list what is to stand there. */
  readonly name?: string;
}

/** One of our rows in one calendar: recorded, on their calendar, waiting or failed, and why. */
export function PushLine({ push, zone, name }: LineProps) {
  const tables = useTables();
  const stopped = pushStopped(tables, push);
  const says = pushSays(push, stopped !== null);
  const Shape = SHAPES[says];
  const why = stopped ?? pushWhy(push, zone);
  const called = name ?? calendarName(tables, push.calendarId);
  return (
    <li className="push" data-push={says}>
      <span className="push-name">
        <bdi>{called}</bdi>
      </span>
      <span className="push-state">
        <Shape size={12} stroke={2} aria-hidden /> {t(`pushState.${says}`)} {says === 'written' && push.writtenAt ? <Moment at={push.writtenAt} zone={zone} /> : null}
      </span>
      <Answer answer={push.answer} />
      {why === null ? null : <span className="push-why">{why}</span>}
      {push.state === 'failed' ? <Retry push={push} name={called} /> : null}
      {push.state === 'differs' ? (
        <a className="button push-act" href="#/conflicts">
          {t('pushState.decide')}
        </a>
      ) : null}
    </li>
  );
}

const SAID = { accepted: IconUserCheck, tentative: IconUserQuestion, declined: IconUserX } as const;

/** What whoever was invited has said. */
function Answer({ answer }: Pick<Push, 'answer'>) {
  if (!answer) return null;
  const Shape = SAID[answer.said];
  return (
    <span className="push-answer" data-answer={answer.past === true ? 'past' : answer.said}>
      <Shape size={12} stroke={2} aria-hidden /> {t(`pushState.answer.${answer.said}`)}
      {answer.past === true ? ` ${t('pushState.answerBefore')}` : null}
    </span>
  );
}

function Retry({ push, name }: { readonly push: Push; readonly name: string }) {
  const backend = useBackend();
  const may = useMay('command:push.retry');
  const waits = useConsole((state) => state.deciding[push.id] === true || isWaiting(openDecision(state.outbox, push.id)));
  if (!may) return null;
  return (
    <span className="push-act">
      <button type="button" className="button" disabled={waits} aria-label={t('pushState.retryOf', { name })} onClick={() => void retryPush(backend, push).then((done) => tellDecided(done, push.id))}>
        {t('pushState.retry')}
      </button>{' '}
      <DecisionMark rowId={push.id} />
    </span>
  );
}
