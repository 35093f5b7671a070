/** Other names under which a vendor's call may come; each stands for one address of the intake. Pure. */

/** Names that people know a system by. */
const SYSTEM_NAMES: ReadonlyMap<string, string> = new Map([['tave', 'vsco-workspace'], ['vsco', 'vsco-workspace'], ['17hats', 'seventeen-hats']]);
export const systemNamed = (name: string): string => SYSTEM_NAMES.get(name) ?? name;

export const INTAKE_PREFIX = '/api/integrations/webhook';
/** Every address under which the intake is found, with and without `/v1`. */
export const INTAKE_ALIASES: readonly string[] = ['/api/webhooks', '/webhooks', '/api/crm/webhook', '/api/payments/webhook', INTAKE_PREFIX];
const VERSIONED = /^\/api\/v1(?=\/|\?|$)/;

/**
 * The address that a call is really for: `/api/v1/...` is `/api/...`, and every alias of the intake is the intake. What
 * follows the path stays byte for byte. Whatever verifies a call must use the address as it was called.
 */
export function canonicalUrl(url: string): string {
  const plain = url.replace(VERSIONED, '/api');
  for (const prefix of INTAKE_ALIASES) {
    if (!plain.startsWith(`${prefix}/`)) continue;
    const rest = plain.slice(prefix.length + 1);
    const end = /[/?#]/.exec(rest)?.index ?? rest.length;
    return `${INTAKE_PREFIX}/${systemNamed(rest.slice(0, end))}${rest.slice(end)}`;
  }
  return plain;
}
