import { createContext, useContext } from 'react';
import type { Backend } from '../state/backend/backend.ts';

const BackendContext = createContext<Backend | null>(null);
export const BackendProvider = BackendContext.Provider;

export function useBackend(): Backend {
  const backend = useContext(BackendContext);
  if (!backend) throw new Error('no backend above this component');
  return backend;
}
