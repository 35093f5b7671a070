import type { Push } from '../../core/contract/record/calendars.ts';
import { t } from '../i18n/index.ts';
import { PushLine } from './PushLine.tsx';
import { usePushesOf } from './usePushes.ts';
import { tellsSomething } from './words.ts';

interface Props {
  readonly subject: Push['subject'];
  readonly zone: string;
  /** On a card that has no parts with headings of their own. */
  readonly onCard?: boolean;
}

/** In which calendars a row stands and how far each is; nothing at all where there is none. */
export function OnCalendars({ subject, zone, onCard = false }: Props) {
  const pushes = usePushesOf([subject]).filter(tellsSomething);
  if (pushes.length === 0) return null;
  const list = (
    <ul className="pushes" {...(onCard ? { 'aria-label': t('pushState.title') } : {})}>
      {pushes.map((push) => (
        <PushLine key={push.id} push={push} zone={zone} />
      ))}
    </ul>
  );
  if (onCard) return list;
  return (
    <section className="inspector-part">
      <h3>{t('pushState.title')}</h3>
      {list}
    </section>
  );
}
