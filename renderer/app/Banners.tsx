import { IconX } from '@tabler/icons-react';
import { SeverityMark } from '../components/Severity.tsx';
import { Moment } from '../components/Moment.tsx';
import { t } from '../i18n/index.ts';
import { setConsole, useConsole } from '../state/store.ts';
import { openPlace } from './routes.ts';
import { useScope } from './selectors.ts';

const dismiss = (id: string): void => setConsole((state) => ({ banners: state.banners.filter((banner) => banner.id !== id) }));

/** What this machine could not tell otherwise: a notification that was not shown, a missing keychain, a server that did not start. */
export function Banners() {
  const banners = useConsole((state) => state.banners);
  const { zone } = useScope();
  if (banners.length === 0) return null;
  return (
    <div className="banners" role="region" aria-label={t('banner.region')}>
      {banners.map((banner) => (
        <div key={banner.id} className="banner" data-severity={banner.severity} role="alert">
          <SeverityMark severity={banner.severity} word />
          <p className="banner-text">
            <strong>{banner.title}</strong> {banner.detail}
            <span className="banner-why">
              {t(`banner.${banner.kind}`)} · <Moment at={banner.at} zone={zone} />
            </span>
          </p>
          {banner.place ? (
            <button
              type="button"
              className="button"
              onClick={() => {
                if (banner.place) openPlace(banner.place);
                dismiss(banner.id);
              }}
            >
              {t('banner.open')}
            </button>
          ) : null}
          <button type="button" className="icon-button" aria-label={t('banner.dismiss')} onClick={() => dismiss(banner.id)}>
            <IconX size={16} aria-hidden />
          </button>
        </div>
      ))}
    </div>
  );
}
