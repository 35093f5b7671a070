import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { busToasts, TOAST_LIMIT } from '../../../../main/platform/busToasts.ts';
import { sessionBus } from '../../../../main/platform/sessionBus.ts';
import type { ToastContent, ToastEvents, Toasts } from '../../../../main/services/toast.ts';
import { startPrivateBus, type PrivateBus } from '../../../support/privateBus.ts';
import { connect, refusal, startScriptedDaemon, type Script } from '../../../support/scriptedDaemon.ts';
import { keptLog } from '../support/fakes.ts';

const BUTTONS = ['actions', 'body', 'body-markup'];
const alert = (key: string | null, more: Partial<ToastContent> = {}): ToastContent => ({
  key, title: 'Band is double booked', body: 'Amara & Tom', urgency: 'critical', silent: false, sticky: true,
  actions: [{ act: 'show', label: 'Show' }, { act: 'seen', label: 'Seen' }], ...more,
});

/** A real bus, and a daemon on it that does what the test says. */
describe.skipIf(process.platform !== 'linux')('toasts over the session bus', () => {
  let real: PrivateBus;
  const ends: (() => unknown)[] = [];
  beforeEach(async () => {
    real = await startPrivateBus();
    ends.push(() => real.close());
  });
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });

  const start = async (script: Script) => {
    const daemon = await startScriptedDaemon(real.address, script);
    ends.push(daemon.stop);
    return daemon;
  };
  function make(address: string | undefined = real.address) {
    const bus = sessionBus({ DBUS_SESSION_BUS_ADDRESS: address }, keptLog());
    ends.push(() => bus.close());
    const heard: string[] = [];
    const electron: string[] = [];
    const otherwise: Toasts = {
      supported: () => true,
      show: ({ title }, { shown }) => {
        electron.push(title);
        shown();
      },
      dismiss: (key) => electron.push(`dismiss ${key}`),
      dismissAll: () => electron.push('dismiss all'),
    };
    const toasts = busToasts({ bus, program: 'WedSync Command Centre', desktopEntry: 'wedsync', icon: () => null, clickLabel: 'Show', otherwise, mayFocus: (token) => heard.push(`focus ${token}`) });
    const events = (name: string): ToastEvents => ({
      shown: () => heard.push(`${name} shown`),
      failed: (why, message) => heard.push(`${name} failed ${why} ${message}`),
      clicked: () => heard.push(`${name} clicked`),
      acted: (act) => heard.push(`${name} ${act}`),
      closed: () => heard.push(`${name} closed`),
    });
    const show = async (content: ToastContent, name = 'toast') => {
      toasts.show(content, events(name));
      await expect.poll(() => heard).toContain(`${name} shown`);
    };
    return { bus, toasts, heard, electron, events, show };
  }

  it('have buttons, urgency and a body that is no markup', async () => {
    const daemon = await start({ abilities: BUTTONS });
    const { show } = make();
    await show(alert('a', { title: 'Band is\ndouble booked', body: '<b>Amara</b> & Tom' }));
    await show(alert('b', { urgency: 'low', sticky: false, silent: true }), 'quiet');
    expect(daemon.raised).toEqual([
      {
        id: 1, program: 'WedSync Command Centre', replaces: 0, icon: '', summary: 'Band is double booked', body: '&lt;b&gt;Amara&lt;/b&gt; &amp; Tom',
        actions: ['default', 'Show', 'show', 'Show', 'seen', 'Seen'], hints: { urgency: 2, 'desktop-entry': 'wedsync' }, expires: 0,
      },
      expect.objectContaining({ id: 2, hints: { urgency: 0, 'desktop-entry': 'wedsync', 'suppress-sound': true }, expires: -1 }),
    ]);
  });

  it('do what was pressed, once, and go', async () => {
    const daemon = await start({ abilities: BUTTONS });
    const { show, heard } = make();
    await show(alert('a'), 'a');
    await show(alert('b'), 'b');
    await show(alert('c'), 'c');
    daemon.press(2, 'seen');
    daemon.press(1, 'show');
    daemon.press(3, 'default');
    await expect.poll(() => heard).toContain('c clicked');
    daemon.press(2, 'seen');
    daemon.closed(1, 3);
    await show(alert('d'), 'd');
    expect(heard).toEqual(['a shown', 'b shown', 'c shown', 'b seen', 'a show', 'c clicked', 'd shown']);
    expect(daemon.takenAway).toEqual([2, 1, 3]);
  });

  it('have no buttons where the daemon draws none, and show the body as it is where it reads no markup', async () => {
    const daemon = await start({ abilities: ['body'] });
    const { show } = make();
    await show(alert('a'));
    expect(daemon.raised).toMatchObject([{ actions: [], body: 'Amara & Tom' }]);
  });

  it('let a window come to the front with the token of the click that wants it', async () => {
    const daemon = await start({ abilities: BUTTONS });
    const { show, heard } = make();
    await show(alert('a'), 'a');
    await show(alert('b'), 'b');
    daemon.press(2, 'seen', 'for-nothing');
    daemon.press(1, 'default', 'abc_TIME7');
    await expect.poll(() => heard.slice(2)).toEqual(['b seen', 'focus abc_TIME7', 'a clicked']);
  });

  it('believe nobody but the daemon', async () => {
    const daemon = await start({ abilities: BUTTONS });
    const { show, heard, bus } = make();
    await show(alert('a'), 'a');
    const own = await new Promise<string>((resolve) => {
      // Who we are on the bus: the second connection after the daemon's.
      bus.call({ destination: 'org.freedesktop.DBus', path: '/org/freedesktop/DBus', interface: 'org.freedesktop.DBus', member: 'ListNames' }, (answer) => {
        const names = answer.ok ? (answer.value[0] as string[]) : [];
        resolve(names.filter((name) => name.startsWith(':') && name !== daemon.name).at(-1) ?? '');
      });
    });
    const forger = await connect(real.address);
    ends.push(() => forger.connection[Symbol.asyncDispose]());
    const forged = { type: 4, path: '/org/freedesktop/Notifications', interface: 'org.freedesktop.Notifications', member: 'ActionInvoked', signature: 'us', body: [1, 'seen'] };
    for (const destination of [own, undefined]) forger.connection.message({ ...forged, serial: forger.serial++, ...(destination === undefined ? {} : { destination }) });
    await forger.getId();
    daemon.press(1, 'nonsense');
    daemon.press(1, 'show');
    await expect.poll(() => heard).toContain('a show');
    expect(heard).toEqual(['a shown', 'a show']);
  });

  it('are taken away when their alert was seen to, also before the daemon has answered', async () => {
    const held = Promise.withResolvers<undefined>();
    let asked = 0;
    const daemon = await start({
      abilities: BUTTONS,
      before: async () => {
        asked += 1;
        await held.promise;
      },
    });
    const { toasts, heard, events } = make();
    toasts.show(alert('a'), events('a'));
    toasts.show(alert('b'), events('b'));
    toasts.show(alert('c'), events('c'));
    // One before it was even said what the daemon can, one while the daemon draws it.
    toasts.dismiss('c');
    await expect.poll(() => asked).toBe(2);
    toasts.dismiss('a');
    held.resolve(undefined);
    await expect.poll(() => heard).toContain('b shown');
    await expect.poll(() => daemon.takenAway).toEqual([1]);
    expect(heard).toEqual(['c closed', 'a closed', 'b shown']);
    toasts.dismiss('b');
    await expect.poll(() => daemon.takenAway).toEqual([1, 2]);
    expect(daemon.raised).toHaveLength(2);
  });

  it('are replaced in place when the same alert comes again', async () => {
    const daemon = await start({ abilities: BUTTONS });
    const { show, heard } = make();
    await show(alert('a', { urgency: 'normal', sticky: false }), 'first');
    await show(alert('a', { title: 'Band and room are double booked' }), 'second');
    expect(daemon.raised.map(({ id, replaces, summary }) => [id, replaces, summary])).toEqual([[1, 0, 'Band is double booked'], [1, 1, 'Band and room are double booked']]);
    daemon.press(1, 'seen');
    await expect.poll(() => heard).toContain('second seen');
    expect(heard).not.toContain('first seen');
  });

  it('still work out of the desktop’s list of past ones, and not after a person has thrown them away', async () => {
    const daemon = await start({ abilities: BUTTONS });
    const { show, heard } = make();
    await show(alert('a', { sticky: false }), 'a');
    await show(alert('b', { sticky: false }), 'b');
    daemon.closed(1, 1);
    daemon.closed(2, 2);
    daemon.press(2, 'seen');
    daemon.press(1, 'seen');
    await expect.poll(() => heard).toContain('a seen');
    expect(heard).toEqual(['a shown', 'b shown', 'b closed', 'a seen']);
  });

  it('that must stay are back when the daemon is, whatever it can then', async () => {
    const first = await start({ abilities: BUTTONS });
    const { show, heard } = make();
    await show(alert('grave'), 'grave');
    await show(alert('light', { sticky: false }), 'light');
    await show(alert('settled'), 'settled');
    first.closed(3, 2);
    await expect.poll(() => heard).toContain('settled closed');
    await first.stop();
    await expect.poll(() => heard).toContain('light closed');
    const second = await start({ abilities: ['actions'], firstId: 41 });
    await expect.poll(() => second.raised).toMatchObject([{ id: 41, replaces: 0, summary: 'Band is double booked', body: 'Amara & Tom' }]);
    second.press(2, 'seen');
    second.press(41, 'seen');
    await expect.poll(() => heard).toContain('grave seen');
    expect(heard.filter((one) => one.startsWith('grave'))).toEqual(['grave shown', 'grave seen']);
  });

  it('go to Electron where there is no bus or nobody on it, and are told from a daemon that refuses', async () => {
    const none = make('unix:path=/nowhere/bus');
    await none.show(alert('a'));
    expect(none.electron).toEqual(['Band is double booked']);

    const { show, electron, toasts, heard, events } = make();
    await show(alert('b'), 'b');
    expect(electron).toEqual(['Band is double booked']);
    toasts.dismiss('b');
    expect(electron.at(-1)).toBe('dismiss b');

    const daemon = await start({ abilities: BUTTONS, before: () => Promise.reject(refusal('org.freedesktop.Notifications.Error.ExcessNotificationGeneration', 'too many')) });
    toasts.show(alert('c'), events('c'));
    await expect.poll(() => heard).toContain('c failed error org.freedesktop.Notifications.Error.ExcessNotificationGeneration: too many');
    expect(daemon.raised).toEqual([]);
    expect(electron).toHaveLength(2);
  });

  it('do not fill the screen: of hundreds the oldest go, the grave ones last', async () => {
    const daemon = await start({ abilities: BUTTONS });
    const { toasts, heard, events, show } = make();
    await show(alert('grave'), 'grave');
    for (let n = 0; n < TOAST_LIMIT + 20; n += 1) toasts.show(alert(`n${n}`, { sticky: false }), events(`n${n}`));
    await expect.poll(() => heard.length).toBe(TOAST_LIMIT + 21);
    expect(heard.filter((one) => one.endsWith(' shown'))).toHaveLength(TOAST_LIMIT);
    await expect.poll(() => daemon.takenAway.length).toBe(21);
    expect(daemon.takenAway).toEqual(Array.from({ length: 21 }, (_, n) => n + 2));
    toasts.dismissAll();
    await expect.poll(() => daemon.takenAway.length).toBe(TOAST_LIMIT + 21);
    expect(new Set(daemon.takenAway).size).toBe(TOAST_LIMIT + 21);
    expect(daemon.takenAway).toContain(1);
  });
});
