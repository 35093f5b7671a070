import type { ReactNode, Ref } from 'react';

interface CardFormProps {
  readonly card: Ref<HTMLElement>;
  readonly label: string;
  readonly onEscape: () => void;
  readonly onSubmit: () => void;
  readonly children: ReactNode;
}

/** A card over the timeline that asks before anything is recorded; Escape leaves it. */
export function CardForm({ card, label, onEscape, onSubmit, children }: CardFormProps) {
  return (
    <section
      ref={card}
      className="cal-card"
      aria-label={label}
      tabIndex={-1}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.preventDefault();
        event.stopPropagation();
        onEscape();
      }}
    >
      <form
        className="cal-impact"
        onSubmit={(event) => {
          event.preventDefault();
          onSubmit();
        }}
      >
        {children}
      </form>
    </section>
  );
}
