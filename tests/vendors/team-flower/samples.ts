import { teamFlower } from '../../../core/vendors/team-flower/index.ts';
import type { VendorSamples } from '../../conformance/samples.ts';
import { recipeSamples } from '../recipes.ts';

export const samples: VendorSamples = recipeSamples(teamFlower);
