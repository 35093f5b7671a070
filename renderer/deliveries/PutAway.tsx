import { useState } from 'react';
import type { ReviewItem } from '../../core/contract/record/attention.ts';
import { useBackend } from '../app/context.ts';
import { tellDecided } from '../app/openDecision.ts';
import { t } from '../i18n/index.ts';
import { decideReview } from '../state/commands.ts';
import { isWaiting, openDecision } from '../state/outbox.ts';
import { useConsole } from '../state/store.ts';

/** A lot of the brake is let through or thrown away as a whole; anything else may need nothing. */
export const mayNeedNothing = (item: ReviewItem): boolean => item.kind !== 'held' && item.state === 'open';

/** That these need nothing: asked once, then said for each of them. */
export function PutAway({ items }: { readonly items: readonly ReviewItem[] }) {
  const backend = useBackend();
  // As they were when the question was opened: the server refuses what has changed since.
  const [asking, setAsking] = useState<readonly ReviewItem[] | null>(null);
  const sending = useConsole((state) => items.every(({ id }) => state.deciding[id] === true || isWaiting(openDecision(state.outbox, id))));
  const count = (asking ?? items).length;
  const decide = async (): Promise<void> => {
    if (asking === null) return;
    setAsking(null);
    for (const item of asking) tellDecided(await decideReview(backend, item, 'discard'), item.id);
  };
  if (asking === null) {
    return (
      <button type="button" className="button" disabled={sending || items.length === 0} onClick={() => setAsking(items)}>
        {t('review.needsNothingOpen', { count })}
      </button>
    );
  }
  return (
    <div className="put-away" role="group" aria-label={t('review.needsNothing', { count })}>
      <p>{t('review.needsNothingSure', { count })}</p>
      <div className="review-acts">
        <button type="button" className="button button-main" autoFocus disabled={sending} onClick={() => void decide()}>
          {t('review.needsNothing', { count })}
        </button>
        <button type="button" className="button" onClick={() => setAsking(null)}>
          {t('review.notYet')}
        </button>
      </div>
    </div>
  );
}
