import { NativeSelect, SegmentedControl, Switch, TextInput } from '@mantine/core';
import { useState } from 'react';
import { SEVERITIES, type Severity } from '../../core/contract/record/row.ts';
import type { SettingsPatch } from '../../core/contract/settings.ts';
import { AccountSettings } from '../accounts/AccountSettings.tsx';
import { PairingSteps } from '../accounts/PairDesktop.tsx';
import { useTask } from '../accounts/useTask.ts';
import { useMay } from '../app/access.ts';
import { ClassicLink } from '../app/ClassicLink.tsx';
import { useBackend } from '../app/context.ts';
import { severityWord } from '../components/Severity.tsx';
import { errorWords, t } from '../i18n/index.ts';
import { RetentionSettings } from '../privacy/RetentionSettings.tsx';
import { setConsole, useConsole } from '../state/store.ts';
import { PairingSettings } from './PairingSettings.tsx';
import { Setting } from './Setting.tsx';
import { WallSettings } from './WallSettings.tsx';

function useChange(): { readonly change: (patch: SettingsPatch) => void; readonly failed: string | null } {
  const backend = useBackend();
  const [failed, setFailed] = useState<string | null>(null);
  const change = (patch: SettingsPatch): void => {
    void backend.changeSettings(patch).then((answer) => {
      setFailed(answer.ok ? null : answer.error.code);
      if (answer.ok) setConsole({ settings: answer.value });
    });
  };
  return { change, failed };
}

function NotificationSettings({ change }: { readonly change: (patch: SettingsPatch) => void }) {
  const backend = useBackend();
  const notifications = useConsole((state) => state.settings.notifications);
  const [outcome, setOutcome] = useState<string | null>(null);
  const test = async (): Promise<void> => {
    setOutcome(t('settings.testSending'));
    const answer = await backend.testNotification();
    if (!answer.ok) return setOutcome(errorWords(answer.error.code));
    const { value } = answer;
    if (value.outcome === 'shown') return setOutcome(t('settings.testOutcome.shown'));
    setOutcome(value.outcome === 'suppressed' ? t(`settings.testOutcome.suppressed.${value.why}`) : t(`settings.testOutcome.failed.${value.why}`));
  };
  return (
    <>
      <h2>{t('settings.notifications')}</h2>
      <Setting label={t('settings.notify')} help={t('settings.notifyHelp')}>
        <Switch checked={notifications.enabled} onChange={(event) => change({ notifications: { ...notifications, enabled: event.currentTarget.checked } })} aria-label={t('settings.notify')} />
      </Setting>
      <Setting label={t('settings.threshold')} help={t('settings.thresholdHelp')}>
        <NativeSelect
          aria-label={t('settings.threshold')}
          value={notifications.minimumSeverity}
          data={SEVERITIES.map((severity) => ({ value: severity, label: severityWord(severity) }))}
          onChange={(event) => change({ notifications: { ...notifications, minimumSeverity: event.currentTarget.value as Severity } })}
        />
      </Setting>
      <Setting label={t('settings.sound')}>
        <Switch checked={notifications.sound} onChange={(event) => change({ notifications: { ...notifications, sound: event.currentTarget.checked } })} aria-label={t('settings.sound')} />
      </Setting>
      <Setting label={t('settings.test')} help={t('settings.testHelp')}>
        <button type="button" className="button" onClick={() => void test()}>
          {t('settings.testSend')}
        </button>
        <p role="status" className="setting-outcome">
          {outcome}
        </p>
      </Setting>
    </>
  );
}

