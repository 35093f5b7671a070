// must fail: core-is-pure
export const at = new Date();
