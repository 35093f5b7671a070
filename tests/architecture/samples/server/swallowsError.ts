// must fail: no-empty
try {
  JSON.parse('');
} catch {}
