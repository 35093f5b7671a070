import { CLASSIC_PAGE } from '../../core/contract/offlinePage.ts';
import { t } from '../i18n/index.ts';
import { useConsole } from '../state/store.ts';

/** The way to the pages that need no script. A desktop has none: its server's are for browsers. */
export function ClassicLink({ className }: { readonly className?: string }) {
  const home = useConsole((state) => state.home);
  if (home !== 'browser') return null;
  return (
    <a href={CLASSIC_PAGE} {...(className === undefined ? {} : { className })}>
      {t('classic.open')}
    </a>
  );
}
