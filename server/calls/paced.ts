import type { DeskAnswer, DeskAsk } from '../../core/contract/desk.ts';
import { tryFailed } from '../../core/vendors/trying.ts';
import type { VendorModule } from '../../core/vendors/vendor.ts';
import type { Asked, Desk } from '../desk/desk.ts';
import type { Calls, Made, Purpose } from './calls.ts';

const PURPOSES: Readonly<Record<DeskAsk['kind'], Purpose>> = {
  poll: 'source.look', reread: 'source.reread', test: 'source.test', calendars: 'calendar.write', entry_write: 'calendar.write', entry_remove: 'calendar.write', entry_read: 'calendar.write',
};

const OUTCOMES = { 'normalise.no_access': 'no_access', 'normalise.forbidden': 'no_access', 'normalise.reread_failed': 'failing', 'normalise.reread_refused': 'answered', 'normalise.shape_unknown': 'answered' } as const;
const WRITING = {
  'normalise.no_access': 'no_access', 'calendar.forbidden': 'no_access', 'normalise.reread_failed': 'failing', 'normalise.shape_unknown': 'answered', 'calendar.gone': 'answered',
  'calendar.changed_there': 'rejected', 'calendar.refused': 'rejected',
} as const;

/** What the desktop's answer says of its call; null = it called nobody. Which status it was stays there. */
function madeBy(by: string, answer: DeskAnswer): Made | null {
  const made = (said: string, outcome: Made['outcome'], retryAfterMs: number | null = null): Made => ({ by, said, outcome, retryAfterMs });
  switch (answer.outcome) {
    case 'page':
    case 'changes':
    case 'calendars':
    case 'written':
    case 'removed':
    case 'found':
      return made('ok', 'answered');
    case 'trouble':
      return made(answer.code, WRITING[answer.code], answer.retryAfterMs);
    case 'tried': {
      const { tried } = answer;
      if (tried.outcome === 'untestable') return null;
      return tried.outcome === 'worked' ? made('ok', 'answered') : made(tried.code, tried.retryable ? 'failing' : 'rejected');
    }
    case 'failed':
      return made(answer.code, OUTCOMES[answer.code], answer.retryAfterMs);
    case 'refused':
      return null;
  }
}

/** The account has asked for it: its answer stays the same without anybody calling. */
function spared({ kind }: DeskAsk, quietMs: number): DeskAnswer {
  const message = `The source has asked to be left alone for ${Math.ceil(quietMs / 1000)} more seconds.`;
  return kind === 'test' ? { outcome: 'tried', tried: tryFailed(message, true) } : { outcome: 'failed', code: 'normalise.reread_failed', message, retryable: true, retryAfterMs: quietMs };
}

/**
 * Desktops that call for us, paced and noted like our own calls: one turn is one call of the account. A turn that makes several
 * calls (a re-read of an object and what hangs on it) paces these on the desktop, one after the other.
 */
export function pacedDesk(desk: Desk, calls: Calls, vendors: (system: string) => Pick<VendorModule, 'manifest'> | null): Desk {
  return {
    ...desk,
    async ask(asking, limitMs): Promise<Asked> {
      const { system, organisationId, connectionId, mark, ask } = asking;
      const manifest = vendors(system)?.manifest;
      if (!manifest) return desk.ask(asking, limitMs);
      const turn = await calls.turn({ manifest, organisationId, connectionId, secrets: {}, mark, purpose: PURPOSES[ask.kind] });
      let made: Made | null = null;
      try {
        if (turn.quietMs > 0) return { kind: 'answered', by: null, answer: spared(ask, turn.quietMs) };
        const asked = await desk.ask(asking, limitMs);
        if (asked.kind === 'answered' && asked.by !== null) made = madeBy(asked.by, asked.answer);
        return asked;
      } finally {
        turn.over(made);
      }
    },
  };
}
