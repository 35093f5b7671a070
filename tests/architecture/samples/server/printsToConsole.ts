// must fail: no-console
console.log('anything');