function ServerSettings() {
  const backend = useBackend();
  const told = useConsole((state) => state.start?.server ?? null);
  const pairing = useConsole((state) => state.pairing);
  const server = pairing?.server ?? told;
  const task = useTask();
  const [url, setUrl] = useState(server?.url && server.mode === 'client' ? server.url : '');
  const [ticket, setTicket] = useState('');
  const [said, setSaid] = useState<string | null>(null);
  const connect = async (address: string | null): Promise<void> => {
    if (address !== null && ticket.trim() === '') return byCode(address);
    setSaid(t('settings.connecting'));
    const answer = await backend.connectServer(address, address ? ticket : null);
    setSaid(answer.ok ? t('settings.connected') : errorWords(answer.error.code));
    if (answer.ok) setTicket('');
  };
  // A server that knows this desktop already is only changed over to.
  const byCode = async (address: string): Promise<void> => {
    setSaid(t('settings.connecting'));
    const known = await backend.connectServer(address, null);
    if (known.ok) return setSaid(t('settings.connected'));
    if (!known.error.code.startsWith('auth.')) return setSaid(errorWords(known.error.code));
    setSaid(null);
    await task.run(
      () => backend.pairing.start(address),
      (next) => setConsole({ pairing: next }),
    );
  };
  return (
    <>
      <h2>{t('settings.server')}</h2>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void connect(url.trim() === '' ? null : url.trim());
        }}
      >
        <Setting label={t('settings.address')} help={t('settings.addressHelp')}>
          <TextInput type="url" aria-label={t('settings.address')} placeholder="https://" value={url} onChange={(event) => setUrl(event.currentTarget.value)} />
        </Setting>
        <Setting label={t('settings.ticket')} help={t('settings.ticketHelp')}>
          <TextInput aria-label={t('settings.ticket')} value={ticket} autoComplete="off" spellCheck={false} onChange={(event) => setTicket(event.currentTarget.value)} />
        </Setting>
        <Setting label={t(server?.mode === 'client' ? 'settings.nowClient' : 'settings.nowEmbedded', { url: server?.url ?? '' })}>
          <button type="submit" className="button">
            {url.trim() === '' ? t('settings.useEmbedded') : t('settings.connect')}
          </button>
          <p role="status" className="setting-outcome">
            {said}
          </p>
        </Setting>
      </form>
      <PairingSteps task={task} />
    </>
  );
}

export function SettingsView() {
  const mayPair = useMay('http:tickets');
  const mayList = useMay('http:people');
  const mayKeep = useMay('http:retention');
  const { change, failed } = useChange();
  const settings = useConsole((state) => state.settings);
  const start = useConsole((state) => state.start);
  const desktop = useConsole((state) => state.home === 'desktop');
  const organisation = useConsole((state) => state.record?.organisation.name ?? null);
  const role = useConsole((state) => state.access?.role ?? null);
  return (
    <div className="page settings">
      <header className="board-head">
        <h1>{t('settings.title')}</h1>
        <p className="board-about">{t(desktop ? 'settings.aboutDesktop' : 'settings.aboutBrowser')}</p>
      </header>
      {failed ? (
        <p className="inline-error" role="alert">
          {errorWords(failed)}
        </p>
      ) : null}
      <AccountSettings />
      <h2>{t('settings.look')}</h2>
      <Setting label={t('settings.theme')}>
        <SegmentedControl
          aria-label={t('settings.theme')}
          value={settings.theme}
          data={(['system', 'light', 'dark'] as const).map((value) => ({ value, label: t(`settings.themes.${value}`) }))}
          onChange={(theme) => change({ theme })}
        />
      </Setting>
      <Setting label={t('settings.density')}>
        <SegmentedControl
          aria-label={t('settings.density')}
          value={settings.density}
          data={(['comfortable', 'compact'] as const).map((value) => ({ value, label: t(`settings.densities.${value}`) }))}
          onChange={(density) => change({ density })}
        />
      </Setting>
      <WallSettings change={change} />
      {desktop ? (
        <>
          <NotificationSettings change={change} />
          <h2>{t('settings.window')}</h2>
          <Setting label={t('settings.tray')} help={t('settings.trayHelp')}>
            <Switch checked={settings.keepRunningInTray} onChange={(event) => change({ keepRunningInTray: event.currentTarget.checked })} aria-label={t('settings.tray')} />
          </Setting>
          <ServerSettings />
        </>
      ) : null}
      {mayPair ? <PairingSettings /> : null}
      {mayList ? (
        <Setting label={t('settings.devices')} help={t('settings.devicesInPeople')}>
          <a className="button" href="#/people">
            {t('places.people')}
          </a>
        </Setting>
      ) : null}
      {mayKeep ? <RetentionSettings /> : null}
      {desktop ? null : (
        <Setting label={t('classic.setting')} help={t('classic.help')}>
          <ClassicLink className="button" />
        </Setting>
      )}
      <h2>{t('settings.about')}</h2>
      <dl className="facts facts-wide">
        <div>
          <dt>{t('settings.venue')}</dt>
          <dd>{organisation ?? '–'}</dd>
        </div>
        <div>
          <dt>{t('settings.role')}</dt>
          <dd>{role ? t(`roles.${role}`) : '–'}</dd>
        </div>
        <div>
          <dt>{t('settings.token')}</dt>
          <dd>{start ? t(`settings.tokenKept.${start.tokenKept}`) : '–'}</dd>
        </div>
        <div>
          <dt>{t('settings.version')}</dt>
          <dd className="num">
            {[start?.appVersion ? t('settings.versionApp', { version: start.appVersion }) : null, start?.electronVersion ? t('settings.versionElectron', { version: start.electronVersion }) : null].filter(Boolean).join(' · ') || t('settings.versionUnknown')}
          </dd>
        </div>
      </dl>
    </div>
  );
}
