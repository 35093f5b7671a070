import type { PresenceEntry } from '../../core/contract/presence.ts';
import { initials } from '../../core/domain/presence/presence.ts';
import { nameOf } from './people.ts';

/** Two letters in a shape: round and full = here, square = idle, dotted = away. The word stands beside it or is its name elsewhere. */
export function Face({ entry }: { readonly entry: PresenceEntry }) {
  return (
    <span className="face" data-state={entry.state} aria-hidden>
      {initials(nameOf(entry))}
    </span>
  );
}
