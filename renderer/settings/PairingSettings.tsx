import { NativeSelect } from '@mantine/core';
import { useState } from 'react';
import type { Role } from '../../core/contract/access.ts';
import { may } from '../../core/domain/access/may.ts';
import { PersonalLink } from '../components/PersonalLink.tsx';
import { t } from '../i18n/index.ts';
import { useConsole } from '../state/store.ts';
import { Setting } from './Setting.tsx';

const COLLEAGUES = ['coordinator', 'staff'] as const satisfies readonly Role[];

/** Links for an own device and for a colleague; those for a vendor or a couple are made where the vendor and the couple are. */
export function PairingSettings() {
  const access = useConsole((state) => state.access);
  const offered = COLLEAGUES.filter((role) => access === null || may({ ...access, organisationId: '' }, `ticket:${role}`).allowed);
  const [role, setRole] = useState<Role>('staff');
  return (
    <>
      <h2>{t('settings.pairing')}</h2>
      <Setting label={t('settings.pairBrowser')} help={t('settings.pairHelp')}>
        <PersonalLink label={t('settings.pairMake')} request={{}} />
      </Setting>
      {offered.length > 0 ? (
        <Setting label={t('settings.colleague')} help={t('settings.colleagueHelp')}>
          <NativeSelect aria-label={t('settings.colleagueRole')} value={role} data={offered.map((value) => ({ value, label: t(`roles.${value}`) }))} onChange={(event) => setRole(event.currentTarget.value as Role)} />
          <PersonalLink key={role} label={t('settings.colleagueMake')} request={{ role }} />
        </Setting>
      ) : null}
    </>
  );
}
