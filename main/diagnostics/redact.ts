const SENSITIVE_KEY = /token|ticket|secret|password|passphrase|authorization|cookie|api[-_]?key|master[-_]?key|signature|credential/i;
const SENSITIVE_TEXT: readonly (readonly [RegExp, string])[] = [
  [/\b(bearer|basic)\s+[\w.~+/=-]+/gi, '$1 [redacted]'],
  [/((?:enrol|ticket|token|key|secret|password)=)[^\s&#"']+/gi, '$1[redacted]'],
  [/(\w+:\/\/)[^\s/@]+@/g, '$1[redacted]@'],
  // An intake address carries its connection's key in the path.
  [/(\/api\/integrations\/webhook\/[\w-]+\/)[^\s/?#"']+/g, '$1[redacted]'],
];
const DEPTH = 6;
const TEXT_LIMIT = 4_000;

function text(value: string): string {
  let out = value.length > TEXT_LIMIT ? `${value.slice(0, TEXT_LIMIT)}…` : value;
  for (const [pattern, replacement] of SENSITIVE_TEXT) out = out.replace(pattern, replacement);
  return out;
}

/** A copy that is fit for a log: no secrets, bounded depth and length, errors as plain data. */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return text(value);
  if (value === null || typeof value === 'number' || typeof value === 'boolean' || value === undefined) return value;
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Error) {
    const plain = { name: value.name, message: text(value.message), stack: text(value.stack ?? '') };
    return value.cause === undefined ? plain : { ...plain, cause: depth < DEPTH ? redact(value.cause, depth + 1) : '[deep]' };
  }
  if (typeof value !== 'object') return `[${typeof value}]`;
  if (depth >= DEPTH) return '[deep]';
  if (Array.isArray(value)) return value.slice(0, 100).map((item) => redact(item, depth + 1));
  // That a secret is there, or not, may be read.
  const hidden = (key: string, item: unknown): boolean => SENSITIVE_KEY.test(key) && item !== null && item !== undefined && typeof item !== 'boolean';
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, hidden(key, item) ? '[redacted]' : redact(item, depth + 1)]));
}
