import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { after, afterEvenHidden, every, numberedTimers, onShown, setWindowShown } from '../../../renderer/components/timers.ts';

const page = Object.assign(new EventTarget(), { hidden: false });
const show = (shown: boolean): void => {
  page.hidden = !shown;
  page.dispatchEvent(new Event('visibilitychange'));
};

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('document', page);
  page.hidden = false;
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('timers of a page', () => {
  it('fire as ever while it is shown', () => {
    const fired: string[] = [];
    after(100, () => fired.push('once'));
    const stop = every(40, () => fired.push('again'));
    vi.advanceTimersByTime(100);
    stop();
    vi.advanceTimersByTime(1000);
    expect(fired).toEqual(['again', 'again', 'once']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('are none at all while it is hidden, and catch up in one step when it is shown', () => {
    const fired: string[] = [];
    after(100, () => fired.push('soon'));
    after(60_000, () => fired.push('later'));
    every(1000, () => fired.push('second'));
    show(false);
    expect(vi.getTimerCount()).toBe(0);
    after(10, () => fired.push('asked while hidden'));
    every(10, () => fired.push('begun while hidden'));
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(30_000);
    expect(fired).toEqual([]);
    show(true);
    vi.advanceTimersByTime(0);
    expect(fired.sort()).toEqual(['asked while hidden', 'begun while hidden', 'second', 'soon']);
    vi.advanceTimersByTime(30_000);
    expect(fired.filter((each) => each === 'later')).toHaveLength(1);
  });

  it('stop as well when main says that the window is put away, and one of the two is enough', () => {
    let ticks = 0;
    const stop = every(10, () => (ticks += 1));
    setWindowShown(false);
    show(false);
    setWindowShown(true);
    expect(vi.getTimerCount()).toBe(0);
    expect(ticks).toBe(0);
    show(true);
    expect(ticks).toBe(1);
    stop();
  });

  it('stay cancelled over hiding and showing, and leave no listener behind', () => {
    const fired: string[] = [];
    const cancels = [after(10, () => fired.push('a')), every(10, () => fired.push('b')), onShown(() => fired.push('c'))];
    show(false);
    fired.length = 0;
    for (const cancel of cancels) cancel();
    show(true);
    vi.advanceTimersByTime(1000);
    expect(fired).toEqual([]);
  });

  it('are handed to libraries by number', () => {
    const fired: string[] = [];
    const timers = numberedTimers();
    const once = timers.setTimeout(() => fired.push('once'), 10);
    const often = timers.setInterval(() => fired.push('often'), 10);
    expect(once).not.toBe(often);
    vi.advanceTimersByTime(25);
    timers.clearInterval(often);
    timers.clearTimeout(once);
    timers.clearTimeout(undefined);
    vi.advanceTimersByTime(100);
    expect(fired.sort()).toEqual(['often', 'often', 'once']);
  });

  it('go on behind another tab only for what a browser’s page does on its own account', () => {
    const fired: string[] = [];
    show(false);
    afterEvenHidden(10, () => fired.push('line'));
    vi.advanceTimersByTime(10);
    expect(fired).toEqual(['line']);
  });
});
