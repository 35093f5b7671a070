// must fail: core-is-pure
setInterval(() => undefined, 1);
