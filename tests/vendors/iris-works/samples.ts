import { irisWorks } from '../../../core/vendors/iris-works/index.ts';
import type { VendorSamples } from '../../conformance/samples.ts';
import { recipeSamples } from '../recipes.ts';

export const samples: VendorSamples = recipeSamples(irisWorks);
