// must fail: @typescript-eslint/switch-exhaustiveness-check
import { shape } from '../core/contract/shape.ts';
export function name(): string {
  switch (shape.kind) {
    case 'a': return 'a';
  }
  return '';
}
