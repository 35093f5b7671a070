import { studioNinja } from '../../../core/vendors/studio-ninja/index.ts';
import type { VendorSamples } from '../../conformance/samples.ts';
import { recipeSamples } from '../recipes.ts';

export const samples: VendorSamples = recipeSamples(studioNinja);
