import { describe, expect, it, vi } from 'vitest';
import type { ConnectionFiguresAnswer, FiguresAnswer } from '../../../../core/contract/figures.ts';
import { codedError } from '../../../../core/contract/errors.ts';
import { err, ok } from '../../../../core/contract/result.ts';
import { figuresOf } from '../../../../core/domain/figures/counts.ts';
import { figuresHandlers, type FiguresDeps } from '../../../../main/ipc/figures.ts';

const ID = '018f0000-0000-7008-8000-000000000001';
const from = { pageId: 1, kind: 'console' } as const;
const over = { at: '2026-11-20T12:00:00.000Z', window: '7d', from: '2026-11-13T18:00:00.000Z', slotMs: 21_600_000 } as const;
const connection: ConnectionFiguresAnswer['connection'] = {
  connectionId: ID, name: 'Stripe, venue', system: 'stripe', health: 'healthy', countedSince: over.from, figures: figuresOf({ 'came.webhook': 3 }),
  availability: { percent: 100, judgedMs: 1, downMs: 0, outages: [], outageCount: 0 }, lastFault: null, slots: [],
};
const all: FiguresAnswer = { ...over, countedSince: over.from, connections: [connection], systems: [], figures: connection.figures, slots: [], busiest: ID, worst: null };

function make(saved: 'saved' | 'cancelled' | 'failed', away = false) {
  const saveFile = vi.fn((_name: string, _text: string) => Promise.resolve(saved));
  const refused = () => Promise.resolve(err(codedError('server.unreachable', 'away', true)));
  const delivered = { figures: away ? refused : () => Promise.resolve(ok(all)), connectionFigures: away ? refused : () => Promise.resolve(ok({ ...over, connection })) };
  return { saveFile, handlers: figuresHandlers({ api: { delivered } as unknown as FiguresDeps['api'], saveFile }) };
}

describe('saving figures from the desktop', () => {
  it('asks for a place for the table of all, or of one', async () => {
    const { saveFile, handlers } = make('saved');
    expect(await handlers['figures:save']({ id: null, window: '7d' }, from)).toEqual(ok({ saved: true }));
    expect(await handlers['figures:save']({ id: ID, window: '7d' }, from)).toEqual(ok({ saved: true }));
    expect(saveFile.mock.calls.map(([name, text]) => [name, text.split(',')[0]])).toEqual([['figures-7d.csv', 'connection'], ['figures-stripe-venue-7d.csv', 'from']]);
  });

  it('tells a person who thought better of it from a disk that is full, and asks for no place without figures', async () => {
    expect(await make('cancelled').handlers['figures:save']({ id: null, window: '24h' }, from)).toEqual(ok({ saved: false }));
    expect(await make('failed').handlers['figures:save']({ id: null, window: '24h' }, from)).toMatchObject({ ok: false, error: { code: 'figures.not_saved' } });
    const away = make('saved', true);
    expect(await away.handlers['figures:save']({ id: ID, window: '24h' }, from)).toMatchObject({ ok: false, error: { code: 'server.unreachable' } });
    expect(away.saveFile).not.toHaveBeenCalled();
  });
});
