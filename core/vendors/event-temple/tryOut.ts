import { ok } from '../../contract/result.ts';
import { shortText } from '../fields.ts';
import type { VendorModule } from '../vendor.ts';
import { eventTempleClient } from './client.ts';
import { Page } from './shapes.ts';

export const tryOut: NonNullable<VendorModule['test']> = async (access, ports) => {
  const organizations = await eventTempleClient(access, ports).read('/organizations', 'the list of organizations', Page);
  if (!organizations.ok) return organizations;
  const own = organizations.value.data.find((each) => each.id === access.settings['organizationId']);
  const name = shortText(own?.attributes['name']);
  return ok({
    account: name,
    details: [
      'The API key is good.',
      own ? 'The organization ID is one of its organizations.' : 'The organization ID is none of those that this key may see: check it.',
    ],
  });
};
