// must fail: core-is-pure
export const at = Date.now();
