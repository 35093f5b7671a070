import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { EnquiryPageAnswer } from '../../core/contract/enquiries.ts';
import { useBackend } from '../app/context.ts';
import { isolated } from '../components/format.ts';
import { LoadFailed } from '../components/LoadFailed.tsx';
import { Moment } from '../components/Moment.tsx';
import { errorWords, t } from '../i18n/index.ts';
import { useConsole } from '../state/store.ts';
import { EnquiryAddress } from './EnquiryAddress.tsx';
import { EnquiryForm } from './EnquiryForm.tsx';

const KEY = ['enquiries'];

/** The page on which couples ask for a day: where it is, and what it offers. For managers. */
export function EnquiryView() {
  const backend = useBackend();
  const queries = useQueryClient();
  const zone = useConsole((state) => state.record?.organisation.zone ?? 'UTC');
  const { data, error, refetch } = useQuery({
    queryKey: KEY,
    queryFn: async () => {
      const answer = await backend.enquiries.page();
      if (!answer.ok) throw new Error(answer.error.code);
      return answer.value;
    },
    // What somebody is typing is not pulled from under them.
    refetchOnWindowFocus: false,
  });
  /** How often somebody else was first: the form then begins with what stands. */
  const [overtaken, setOvertaken] = useState(0);
  const [isTold, setTold] = useState(false);
  const stands = (page: EnquiryPageAnswer): void => void queries.setQueryData(KEY, page);
  return (
    <div className="page settings enquiries">
      <header className="board-head">
        <h1>{t('enquiries.title')}</h1>
        <p className="board-about">{data ? t(data.settings.open ? 'enquiries.open' : 'enquiries.closed') : ''}</p>
      </header>
      <p className="dim feeds-lead">{t('enquiries.lead')}</p>
      {error ? (
        <LoadFailed error={error} onAgain={refetch} />
      ) : null}
      {data ? (
        <>
          <EnquiryAddress page={data} onReplaced={stands} />
          {!isTold ? null : (
            <p className="inline-error" role="alert" key={`told ${overtaken}`}>
              {errorWords('enquiry.changed_meanwhile')}
            </p>
          )}
          <EnquiryForm
            key={overtaken}
            page={data}
            onSaved={(page) => {
              setTold(false);
              stands(page);
            }}
            onStale={() =>
              void refetch().then(() => {
                setTold(true);
                setOvertaken((count) => count + 1);
              })
            }
          />
          {data.changedAt === null ? null : (
            <p className="dim">
              {t('enquiries.changed')} <Moment at={data.changedAt} zone={zone} />
              {data.changedBy === null ? '' : ` ${t('enquiries.changedBy', { who: isolated(data.changedBy) })}`}
            </p>
          )}
        </>
      ) : error ? null : (
        <p role="status">{t('enquiries.loading')}</p>
      )}
    </div>
  );
}
