// must fail: packages-of-core-contract
import type { FC } from 'react';
export type Used = FC;
