import { bridge } from '../../../core/vendors/bridge/index.ts';
import type { VendorSamples } from '../../conformance/samples.ts';
import { recipeSamples } from '../recipes.ts';

const recipe = recipeSamples(bridge);
export const samples: VendorSamples = { ...recipe, access: { ...recipe.access, settings: { ...recipe.access.settings, senderDomain: 'halls.example' } } };
