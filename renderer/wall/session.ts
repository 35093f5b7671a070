import type { Snapshot } from '../../core/contract/record.ts';
import type { LinkStatus, StreamFrame } from '../../core/contract/stream.ts';
import { wallFrame, wallSnapshot, type WallCut } from '../../core/domain/access/wall.ts';
import { applyEvents, fromSnapshot } from '../../core/domain/record/state.ts';
import type { Backend } from '../state/backend/backend.ts';
import { pageLog } from '../state/pageLog.ts';
import { getConsole, setConsole } from '../state/store.ts';

/**
 * The wall's own life: no memory of its own on this machine, no decisions, no places. On the desktop main has cut the
 * record before it came here; in a browser it is cut here before the page's store sees it. Cutting twice cuts nothing more.
 */
export async function startWallSession(backend: Backend): Promise<() => void> {
  setConsole({ home: backend.home });
  const booted = await backend.boot();
  if (!booted.ok) {
    setConsole({ phase: { kind: booted.error.code.startsWith('auth.') ? 'pairing' : 'failed', code: booted.error.code } });
    return () => undefined;
  }
  setConsole({ phase: { kind: 'ready' }, settings: booted.value.settings, link: booted.value.link });

  /** Titles are needed to keep couples' words out of the run sheet, and only for that. */
  const titles = new Map<string, string>();
  const cut = (): WallCut => ({ coupleNames: getConsole().settings.wall.coupleNames, titleOf: (id) => titles.get(id) ?? null });
  const learn = (weddings: readonly { readonly id: string; readonly title: string }[]): void => {
    // A title that main has taken out already says nothing.
    for (const { id, title } of weddings) if (title !== '') titles.set(id, title);
  };
  const takeSnapshot = (snapshot: Snapshot): void => {
    learn(snapshot.rows.weddings);
    setConsole({ record: fromSnapshot(wallSnapshot(cut(), snapshot)), origin: 'server' });
  };
  const ask = async (): Promise<void> => {
    const answer = await backend.record();
    if (!answer.ok) return pageLog.warn({ code: answer.error.code }, 'record not given');
    if (answer.value) takeSnapshot(answer.value);
  };
  const takeFrame = (frame: StreamFrame): void => {
    learn(frame.events.flatMap((event) => (event.collection === 'weddings' ? [event.row] : [])));
    const { record } = getConsole();
    if (!record || frame.after > record.seq) return void ask();
    const { events, upTo, removed } = wallFrame(cut(), frame);
    setConsole({ record: applyEvents(record, events, upTo, removed) });
  };
  /** Access was withdrawn, maybe because the screen is lost: nothing of the record stays on it. */
  const heardLink = (link: LinkStatus): void => {
    setConsole({ link });
    if (link.state !== 'refused' || link.reason !== 'auth_revoked') return;
    titles.clear();
    setConsole({ record: null, origin: 'none' });
  };
  const stop = backend.open(null, {
    snapshot: takeSnapshot,
    frame: takeFrame,
    link: heardLink,
    settings: (settings) => setConsole({ settings }),
    navigate: () => undefined,
    banner: () => undefined,
    outbox: () => undefined,
    presence: () => undefined,
    pairing: () => undefined,
  });
  if (backend.home === 'desktop') await ask();
  return stop;
}
