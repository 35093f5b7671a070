import { detailsFlowers } from '../../../core/vendors/details-flowers/index.ts';
import type { VendorSamples } from '../../conformance/samples.ts';
import { recipeSamples } from '../recipes.ts';

export const samples: VendorSamples = recipeSamples(detailsFlowers);
