export interface StartedServer {
  readonly ok: true;
  readonly url: string;
  readonly ticket: string | null;
  readonly founding: string | null;
  readonly pid: number;
  readonly logFile: string;
  readonly ended: Promise<number>;
  stop(): Promise<void>;
  freshTicket(): Promise<string | null>;
}
export interface FailedServer { readonly ok: false; readonly message: string; readonly logFile: string }
export function freePort(asked: number): Promise<number>;
export function startServer(options: {
  readonly node: string;
  readonly env: NodeJS.ProcessEnv;
  readonly dataDir: string;
  readonly entry?: string;
  readonly signal?: AbortSignal;
}): Promise<StartedServer | FailedServer>;
