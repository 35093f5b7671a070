import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { DeviceView } from '../../core/contract/http.ts';
import { may } from '../../core/domain/access/may.ts';
import { useBackend } from '../app/context.ts';
import { useTables } from '../app/selectors.ts';
import { dotted, VIEWER_ZONE } from '../components/format.ts';
import { Ago } from '../components/Moment.tsx';
import { errorWords, t } from '../i18n/index.ts';
import { useConsole } from '../state/store.ts';

/** Revoking cannot be undone, so the first press only asks; looking away takes the question back. */
function Revoke({ device, onDone }: { readonly device: DeviceView; readonly onDone: (failed: string | null) => void }) {
  const backend = useBackend();
  const [asked, setAsked] = useState(false);
  const revoke = async (): Promise<void> => {
    const answer = await backend.revokeDevice(device.id);
    onDone(answer.ok ? null : errorWords(answer.error.code));
    setAsked(false);
  };
  return (
    <button type="button" className={asked ? 'button button-main' : 'button'} onBlur={() => setAsked(false)} onClick={() => (asked ? void revoke() : setAsked(true))} aria-label={t(asked ? 'settings.revokeSureOf' : 'settings.revokeOf', { name: device.name })}>
      {t(asked ? 'settings.revokeSure' : 'settings.revoke')}
    </button>
  );
}

export function DeviceList() {
  const backend = useBackend();
  const queries = useQueryClient();
  const access = useConsole((state) => state.access);
  const zone = useConsole((state) => state.record?.organisation.zone ?? VIEWER_ZONE);
  const { weddings } = useTables();
  const [failed, setFailed] = useState<string | null>(null);
  const { data, error } = useQuery({
    queryKey: ['devices'],
    queryFn: async () => {
      const answer = await backend.devices();
      if (!answer.ok) throw new Error(answer.error.code);
      return answer.value.devices;
    },
  });
  const mayRevoke = (device: DeviceView): boolean => access !== null && may({ ...access, organisationId: '' }, `revoke:${device.role}`).allowed;
  const told = failed ?? (error ? errorWords(error.message) : null);
  return (
    <>
      <h2>{t('settings.devices')}</h2>
      {told ? (
        <p className="inline-error" role="alert">
          {told}
        </p>
      ) : null}
      <ul className="devices">
        {(data ?? []).map((device) => (
          <li key={device.id} className="setting">
            <div>
              <p className="setting-label">
                <bdi>{device.name}</bdi>
              </p>
              <p className="dim">
                {dotted([device.person, t(`roles.${device.role}`), t(`deviceKinds.${device.kind}`), device.weddingId && weddings[device.weddingId]?.title, device.self && t('settings.thisDevice')])}
                {device.lastSeenAt ? (
                  <>
                    {' · '}
                    {t('settings.lastSeen')} <Ago at={device.lastSeenAt} zone={zone} />
                  </>
                ) : null}
              </p>
            </div>
            <div className="setting-control">
              {mayRevoke(device) ? (
                <Revoke
                  device={device}
                  onDone={(why) => {
                    setFailed(why);
                    void queries.invalidateQueries({ queryKey: ['devices'] });
                  }}
                />
              ) : null}
            </div>
          </li>
        ))}
      </ul>
    </>
  );
}
