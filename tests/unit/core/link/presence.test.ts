import { describe, expect, it } from 'vitest';
import type { PresenceList, PresencePlace, PresenceSay } from '../../../../core/contract/presence.ts';
import type { LinkStatus } from '../../../../core/contract/stream.ts';
import { createLink, type TransportHandlers } from '../../../../core/link/link.ts';
import { socketIoTransport, type SocketLike } from '../../../../core/link/socketIoTransport.ts';
import { fixtureId } from '../../../support/fixtures/record.ts';
import { collectingLog } from '../../../support/store.ts';

const AT = '2026-11-20T12:00:00.000Z';
const PAGE = fixtureId(13, 1);
const settings: PresencePlace = { view: 'settings', weddingId: null, state: 'here' };
const day: PresencePlace = { view: 'day', weddingId: null, state: 'here' };
const nobody: PresenceList = { entries: [], total: 0 };

async function world() {
  const lines: { readonly handlers: TransportHandlers; readonly said: PresenceSay[]; closed: boolean }[] = [];
  const lists: (PresenceList | null)[] = [];
  const statuses: LinkStatus[] = [];
  const timers: (() => void)[] = [];
  const link = createLink({
    transport: {
      open(_hello, handlers) {
        const line = { handlers, said: [] as PresenceSay[], closed: false };
        lines.push(line);
        return { close: () => void (line.closed = true), present: (said) => void line.said.push(said) };
      },
    },
    clock: { now: () => Date.parse(AT) },
    timers: { after: (_ms, callback) => (timers.push(callback), () => void timers.splice(timers.indexOf(callback), 1)) },
    random: { next: () => 0.5 },
    log: collectingLog(),
    client: { app: 'test', version: '1', kind: 'tool' },
    token: () => Promise.resolve('t'),
    cursor: { epoch: 'e', seq: 3 },
    onSnapshot: () => undefined,
    onFrame: () => undefined,
    onStatus: (status) => statuses.push(status),
    onPresence: (list) => lists.push(list),
    page: PAGE,
  });
  const opened = async () => {
    await Promise.resolve();
    await Promise.resolve();
    const line = lines.at(-1);
    if (!line) throw new Error('no line');
    return line;
  };
  const live = async (headSeq = 3) => {
    const line = await opened();
    line.handlers.welcome({ protocol: 4, epoch: 'e', headSeq, mode: 'resume', serverTime: AT });
    return line;
  };
  return { link, lines, lists, opened, live };
}

describe('where a person is, over the link', () => {
  it('is said once live, once for each line, and when it changes', async () => {
    const { link, live, opened } = await world();
    link.present(day);
    link.start();
    expect((await opened()).said).toEqual([]);
    const first = await live();
    link.present(settings);
    link.present(settings);
    first.handlers.heartbeat({ headSeq: 3, serverTime: AT });
    expect(first.said).toEqual([{ ...day, page: PAGE }, { ...settings, page: PAGE }]);
    first.handlers.down('transport_lost');
    link.present(day);
    link.present(settings);
    link.retryNow();
    const second = await live();
    expect(second).not.toBe(first);
    expect(second.said).toEqual([{ ...settings, page: PAGE }]);
    expect(first.said).toHaveLength(2);
  });

  it('is not said while catching up', async () => {
    const { link, live } = await world();
    link.present(day);
    link.start();
    const line = await live(5);
    expect(line.said).toEqual([]);
    line.handlers.frame({ after: 3, upTo: 5, events: [], committedAt: AT });
    expect(line.said).toHaveLength(1);
  });

  it('who else is there holds as long as the line, and what an earlier line says late is dropped', async () => {
    const { link, live, lists } = await world();
    link.start();
    const first = await live();
    first.handlers.presence(nobody);
    expect(lists).toEqual([nobody]);
    first.handlers.down('silence');
    expect(lists).toEqual([nobody, null]);
    link.retryNow();
    const second = await live();
    first.handlers.presence(nobody);
    expect(lists).toEqual([nobody, null]);
    second.handlers.presence(nobody);
    link.stop();
    expect(lists).toEqual([nobody, null, nobody, null]);
  });

  it('an unreadable list is dropped and logged, and the line stays', () => {
    const ears = new Map<string, (payload: never) => void>();
    const emitted: unknown[] = [];
    const socket: SocketLike = { on: (event, listener) => ears.set(event, listener), connect: () => undefined, disconnect: () => emitted.push('disconnect'), emit: (event, payload) => emitted.push([event, payload]) };
    const log = collectingLog();
    const heard: unknown[] = [];
    const ignore = () => undefined;
    const line = socketIoTransport(() => socket, { url: '', path: '', log }).open(
      { protocol: 4, client: { app: 'x', version: '1', kind: 'tool' }, cursor: null },
      { welcome: ignore, snapshot: ignore, frame: ignore, heartbeat: ignore, presence: (list) => heard.push(list), down: (reason) => heard.push(reason) },
    );
    ears.get('presence')?.({ entries: 'everybody' } as never);
    ears.get('presence')?.(nobody as never);
    line.present({ ...day, page: PAGE });
    line.close();
    line.present({ ...settings, page: PAGE });
    expect(heard).toEqual([nobody]);
    expect(emitted).toEqual([['presence', { ...day, page: PAGE }], 'disconnect']);
    expect(log.lines).toHaveLength(1);
  });
});
