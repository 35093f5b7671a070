import { useQuery } from '@tanstack/react-query';
import { isolated } from '../components/format.ts';
import { LoadFailed } from '../components/LoadFailed.tsx';
import { Empty } from '../components/Section.tsx';
import { t } from '../i18n/index.ts';
import { useRoute } from '../app/routes.ts';
import { CatalogueView } from './CatalogueView.tsx';
import { connectPaths, guideOf } from './catalogue.ts';
import { useSystem } from './queries.ts';
import { Wizard } from './Wizard.tsx';

function OneSystem({ id }: { readonly id: string }) {
  const query = useQuery(useSystem(id));
  const face = query.data;
  if (face && connectPaths(face).length > 0) return <Wizard face={face} />;
  return (
    <div className="page connect">
      <p className="page-back">
        <a href="#/connect">{t('connect.backToAll')}</a>
      </p>
      {query.isPending ? <p className="dim">{t('connect.loading')}</p> : null}
      {query.isError ? (
        <LoadFailed error={query.error} onAgain={query.refetch} />
      ) : null}
      {face ? (
        <>
          <header className="board-head">
            <h1>{isolated(face.name)}</h1>
          </header>
          <Empty
            title={t('connect.impossibleTitle')}
            detail={guideOf(face, 'none')?.brings ?? t('connect.impossible')}
            action={
              <a className="button" href="#/connect/bridge">
                {t('connect.anyBridge')}
              </a>
            }
          />
        </>
      ) : null}
    </div>
  );
}

/** Choosing a system to connect, or connecting the one in the address. */
export function ConnectView() {
  const { place } = useRoute();
  const system = place.view === 'connect' ? place.system : null;
  return system === null ? <CatalogueView /> : <OneSystem key={system} id={system} />;
}
