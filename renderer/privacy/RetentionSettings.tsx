import { NumberInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Retention, type RetentionAnswer, type RetentionKind } from '../../core/contract/personalData.ts';
import { useBackend } from '../app/context.ts';
import { errorWords, t } from '../i18n/index.ts';
import { Setting } from '../settings/Setting.tsx';

const KINDS = ['deliveryBodies', 'unmatchedBodies', 'commandAnswers', 'revokedDevices', 'auditLines', 'contactsYears'] as const satisfies readonly RetentionKind[];

function Form({ answer, onSaved }: { readonly answer: RetentionAnswer; readonly onSaved: (next: RetentionAnswer) => void }) {
  const backend = useBackend();
  const [chosen, setChosen] = useState<Retention>(answer.retention);
  const [said, setSaid] = useState<string | null>(null);
  const changed = KINDS.some((kind) => chosen[kind] !== answer.retention[kind]);
  const fits = Retention.safeParse(chosen).success;
  const save = async (): Promise<void> => {
    const saved = await backend.personalData.setRetention(chosen);
    setSaid(saved.ok ? t('privacy.retentionSaved') : errorWords(saved.error.code));
    if (saved.ok) onSaved(saved.value);
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      {KINDS.map((kind) => (
        <Setting key={kind} label={t(`privacy.kinds.${kind}`)} help={t(`privacy.kindsWhy.${kind}`)}>
          <NumberInput
            aria-label={t(`privacy.kinds.${kind}`)}
            value={chosen[kind]}
            min={1}
            allowDecimal={false}
            suffix={` ${t(kind === 'contactsYears' ? 'privacy.years' : 'privacy.days')}`}
            onChange={(value) => setChosen({ ...chosen, [kind]: typeof value === 'number' ? value : 0 })}
          />
          <p className="dim">{t('privacy.due', { count: answer.due[kind] })}</p>
        </Setting>
      ))}
      <Setting label={t('privacy.retentionRun')}>
        <button type="submit" className="button" disabled={!changed || !fits}>
          {t('privacy.retentionSave')}
        </button>
        <p role="status" className="setting-outcome">
          {fits ? said : t('privacy.retentionLimits')}
        </p>
      </Setting>
    </form>
  );
}

/** How long what is kept, and what is due to go. */
export function RetentionSettings() {
  const backend = useBackend();
  const queries = useQueryClient();
  const { data, error } = useQuery({
    queryKey: ['retention'],
    queryFn: async () => {
      const answer = await backend.personalData.retention();
      if (!answer.ok) throw new Error(answer.error.code);
      return answer.value;
    },
  });
  return (
    <>
      <h2>{t('privacy.retention')}</h2>
      {error ? (
        <p className="inline-error" role="alert">
          {errorWords(error.message)}
        </p>
      ) : null}
      {data ? <Form answer={data} onSaved={(next) => queries.setQueryData(['retention'], next)} /> : null}
    </>
  );
}
