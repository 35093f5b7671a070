import type { SettingsPatch } from '../../core/contract/settings.ts';
import type { Backend } from '../state/backend/backend.ts';
import { pageLog } from '../state/pageLog.ts';
import { getConsole, setConsole } from '../state/store.ts';

const change = (backend: Backend, patch: SettingsPatch): void =>
  void backend.changeSettings(patch).then((answer) => {
    if (answer.ok) setConsole({ settings: answer.value });
    else pageLog.warn({ code: answer.error.code }, 'setting not kept');
  });

export const switchTheme = (backend: Backend): void => change(backend, { theme: getConsole().settings.theme === 'dark' ? 'light' : 'dark' });
export const switchDensity = (backend: Backend): void => change(backend, { density: getConsole().settings.density === 'compact' ? 'comfortable' : 'compact' });
