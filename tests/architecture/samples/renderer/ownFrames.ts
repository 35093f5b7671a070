// must fail: one-file/timers
export const drawn = (callback: () => void): void => void requestAnimationFrame(callback);
