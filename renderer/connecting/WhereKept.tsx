import { useId } from 'react';
import type { Keeper, SystemFace, SystemSummary } from '../../core/contract/systems.ts';
import { useBackend } from '../app/context.ts';
import { isolated } from '../components/format.ts';
import { t } from '../i18n/index.ts';
import { useConsole } from '../state/store.ts';
import { hasKey, notHere, type NotHere, type Place } from './keeping.ts';

/** Why the key of this system cannot be kept on this computer; null = it can. */
export function useNotHere(face: SystemFace, path: SystemSummary['paths'][number]): NotHere | null {
  const { home, systems } = useBackend();
  const keychain = useConsole((state) => state.start?.tokenKept === 'keychain');
  return notHere(face, path, home, keychain && systems.kept !== null);
}

interface Props {
  readonly face: SystemFace;
  readonly path: SystemSummary['paths'][number];
  readonly places: readonly Place[];
  readonly place: Place;
  readonly onPlace: (place: Place) => void;
  readonly keeper?: Keeper | null;
}

/** Where the key is kept, with what that means; one sentence where there is nothing to choose. */
export function WhereKept({ face, path, places, place, onPlace, keeper = null }: Props) {
  const group = useId();
  const why = useNotHere(face, path);
  if (!hasKey(face, path)) return null;
  if (places.length < 2) return <p className="dim">{t(`kept.only.${why ?? 'browser'}`, { name: isolated(face.name) })}</p>;
  return (
    <fieldset className="kept">
      <legend>{t('kept.question')}</legend>
      {places.map((one) => (
        <label key={one} className="assign-row">
          <input type="radio" name={group} checked={place === one} onChange={() => onPlace(one)} />
          <span>
            <span className="assign-name">{t(`kept.place.${one}`, { computer: isolated(keeper?.name ?? '') })}</span>
            <span className="row-sub">{t(`kept.means.${one}`, { computer: isolated(keeper?.name ?? ''), name: isolated(face.name) })}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
