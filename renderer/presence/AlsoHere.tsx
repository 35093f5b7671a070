import { isolated } from '../components/format.ts';
import { t } from '../i18n/index.ts';
import { Face } from './Face.tsx';
import { nameOf, useOthersAt } from './people.ts';

/** In a wedding's tab: that somebody else is on it, and how many. */
export function TabMark({ weddingId }: { readonly weddingId: string }) {
  const others = useOthersAt(weddingId);
  const [first] = others;
  if (!first) return null;
  return (
    <span className="tab-others" title={others.map(nameOf).join(', ')}>
      <Face entry={first} />
      {others.length > 1 ? <span className="num" aria-hidden>{`+${others.length - 1}`}</span> : null}
      <span className="vh">{t('presence.onThis', { count: others.length })}</span>
    </span>
  );
}

/** In a wedding's details: who else has it open now. */
export function AlsoHere({ weddingId }: { readonly weddingId: string }) {
  const others = useOthersAt(weddingId);
  if (others.length === 0) return null;
  return (
    <p className="also-here">
      {others.slice(0, 3).map((entry) => (
        <Face key={entry.deviceId} entry={entry} />
      ))}
      <span>{t('presence.alsoHere', { names: others.map((entry) => isolated(entry.state === 'idle' ? t('presence.idleName', { name: nameOf(entry) }) : nameOf(entry))).join(', ') })}</span>
    </p>
  );
}
