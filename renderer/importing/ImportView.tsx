import { Textarea } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { IconFileUpload } from '@tabler/icons-react';
import { useId, useState, type DragEvent } from 'react';
import type { Connection } from '../../core/contract/record/connections.ts';
import type { SystemFace } from '../../core/contract/systems.ts';
import { Failed } from '../accounts/fields.tsx';
import { useRoute } from '../app/routes.ts';
import { useTables } from '../app/selectors.ts';
import { isolated } from '../components/format.ts';
import { LoadFailed } from '../components/LoadFailed.tsx';
import { Empty } from '../components/Section.tsx';
import { guideOf } from '../connecting/catalogue.ts';
import { GuideSteps } from '../connecting/GuideSteps.tsx';
import { useSystem } from '../connecting/queries.ts';
import { useLeaveGuard } from '../connecting/useLeaveGuard.tsx';
import { t } from '../i18n/index.ts';
import { Check } from './Check.tsx';
import { Outcome } from './Outcome.tsx';
import { fits, readTable, type ReadTable } from './table.ts';
import { useImporting, type Importing } from './useImporting.ts';

/** Choosing, dropping or pasting the rows. */
function ChooseFile({ face, importing }: { readonly face: SystemFace; readonly importing: Importing }) {
  const input = useId();
  const [over, setOver] = useState(false);
  const [pasted, setPasted] = useState('');
  const [refused, setRefused] = useState<string | null>(null);
  const guide = guideOf(face, 'file');
  const take = (read: ReadTable, name: string | null): void => {
    if (read.kind === 'text') importing.open({ name, text: read.text, western: read.western });
    else setRefused(t(`import.refused.${read.kind}`));
  };
  const readFile = async (file: File | undefined): Promise<void> => {
    setRefused(null);
    if (!file) return;
    // Longer than any text that is taken, in whatever encoding: not worth reading.
    if (file.size > 16_000_000) return setRefused(t('import.refused.too_large'));
    try {
      take(readTable(new Uint8Array(await file.arrayBuffer())), file.name);
    } catch {
      setRefused(t('import.refused.unreadable'));
    }
  };
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    void readFile(event.dataTransfer.files[0]);
  };
  return (
    <>
      <div
        className="drop"
        data-over={over || undefined}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <IconFileUpload size={24} stroke={1.5} aria-hidden />
        <p>{t('import.drop')}</p>
        <label htmlFor={input} className="button button-main drop-choose">
          {t('import.choose')}
        </label>
        <input id={input} className="vh" type="file" accept=".csv,.tsv,.txt,text/csv,text/tab-separated-values,text/plain" onChange={(event) => void readFile(event.currentTarget.files?.[0])} />
      </div>
      <form
        className="connect-form import-paste"
        onSubmit={(event) => {
          event.preventDefault();
          setRefused(null);
          take(fits(pasted), null);
        }}
      >
        <Textarea label={t('import.paste')} description={t('import.pasteHelp')} value={pasted} rows={4} spellCheck={false} onChange={(event) => setPasted(event.currentTarget.value)} />
        <Failed words={refused ?? importing.failed} />
        <p className="connect-ways">
          <button type="submit" className="button" disabled={pasted.trim() === '' || importing.busy !== null}>
            {t(importing.busy === 'looking' ? 'import.looking' : 'import.usePasted')}
          </button>
        </p>
      </form>
      {guide ? (
        <details className="connect-part">
          <summary>{t('import.how', { name: isolated(face.name) })}</summary>
          <GuideSteps steps={guide.steps} values={{}} />
        </details>
      ) : null}
    </>
  );
}

function OneImport({ connection, face }: { readonly connection: Connection; readonly face: SystemFace }) {
  const importing = useImporting(connection.id);
  const ask = useLeaveGuard(importing.file !== null && importing.result === null);
  const { file, preview, result, busy } = importing;
  return (
    <>
      {ask}
      {result || busy === 'taking' ? (
        <Outcome connection={connection} importing={importing} />
      ) : file && preview ? (
        <Check face={face} importing={importing} preview={preview} />
      ) : (
        <ChooseFile face={face} importing={importing} />
      )}
    </>
  );
}

/** A file of a connection: chosen, looked at, taken in. */
export function ImportView() {
  const { place } = useRoute();
  const id = place.view === 'import' ? place.connectionId : '';
  const connection = useTables().connections[id];
  const query = useQuery({ ...useSystem(connection?.system ?? ''), enabled: connection !== undefined });
  if (!connection) return <Empty title={t('inspector.missingTitle')} detail={t('inspector.missing')} />;
  return (
    <div className="page connect">
      <p className="page-back">
        <a href={`#/integrations/${id}`}>{connection.name}</a>
      </p>
      <header className="board-head">
        <h1>{t('import.title', { name: isolated(connection.name) })}</h1>
      </header>
      {query.isPending ? <p className="dim">{t('connect.loading')}</p> : null}
      {query.isError ? (
        <LoadFailed error={query.error} onAgain={query.refetch} />
      ) : null}
      {query.data && !query.data.capabilities.file ? <Empty title={t('import.noneTitle')} detail={t('import.none')} /> : null}
      {query.data?.capabilities.file === true ? <OneImport key={id} connection={connection} face={query.data} /> : null}
    </div>
  );
}
