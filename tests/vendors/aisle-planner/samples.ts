import { aislePlanner } from '../../../core/vendors/aisle-planner/index.ts';
import type { VendorSamples } from '../../conformance/samples.ts';
import { recipeSamples } from '../recipes.ts';

export const samples: VendorSamples = recipeSamples(aislePlanner);
