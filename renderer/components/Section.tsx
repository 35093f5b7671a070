import type { ReactNode } from 'react';

/** A part of a board: a heading on a hairline, what belongs beside it, and the content. */
export function Section({ id, title, aside, children, className }: { readonly id: string; readonly title: string; readonly aside?: ReactNode; readonly children: ReactNode; readonly className?: string }) {
  return (
    <section className={`section ${className ?? ''}`} aria-labelledby={`${id}-title`}>
      <header className="section-head">
        <h2 id={`${id}-title`}>{title}</h2>
        {aside ? <div className="section-aside">{aside}</div> : null}
      </header>
      {children}
    </section>
  );
}

/** Says what would be here and what the first step is. */
export function Empty({ title, detail, action }: { readonly title: string; readonly detail: string; readonly action?: ReactNode }) {
  return (
    <div className="empty">
      <p className="empty-title">{title}</p>
      <p>{detail}</p>
      {action}
    </div>
  );
}
