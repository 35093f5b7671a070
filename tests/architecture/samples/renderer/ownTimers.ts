// must fail: one-file/timers
export const soon = (callback: () => void): void => void window.setTimeout(callback, 10);
