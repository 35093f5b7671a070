import { FIGURE_WINDOWS } from '../../core/contract/figures.ts';
import { t } from '../i18n/index.ts';
import { chooseWindow, useFigureWindow } from './window.ts';

/** 24 hours, 7 days, 30 days. */
export function WindowSwitch() {
  const chosen = useFigureWindow();
  return (
    <div className="figures-switch" role="group" aria-label={t('figures.window')}>
      {FIGURE_WINDOWS.map((window) => (
        <button key={window} type="button" className="state-chip" aria-pressed={window === chosen} onClick={() => chooseWindow(window)}>
          {t(`figures.windows.${window}`)}
        </button>
      ))}
    </div>
  );
}
