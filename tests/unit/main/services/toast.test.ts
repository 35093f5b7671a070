import { describe, expect, it } from 'vitest';
import { SHOWN_BOUND_MS, showToast, type ToastContent, type ToastEvents, type Toasts } from '../../../../main/services/toast.ts';
import { handClock } from '../support/fakes.ts';

const content: ToastContent = { key: null, title: 'Payment failed', body: 'Nadia & Tom', urgency: 'critical', silent: false, sticky: true };

function make(show: (events: ToastEvents) => void, supported = true) {
  const clock = handClock();
  const clicks: string[] = [];
  const messages: string[] = [];
  let events: ToastEvents | undefined;
  const toasts: Toasts = {
    supported: () => supported,
    show: (_content, given) => {
      events = given;
      show(given);
    },
    dismiss: () => undefined,
    dismissAll: () => undefined,
  };
  const outcome = showToast(toasts, clock.timers, content, { clicked: () => clicks.push('click'), acted: (act) => clicks.push(act), failed: (message) => messages.push(message) });
  return { clock, clicks, messages, outcome, events: () => events };
}

describe('showToast', () => {
  it('is shown when the system says so, and a later click arrives', async () => {
    const { outcome, clicks, events } = make((given) => given.shown());
    expect(await outcome).toEqual({ outcome: 'shown' });
    events()?.clicked();
    expect(clicks).toEqual(['click']);
  });

  it('failed where there are no notifications at all', async () => {
    const { outcome, events } = make(() => undefined, false);
    expect(await outcome).toEqual({ outcome: 'failed', why: 'unsupported' });
    expect(events()).toBeUndefined();
  });

  it.each(['no_daemon', 'error'] as const)('failed: %s', async (why) => {
    const { outcome, messages } = make((given) => given.failed(why, 'what the system says'));
    expect(await outcome).toEqual({ outcome: 'failed', why });
    expect(messages).toEqual(['what the system says']);
  });

  it('failed when the system throws', async () => {
    const { outcome } = make(() => {
      throw new Error('broken');
    });
    expect(await outcome).toEqual({ outcome: 'failed', why: 'error' });
  });

  it('failed when nothing is heard in time; a late word changes nothing, a click still works', async () => {
    const { outcome, clock, clicks, events } = make(() => undefined);
    clock.advance(SHOWN_BOUND_MS);
    expect(await outcome).toEqual({ outcome: 'failed', why: 'timeout' });
    events()?.shown();
    events()?.clicked();
    expect(clicks).toEqual(['click']);
  });

  it('is not called late when the word came just in time', async () => {
    const { outcome, clock, events } = make(() => undefined);
    clock.advance(SHOWN_BOUND_MS - 1);
    events()?.shown();
    clock.advance(10);
    expect(await outcome).toEqual({ outcome: 'shown' });
  });
});
