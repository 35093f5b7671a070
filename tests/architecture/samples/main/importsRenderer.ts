// must fail: main-knows-core
import { board } from '../renderer/board.ts';
export const used = board;
