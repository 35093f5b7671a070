/** Looks for keys, tokens and passwords in text, by the shapes that those who hand them out give them. */

export interface Found {
  readonly kind: string;
  /** Line, from 1. */
  readonly line: number;
  /** What was found, cut: a failing test must not tell the rest. */
  readonly begins: string;
}

/** Kinds that nothing of ours has by chance; the shapes are those of the vendors' documentation. */
const SHAPES: Readonly<Record<string, RegExp>> = {
  'private key': /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/g,
  'AWS key': /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  'Stripe key': /\b[sr]k_(?:live|test)_[A-Za-z0-9]{10,}/g,
  'webhook secret': /\bwhsec_[A-Za-z0-9+/=_-]{16,}/g,
  'GitHub token': /\b(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{20,})/g,
  'npm token': /\bnpm_[A-Za-z0-9]{36}\b/g,
  'Slack token': /\bxox[abeoprs]-[A-Za-z0-9-]{10,}/g,
  'Slack address': /hooks\.slack\.com\/services\/T[A-Z0-9]{6,}\/\w+\/\w+/g,
  'Zapier address': /hooks\.zapier\.com\/hooks\/catch\/\d{4,}\/\w{5,}/g,
  'Make address': /hook\.[a-z0-9]+\.make\.com\/\w{20,}/g,
  'Google key': /\bAIza[\w-]{35}|\bGOCSPX-[\w-]{20,}|\bya29\.[\w-]{20,}/g,
  'Microsoft secret': /\b[A-Za-z0-9_~.-]{3}8Q~[A-Za-z0-9_~.-]{31,34}\b/g,
  'Meta token': /\bEAA[A-Za-z0-9]{60,}/g,
  'Square token': /\bEAAA[\w-]{50,}|\bsq0(?:atp|csp)-[\w-]{20,}/g,
  'Twilio key': /\bSK[0-9a-f]{32}\b/g,
  'Resend key': /\bre_[A-Za-z0-9]{8,}_[A-Za-z0-9]{10,}/g,
  'Mailchimp key': /\b[0-9a-f]{32}-us\d{1,2}\b/g,
  'SendGrid key': /\bSG\.[\w-]{20,}\.[\w-]{20,}/g,
  'signed token': /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}/g,
  'password in an address': /\b[a-z][a-z+]*:\/\/[^\s/:@'"`<>${}]+:([^\s/@'"`<>${}]+)@/gi,
  // A long unbroken value behind a name that promises one.
  'value of a secret': /(?:secret|token|password|api_?key|private_?key|master_?key)["']?\s*[:=]\s*["']([A-Za-z0-9+/_=-]{24,})["']/gi,
};

/** Values that say themselves that they are made up: words of tests, counted digits, one digit over and over. */
const MADE_UP = /fixture|provider-secret|channel-token|signing-secret|peer-token|of-the-one-that|01234567|abcdefgh|0{12}/;
/** Passwords that examples of addresses have. */
const PLACEHOLDERS = new Set(['password', 'pass', 'pw', 'p', 'b', 'secret', 'hunter2', 'wsd_1']);
/** The value that Slack's own page on signatures is written with: no account has it. */
const PUBLISHED = new Set([['8f742231b10e8888', 'abcd99yyyzzz85a5'].join('')]);

export function secretsIn(text: string): Found[] {
  return text.split('\n').flatMap((line, index) =>
    Object.entries(SHAPES).flatMap(([kind, shape]) =>
      [...line.matchAll(shape)].flatMap((match) => {
        const value = match[1] ?? match[0];
        return MADE_UP.test(value) || PLACEHOLDERS.has(value) || PUBLISHED.has(value) ? [] : [{ kind, line: index + 1, begins: `${value.slice(0, 6)}...` }];
      }),
    ),
  );
}

/** Files that hold keys by their nature, whatever stands in them. */
export const KEY_FILE = /(?:^|\/)(?:\.env(?:\..+)?|id_(?:rsa|ed25519|ecdsa)|.*\.(?:pem|key|p12|pfx|jks|keystore|kdbx|ppk))$/i;
