import type { Push } from '../../core/contract/record/calendars.ts';
import { useTables } from '../app/selectors.ts';
import { t } from '../i18n/index.ts';
import { useConsole } from '../state/store.ts';
import { PushLine } from './PushLine.tsx';
import { usePushesOf } from './usePushes.ts';

/** More than so many are counted, and only those that need a person are named. */
const NAMED = 3;

/** Under what was just recorded: how far each calendar is with it. A calendar that has older news only is not meant. */
export function PlanTargets({ subjects }: { readonly subjects: readonly Push['subject'][] }) {
  const tables = useTables();
  const zone = useConsole((state) => state.record?.organisation.zone ?? 'UTC');
  const pushes = usePushesOf(subjects).filter(({ subject, wantedVersion }) => wantedVersion >= (tables[subject.collection][subject.id]?.version ?? 1));
  if (pushes.length === 0) return null;
  const done = pushes.filter(({ state }) => state === 'written').length;
  const named = pushes.length <= NAMED ? pushes : pushes.filter(({ state }) => state === 'failed' || state === 'differs').slice(0, NAMED);
  return (
    <div className="plan-targets" role="status">
      {pushes.length > NAMED ? <p className="num">{t('pushState.count', { done, count: pushes.length })}</p> : null}
      {named.length > 0 ? (
        <ul className="pushes">
          {named.map((push) => (
            <PushLine key={push.id} push={push} zone={zone} />
          ))}
        </ul>
      ) : null}
    </div>
  );
}
