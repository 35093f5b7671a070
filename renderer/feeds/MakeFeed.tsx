import { Select } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { FeedRecipient, type FeedAbout, type FeedView, type MadeFeed } from '../../core/contract/feeds.ts';
import { PRIVACIES } from '../../core/contract/record/calendars.ts';
import { Failed, TextField } from '../accounts/fields.tsx';
import { useTask } from '../accounts/useTask.ts';
import { useBackend } from '../app/context.ts';
import { useTables } from '../app/selectors.ts';
import { Choice } from '../components/Choice.tsx';
import { useNow } from '../components/useNow.ts';
import { t } from '../i18n/index.ts';
import { aboutOfKey, choicesOf, keyOfAbout } from './words.ts';

interface MakeProps {
  readonly about: FeedAbout;
  readonly onMade: (made: MadeFeed) => void;
  readonly onClose: () => void;
}

/** For whom, what it holds, and how much of that it tells. */
export function MakeFeed({ about: first, onMade, onClose }: MakeProps) {
  const backend = useBackend();
  const tables = useTables();
  const task = useTask();
  const now = useNow(60_000);
  const [about, setAbout] = useState<FeedAbout>(first);
  const [typed, setTyped] = useState<string | null>(null);
  // The least that is of use, so that more leaves the house only when somebody says so.
  const [privacy, setPrivacy] = useState<FeedView['privacy']>('title');
  // A vendor's own feed is mostly for that vendor.
  const recipient = typed ?? (about.kind === 'resource' ? (tables.resources[about.id]?.name ?? '') : '');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const named = FeedRecipient.safeParse(recipient.trim());
    if (!named.success) return task.fail(t('feeds.nobody'));
    void task.run(() => backend.feeds.make({ about, privacy, recipient: named.data }), onMade);
  };
  return (
    <form className="unfolded feed-form" aria-label={t('feeds.make')} onSubmit={submit}>
      <Choice
        label={t('feeds.what')} description={t(`feeds.holds.${about.kind}`)}
        choices={choicesOf(tables, now)} value={keyOfAbout(about)} onChange={(key) => setAbout(aboutOfKey(key))}
      />
      <TextField
        label={t('feeds.forWhom')} description={t('feeds.forWhomHelp')}
        value={recipient} onChange={setTyped} autoComplete="off" maxLength={120}
      />
      <Select
        label={t('feeds.privacy')} description={t(`feeds.privacyHelp.${privacy}`)} value={privacy} allowDeselect={false}
        data={PRIVACIES.map((value) => ({ value, label: t(`feeds.privacyOf.${value}`) }))}
        onChange={(value) => setPrivacy(PRIVACIES.find((one) => one === value) ?? privacy)}
      />
      <Failed words={task.failed} />
      <p className="feed-acts">
        <button type="submit" className="button button-main" disabled={task.busy}>
          {t('feeds.makeNow')}
        </button>
        <button type="button" className="button" onClick={onClose}>
          {t('feeds.notYet')}
        </button>
      </p>
    </form>
  );
}
