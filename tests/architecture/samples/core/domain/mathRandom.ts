// must fail: core-is-pure
export const chance = Math.random();
