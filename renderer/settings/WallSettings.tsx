import { NumberInput, SegmentedControl, Switch } from '@mantine/core';
import type { SettingsPatch } from '../../core/contract/settings.ts';
import { useBackend } from '../app/context.ts';
import { wallDisplay } from '../app/windows.ts';
import { t } from '../i18n/index.ts';
import { useConsole } from '../state/store.ts';
import { Setting } from './Setting.tsx';

export function WallSettings({ change }: { readonly change: (patch: SettingsPatch) => void }) {
  const backend = useBackend();
  const wall = useConsole((state) => state.settings.wall);
  return (
    <>
      <h2>{t('wall.settingsTitle')}</h2>
      <Setting label={t('wall.title')} help={t('wall.settingsHelp')}>
        <button type="button" className="button" onClick={() => wallDisplay(backend, 'open')}>
          {t('wall.settingsOpen')}
        </button>
      </Setting>
      <Setting label={t('wall.interval')} help={t('wall.intervalHelp')}>
        <NumberInput
          aria-label={t('wall.interval')}
          min={5}
          max={120}
          allowDecimal={false}
          allowNegative={false}
          hideControls
          value={wall.intervalSeconds}
          onChange={(value) => {
            // While somebody is typing the number may be too small for a moment.
            if (typeof value === 'number' && value >= 5 && value <= 120) change({ wall: { ...wall, intervalSeconds: value } });
          }}
        />
      </Setting>
      <Setting label={t('wall.names')} help={t('wall.namesHelp')}>
        <Switch checked={wall.coupleNames} onChange={(event) => change({ wall: { ...wall, coupleNames: event.currentTarget.checked } })} aria-label={t('wall.names')} />
      </Setting>
      <Setting label={t('wall.look')}>
        <SegmentedControl
          aria-label={t('wall.look')}
          value={wall.theme}
          data={(['dark', 'light'] as const).map((value) => ({ value, label: t(`settings.themes.${value}`) }))}
          onChange={(theme) => change({ wall: { ...wall, theme } })}
        />
      </Setting>
    </>
  );
}
