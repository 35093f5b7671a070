import type { Harness } from './scene.ts';

declare global {
  interface Window {
    harness?: Harness;
  }
}
