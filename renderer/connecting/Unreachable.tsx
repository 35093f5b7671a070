import type { ConnectPath, Setup, SystemFace } from '../../core/contract/systems.ts';
import { isolated } from '../components/format.ts';
import { t } from '../i18n/index.ts';
import { looksOf } from './catalogue.ts';
import { soonWords } from './words.ts';

/** That nobody outside can call the address that stands below, what to do about it, and what comes meanwhile. */
export function Unreachable({ face, path, setup }: { readonly face: SystemFace; readonly path: ConnectPath; readonly setup: Setup }) {
  if (setup.reachable !== false) return null;
  const looks = looksOf(face, path);
  const name = isolated(face.name);
  return (
    <section className="connect-unreachable" aria-labelledby={`unreachable-${setup.connectionId}`}>
      <h3 id={`unreachable-${setup.connectionId}`}>{t('connect.unreachable.title')}</h3>
      <p>{t('connect.unreachable.why', { name })}</p>
      <p>{t('connect.unreachable.todo')}</p>
      <p>{looks === null ? t('connect.unreachable.nothing', { name }) : t('connect.unreachable.looks', { name, soon: soonWords(looks) })}</p>
    </section>
  );
}
