import { useQuery } from '@tanstack/react-query';
import { useBackend } from '../app/context.ts';
import { dotted } from '../components/format.ts';
import { Moment } from '../components/Moment.tsx';
import { errorWords, t } from '../i18n/index.ts';

/** Which devices were told of a contact, the latest first. */
export function Readers({ contactId, zone }: { readonly contactId: string; readonly zone: string }) {
  const backend = useBackend();
  const { data, error } = useQuery({
    queryKey: ['readers', contactId],
    queryFn: async () => {
      const answer = await backend.personalData.readers(contactId);
      if (!answer.ok) throw new Error(answer.error.code);
      return answer.value.readers;
    },
    gcTime: 0,
    staleTime: 0,
    retry: false,
  });
  if (error) {
    return (
      <p className="inline-error" role="alert">
        {errorWords(error.message)}
      </p>
    );
  }
  if (!data) return <p className="dim">{t('privacy.looking')}</p>;
  if (data.length === 0) return <p className="dim">{t('privacy.noReaders')}</p>;
  return (
    <ul className="plain-list">
      {data.map((reader) => (
        <li key={reader.deviceId}>
          <bdi>{reader.name ?? t('privacy.goneDevice')}</bdi>
          <span className="row-sub">
            {dotted([reader.role && t(`roles.${reader.role}`), reader.how.map((how) => t(`privacy.how.${how}`)).join(', ')])}
            {' · '}
            {t('privacy.last')} <Moment at={reader.lastAt} zone={zone} />
          </span>
        </li>
      ))}
    </ul>
  );
}
