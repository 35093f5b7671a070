import type { Snapshot } from '../../core/contract/record.ts';
import { DEFAULT_SETTINGS, type Settings } from '../../core/contract/settings.ts';
import type { StreamFrame } from '../../core/contract/stream.ts';
import { wallFrame, wallSnapshot, type WallCut } from '../../core/domain/access/wall.ts';

/** Everything that goes to a wall display, cut before it leaves main. */
export interface WallFeed {
  snapshot(snapshot: Snapshot): Snapshot;
  frame(frame: StreamFrame): StreamFrame;
  /** Its own look and nothing else of what was chosen on this machine. */
  settings(): Settings;
}

export function createWallFeed(options: { readonly settings: () => Settings; readonly titleOf: (weddingId: string) => string | null }): WallFeed {
  const cut = (): WallCut => ({ coupleNames: options.settings().wall.coupleNames, titleOf: options.titleOf });
  return {
    snapshot(snapshot) {
      const titles = new Map(snapshot.rows.weddings.map((wedding) => [wedding.id, wedding.title]));
      return wallSnapshot({ ...cut(), titleOf: (id) => titles.get(id) ?? null }, snapshot);
    },
    frame: (frame) => wallFrame(cut(), frame),
    settings: () => ({ ...DEFAULT_SETTINGS, wall: options.settings().wall }),
  };
}
