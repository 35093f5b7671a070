import { lightBlue } from '../../../core/vendors/light-blue/index.ts';
import type { VendorSamples } from '../../conformance/samples.ts';
import { recipeSamples } from '../recipes.ts';

export const samples: VendorSamples = recipeSamples(lightBlue);
