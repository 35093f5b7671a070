import type { FastifyInstance } from 'fastify';
import type { AppDeps } from '../../deps.ts';
import type { Accounts } from '../accounts.ts';
import { accountRoutes } from './accountRoutes.ts';
import { mountAuth } from './mount.ts';
import { pairingRoutes } from './pairingRoutes.ts';
import { peopleRoutes } from './peopleRoutes.ts';
import { signOnRoutes } from './signOnRoutes.ts';

/** Everything about people who sign in. */
export function accountsRoutes(app: FastifyInstance, deps: AppDeps, accounts: Accounts): void {
  mountAuth(app, accounts);
  accountRoutes(app, accounts);
  peopleRoutes(app, deps, accounts);
  pairingRoutes(app, deps, accounts);
  signOnRoutes(app, deps, accounts);
}
