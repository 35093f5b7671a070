// must fail: core-is-pure
setTimeout(() => undefined, 1);
