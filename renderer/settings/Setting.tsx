import type { ReactNode } from 'react';

export function Setting({ label, help, children }: { readonly label: string; readonly help?: string; readonly children: ReactNode }) {
  return (
    <div className="setting">
      <div>
        <p className="setting-label">{label}</p>
        {help ? <p className="dim">{help}</p> : null}
      </div>
      <div className="setting-control">{children}</div>
    </div>
  );
}
