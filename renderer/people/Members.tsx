import { NativeSelect } from '@mantine/core';
import { useState } from 'react';
import type { Role } from '../../core/contract/access.ts';
import type { MemberView, ResetLinkAnswer, RoleRequest } from '../../core/contract/accounts.ts';
import { may } from '../../core/domain/access/may.ts';
import { CopyField, Failed, SureButton } from '../accounts/fields.tsx';
import { useTask } from '../accounts/useTask.ts';
import { useSettingZone } from '../accounts/zone.ts';
import { useMay } from '../app/access.ts';
import { useBackend } from '../app/context.ts';
import { useTables } from '../app/selectors.ts';
import { dotted, fullMoment } from '../components/format.ts';
import { Ago } from '../components/Moment.tsx';
import { t } from '../i18n/index.ts';
import { useConsole } from '../state/store.ts';

const HOUSE = ['owner', 'coordinator', 'staff'] as const satisfies readonly Role[];
const isOfHouse = (role: Role): role is RoleRequest['role'] => HOUSE.some((one) => one === role);

/** Nobody acts on somebody above himself; the server holds the same order. */
function useRanks(): (role: Role) => boolean {
  const access = useConsole((state) => state.access);
  return (role) => access === null || may({ ...access, organisationId: '' }, `revoke:${role}`).allowed;
}

function Member({ member, onChanged }: { readonly member: MemberView; readonly onChanged: () => void }) {
  const backend = useBackend();
  const zone = useSettingZone();
  const { weddings } = useTables();
  const ranks = useRanks();
  const task = useTask();
  const mayReset = useMay('http:resetLink');
  const [link, setLink] = useState<ResetLinkAnswer | null>(null);
  const mayChange = ranks(member.role);
  const { role } = member;
  return (
    <li className="member">
      <div className="setting">
        <div>
          <p className="setting-label">
            <bdi>{member.name}</bdi>
            {member.self ? <span className="dim"> · {t('people.you')}</span> : null}
          </p>
          <p className="dim">{dotted([member.email, member.weddingId && weddings[member.weddingId]?.title])}</p>
          <p className="dim">
            {dotted([t(member.secondFactor ? 'people.factorOn' : 'people.factorOff'), t('people.devices', { count: member.devices })])}
            {' · '}
            {member.lastSeenAt ? (
              <>
                {t('settings.lastSeen')} <Ago at={member.lastSeenAt} zone={zone} /> {t('inspector.ageAfter')}
              </>
            ) : (
              t('people.neverSeen')
            )}
          </p>
        </div>
        <div className="setting-control member-control">
          {mayChange && isOfHouse(role) ? (
            <NativeSelect
              aria-label={t('people.roleOf', { name: member.name })}
              value={role}
              disabled={task.busy}
              data={HOUSE.filter((value) => ranks(value)).map((value) => ({ value, label: t(`roles.${value}`) }))}
              onChange={(event) => {
                const next = event.currentTarget.value as RoleRequest['role'];
                void task.run(() => backend.people.setRole(member.id, { role: next }), onChanged);
              }}
            />
          ) : (
            <span>{t(`roles.${role}`)}</span>
          )}
          <span className="member-acts">
            {mayReset && mayChange && !member.self ? (
              <button type="button" className="button" disabled={task.busy} aria-label={`${t('people.reset')}: ${member.name}`} onClick={() => void task.run(() => backend.people.resetLink(member.id), setLink)}>
                {t('people.reset')}
              </button>
            ) : null}
            {mayChange && !member.self ? (
              <SureButton label={t('people.remove')} sure={t('people.removeSure')} of={member.name} disabled={task.busy} onSure={() => void task.run(() => backend.people.remove(member.id), onChanged)} />
            ) : null}
          </span>
        </div>
      </div>
      <Failed words={task.failed} />
      {link ? (
        <div className="unfolded">
          <p role="status">{t('people.resetHelp', { name: member.name })}</p>
          <CopyField label={t('people.resetLink')} value={link.url} />
          <p className="dim">{t('people.linkUntil', { time: fullMoment(link.expiresAt, zone) })}</p>
        </div>
      ) : null}
    </li>
  );
}

export function Members({ members, onChanged }: { readonly members: readonly MemberView[]; readonly onChanged: () => void }) {
  return (
    <ul className="devices">
      {members.map((member) => (
        <Member key={member.id} member={member} onChanged={onChanged} />
      ))}
    </ul>
  );
}
