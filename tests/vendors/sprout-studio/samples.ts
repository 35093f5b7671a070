import { sproutStudio } from '../../../core/vendors/sprout-studio/index.ts';
import type { VendorSamples } from '../../conformance/samples.ts';
import { recipeSamples } from '../recipes.ts';

export const samples: VendorSamples = recipeSamples(sproutStudio);
