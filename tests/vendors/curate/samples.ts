import { curate } from '../../../core/vendors/curate/index.ts';
import type { VendorSamples } from '../../conformance/samples.ts';
import { recipeSamples } from '../recipes.ts';

export const samples: VendorSamples = recipeSamples(curate);
