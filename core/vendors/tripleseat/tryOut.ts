import { ok } from '../../contract/result.ts';
import { shortText } from '../fields.ts';
import type { VendorModule } from '../vendor.ts';
import { tripleseatClient } from './reread.ts';
import { Sites } from './shapes.ts';

export const tryOut: NonNullable<VendorModule['test']> = async (access, ports) => {
  const sites = await tripleseatClient(access, ports).read('/sites.json', 'the list of sites', Sites);
  if (!sites.ok) return sites;
  const names = sites.value.map((site) => shortText(site.name)).filter((name) => name !== null);
  return ok({
    account: names[0] ?? null,
    details: [names.length > 0 ? `Sites: ${names.slice(0, 10).join(', ')}.` : 'Signed in, but no site can be seen.'],
  });
};
