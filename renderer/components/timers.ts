/**
 * The only file of the console that sets timers. A page that nobody sees sets none: what waits is held, and caught up in
 * one step when the page is shown again. What must happen on time whether or not anybody looks lives in main.
 */

export type Cancel = () => void;

const told = new Set<() => void>();
let windowShown = true;

/** What main says of the window; a page alone does not learn of every way in which a window is put away. */
export function setWindowShown(shown: boolean): void {
  if (windowShown === shown) return;
  windowShown = shown;
  for (const tell of [...told]) tell();
}

export const isShown = (): boolean => windowShown && !document.hidden;

/** Calls `listener` whenever the page is shown or hidden. */
export function onShown(listener: (shown: boolean) => void): Cancel {
  const tell = (): void => listener(isShown());
  document.addEventListener('visibilitychange', tell);
  told.add(tell);
  return () => {
    document.removeEventListener('visibilitychange', tell);
    told.delete(tell);
  };
}

/** Calls back once, `ms` milliseconds from now; when the page is hidden by then, as soon as it is shown. */
export function after(ms: number, callback: () => void): Cancel {
  const due = performance.now() + ms;
  let timer: ReturnType<typeof setTimeout> | null = null;
  const stop = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
  };
  const set = (shown: boolean): void => {
    stop();
    if (shown) timer = setTimeout(fire, Math.max(0, due - performance.now()));
  };
  const unwatch = onShown(set);
  const fire = (): void => {
    unwatch();
    timer = null;
    callback();
  };
  set(isShown());
  return () => {
    unwatch();
    stop();
  };
}

/** Calls back every `ms` milliseconds while the page is shown, and at once when it is shown again. */
export function every(ms: number, callback: () => void): Cancel {
  let timer: ReturnType<typeof setInterval> | null = null;
  const stop = (): void => {
    if (timer !== null) clearInterval(timer);
    timer = null;
  };
  const set = (shown: boolean): void => {
    stop();
    if (shown) timer = setInterval(callback, ms);
  };
  const unwatch = onShown((shown) => {
    set(shown);
    if (shown) callback();
  });
  set(isShown());
  return () => {
    unwatch();
    stop();
  };
}

/** Calls back when what is drawn now has really been on the screen: in the second frame from now. Never while hidden. */
export function afterPaint(callback: () => void): void {
  if (!isShown()) return;
  requestAnimationFrame(() => {
    requestAnimationFrame(callback);
  });
}

/**
 * Calls back once in an idle moment of a page that is shown; `left` = milliseconds until it is over. Null where the
 * browser knows no idle moments.
 */
export function whenIdle(work: (left: () => number) => void): Cancel | null {
  if (!('requestIdleCallback' in window)) return null;
  const id = requestIdleCallback((deadline) => {
    if (isShown()) return work(() => deadline.timeRemaining());
    const unwatch = onShown((shown) => {
      if (!shown) return;
      unwatch();
      whenIdle(work);
    });
  });
  return () => cancelIdleCallback(id);
}

/**
 * For what a page does on its own account where no main process does it for the page: in a plain browser it owns the line
 * to the server and its outbox, which must go on behind another tab. Never used on the desktop.
 */
export function afterEvenHidden(ms: number, callback: () => void): Cancel {
  const timer = setTimeout(callback, ms);
  return () => clearTimeout(timer);
}

/** The same rules for a library that brings its own timers: numbered, as it knows them. */
export function numberedTimers() {
  const set = new Map<number, Cancel>();
  let last = 0;
  const clear = (id: number | undefined): void => {
    if (id === undefined) return;
    set.get(id)?.();
    set.delete(id);
  };
  return {
    setTimeout(callback: () => void, ms: number): number {
      last += 1;
      const id = last;
      set.set(id, after(ms, () => {
        set.delete(id);
        callback();
      }));
      return id;
    },
    setInterval(callback: () => void, ms: number): number {
      last += 1;
      set.set(last, every(ms, callback));
      return last;
    },
    clearTimeout: clear,
    clearInterval: clear,
  };
}
