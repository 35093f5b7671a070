import { useQuery, useQueryClient } from '@tanstack/react-query';
import { ROLES, type Role } from '../../core/contract/access.ts';
import type { InvitationView } from '../../core/contract/accounts.ts';
import { may } from '../../core/domain/access/may.ts';
import { Failed, SureButton, Unfold } from '../accounts/fields.tsx';
import { useTask } from '../accounts/useTask.ts';
import { useSettingZone } from '../accounts/zone.ts';
import { useMay } from '../app/access.ts';
import { useBackend } from '../app/context.ts';
import { useTables } from '../app/selectors.ts';
import { dotted } from '../components/format.ts';
import { Moment } from '../components/Moment.tsx';
import { Empty } from '../components/Section.tsx';
import { errorWords, t } from '../i18n/index.ts';
import { DeviceList } from '../settings/DeviceList.tsx';
import { Setting } from '../settings/Setting.tsx';
import { useConsole } from '../state/store.ts';
import { Invite } from './Invite.tsx';
import { Members } from './Members.tsx';
import { SignOnSettings } from './SignOnSettings.tsx';

const KEY = ['people'];
const COMMON: Role = 'staff';

function Invitations({ invitations, offered, onChanged }: { readonly invitations: readonly InvitationView[]; readonly offered: readonly Role[]; readonly onChanged: () => void }) {
  const backend = useBackend();
  const zone = useSettingZone();
  const { weddings } = useTables();
  const task = useTask();
  return (
    <>
      <h2>{t('people.open')}</h2>
      <Failed words={task.failed} />
      <ul className="devices">
        {invitations.map((invitation) => (
          <li key={invitation.id} className="setting">
            <div>
              <p className="setting-label">
                <bdi>{invitation.email}</bdi>
              </p>
              <p className="dim">
                {dotted([t(`roles.${invitation.role}`), invitation.weddingId && weddings[invitation.weddingId]?.title, t('people.by', { who: invitation.invitedBy })])}
                {' · '}
                {t('people.until')} <Moment at={invitation.expiresAt} zone={zone} />
              </p>
            </div>
            <div className="setting-control">
              {offered.includes(invitation.role) ? (
                <SureButton
                  label={t('people.withdraw')}
                  sure={t('people.withdrawSure')}
                  of={invitation.email}
                  disabled={task.busy}
                  onSure={() => void task.run(() => backend.people.withdrawInvitation(invitation.id), onChanged)}
                />
              ) : null}
            </div>
          </li>
        ))}
      </ul>
    </>
  );
}

/** Who belongs to the organisation, who was asked to, and what is let in. For managers. */
export function PeopleView() {
  const backend = useBackend();
  const queries = useQueryClient();
  const access = useConsole((state) => state.access);
  const maySignOn = useMay('http:signOn');
  const mayList = useMay('http:devices');
  const { data, error } = useQuery({
    queryKey: KEY,
    queryFn: async () => {
      const answer = await backend.people.list();
      if (!answer.ok) throw new Error(answer.error.code);
      return answer.value;
    },
  });
  const again = (): void => {
    void queries.invalidateQueries({ queryKey: KEY });
    void queries.invalidateQueries({ queryKey: ['devices'] });
  };
  const offered = ROLES.filter((role) => role !== 'platform_admin' && (access === null || may({ ...access, organisationId: '' }, `ticket:${role}`).allowed));
  const newcomer = data?.members.length === 0;
  return (
    <div className="page settings">
      <header className="board-head">
        <h1>{t('people.title')}</h1>
        <p className="board-about">{data ? t('people.about', { count: data.members.length }) : t('people.aboutUnknown')}</p>
      </header>
      <Failed words={error ? errorWords(error.message) : null} />
      {newcomer ? (
        <Empty title={t('people.noneTitle')} detail={t('people.none')} action={<Unfold label={t('people.inviteSelf')}>{() => <Invite roles={offered} first={offered.includes('owner') ? 'owner' : COMMON} onInvited={again} />}</Unfold>} />
      ) : null}
      {data && !newcomer ? (
        <>
          <h2>{t('people.members')}</h2>
          <Members members={data.members} onChanged={again} />
          <Setting label={t('people.inviteTitle')} help={t(data.mail ? 'people.inviteMail' : 'people.inviteNoMail')}>
            <Unfold label={t('people.invite')}>{() => <Invite roles={offered} first={COMMON} onInvited={again} />}</Unfold>
          </Setting>
        </>
      ) : null}
      {data && data.invitations.length > 0 ? <Invitations invitations={data.invitations} offered={offered} onChanged={again} /> : null}
      <h2>{t('people.machines')}</h2>
      <Setting label={t('approve.command')} help={t('approve.commandHelp')}>
        <a className="button" href="#/pair">
          {t('approve.enter')}
        </a>
      </Setting>
      {mayList ? <DeviceList /> : null}
      {maySignOn ? <SignOnSettings /> : null}
    </div>
  );
}
