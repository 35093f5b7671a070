import { useState } from 'react';
import { t } from '../i18n/index.ts';

function download(text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = 'wedsync-backup-codes.txt';
  link.click();
  URL.revokeObjectURL(url);
}

/** Shown once: whoever closes it without keeping them has to make new ones. */
export function BackupCodes({ codes, onDone }: { readonly codes: readonly string[]; readonly onDone: () => void }) {
  const [said, setSaid] = useState<string | null>(null);
  const text = `${t('account.backupTitle')}\n\n${codes.join('\n')}\n`;
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      setSaid(t('account.copied'));
    } catch {
      // Not over plain http: there is the file, and paper.
      setSaid(t('account.copyNot'));
    }
  };
  return (
    <div className="backup" role="group" aria-label={t('account.backupTitle')}>
      <p>{t('account.backupHelp')}</p>
      <ul className="backup-codes num">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <p className="backup-ways">
        <button type="button" className="button" onClick={() => void copy()}>
          {t('account.copy')}
        </button>
        <button type="button" className="button" onClick={() => window.print()}>
          {t('account.print')}
        </button>
        <button type="button" className="button" onClick={() => download(text)}>
          {t('account.download')}
        </button>
        <button type="button" className="button button-main" onClick={onDone}>
          {t('account.backupKept')}
        </button>
      </p>
      <p role="status" className="dim">
        {said}
      </p>
    </div>
  );
}
