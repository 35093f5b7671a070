import { seventeenHats } from '../../../core/vendors/seventeen-hats/index.ts';
import type { VendorSamples } from '../../conformance/samples.ts';
import { recipeSamples } from '../recipes.ts';

export const samples: VendorSamples = recipeSamples(seventeenHats);
