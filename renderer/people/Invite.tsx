import { NativeSelect } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import type { Role } from '../../core/contract/access.ts';
import { Email, type InviteAnswer } from '../../core/contract/accounts.ts';
import { BOUND_ROLES } from '../../core/domain/access/matrix.ts';
import { CopyField, Failed, TextField } from '../accounts/fields.tsx';
import { useTask } from '../accounts/useTask.ts';
import { useBackend } from '../app/context.ts';
import { useTables } from '../app/selectors.ts';
import { dayText, fullMoment, isolated } from '../components/format.ts';
import { t } from '../i18n/index.ts';
import { useSettingZone } from '../accounts/zone.ts';
import { inviteRequest, type Asked } from './inviteRequest.ts';

/** The link is shown now and never again; whether mail went out besides is said. */
function Made({ made, onAnother }: { readonly made: InviteAnswer; readonly onAnother: () => void }) {
  const zone = useSettingZone();
  return (
    <div className="unfolded" role="group" aria-label={t('people.invited', { email: made.invitation.email })}>
      <p role="status">{t(`people.mail.${made.mail}`, { email: made.invitation.email })}</p>
      <CopyField label={t('people.link')} value={made.url} />
      <p className="dim">{t('people.linkUntil', { time: fullMoment(made.invitation.expiresAt, zone) })}</p>
      <button type="button" className="button" onClick={onAnother}>
        {t('people.another')}
      </button>
    </div>
  );
}

/** `roles` = those that may be invited by whoever asks, highest first. */
export function Invite({ roles, first, onInvited }: { readonly roles: readonly Role[]; readonly first: Role; readonly onInvited: () => void }) {
  const backend = useBackend();
  const { weddings, contacts } = useTables();
  const task = useTask();
  const [asked, setAsked] = useState<Asked>({ email: '', role: first, weddingId: '', contactId: '' });
  const [made, setMade] = useState<InviteAnswer | null>(null);
  const change = (patch: Partial<Asked>): void => setAsked({ ...asked, ...patch });
  if (made) {
    return (
      <Made
        made={made}
        onAnother={() => {
          setMade(null);
          setAsked({ email: '', role: first, weddingId: '', contactId: '' });
        }}
      />
    );
  }
  const forWedding = BOUND_ROLES.includes(asked.role) || asked.role === 'partner';
  const offered = Object.values(weddings)
    .filter((wedding) => wedding.status !== 'cancelled')
    .sort((a, b) => a.startsAt.localeCompare(b.startsAt));
  const vendors = Object.values(contacts)
    .filter((contact) => contact.role === 'vendor' && (contact.weddingId === null || contact.weddingId === asked.weddingId))
    .sort((a, b) => a.name.localeCompare(b.name));
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const request = inviteRequest(asked);
    if (!request) return task.fail(t(Email.safeParse(asked.email.trim()).success ? 'people.incomplete' : 'people.noAddress'));
    void task.run(
      () => backend.people.invite(request),
      (answer) => {
        setMade(answer);
        onInvited();
      },
    );
  };
  return (
    <form className="unfolded" onSubmit={submit} aria-label={t('people.invite')}>
      <div className="field-row">
        <TextField type="email" label={t('signIn.email')} value={asked.email} onChange={(email) => change({ email })} autoComplete="off" maxLength={254} />
        <NativeSelect label={t('people.role')} value={asked.role} data={roles.map((value) => ({ value, label: t(`roles.${value}`) }))} onChange={(event) => change({ role: event.currentTarget.value as Role })} />
      </div>
      <p className="dim">{t(`people.roleHelp.${asked.role}`)}</p>
      {forWedding ? (
        <NativeSelect
          label={t('people.wedding')}
          value={asked.weddingId}
          data={[{ value: '', label: t(asked.role === 'partner' ? 'people.anyWedding' : 'people.chooseWedding') }, ...offered.map((wedding) => ({ value: wedding.id, label: `${isolated(wedding.title)}, ${dayText(wedding.startsAt, wedding.zone)}` }))]}
          onChange={(event) => change({ weddingId: event.currentTarget.value, contactId: '' })}
        />
      ) : null}
      {asked.role === 'vendor' ? (
        <NativeSelect
          label={t('people.contact')}
          value={asked.contactId}
          data={[{ value: '', label: t('people.chooseContact') }, ...vendors.map((contact) => ({ value: contact.id, label: contact.company ?? contact.name }))]}
          onChange={(event) => {
            const contact = contacts[event.currentTarget.value];
            change({ contactId: event.currentTarget.value, ...(asked.email === '' && contact?.email ? { email: contact.email } : {}) });
          }}
        />
      ) : null}
      <Failed words={task.failed} />
      <button type="submit" className="button button-main" disabled={task.busy}>
        {t('people.invite')}
      </button>
    </form>
  );
}
