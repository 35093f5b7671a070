import type { TestProject } from 'vitest/node';
import { startCluster } from './postgres.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Address of the throwaway PostgreSQL server; only in the project `postgresql`. */
    readonly postgresServer: string;
  }
}

/** Global set-up of the test project `postgresql`: one cluster for all its files, removed at the end. */
export default async function postgresCluster(project: TestProject): Promise<() => Promise<void>> {
  const cluster = await startCluster();
  project.provide('postgresServer', cluster.url);
  return () => cluster.remove();
}
