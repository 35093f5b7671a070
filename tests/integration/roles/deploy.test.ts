import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as yaml from 'js-yaml';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { FIELDS, loadConfig } from '../../../server/config.ts';
import { BALANCERS, faultsOf, hasBalancer } from '../../support/balancer.ts';
import { REPOSITORY } from '../../support/runningServer.ts';

/** The files of `resources/deploy`, as far as they can be held to something without an engine that runs them. */

const folder = join(REPOSITORY, 'resources', 'deploy');
const read = (file: string): string => readFileSync(join(folder, file), 'utf8');

const SETTINGS = new Map<string, (typeof FIELDS)[keyof typeof FIELDS]>(Object.values(FIELDS).map((field) => [field.variable, field]));
/** Ours by their look; what belongs to others (POSTGRES_*, LISTEN, ...) is not. */
const OURS = /^(WEDSYNC_[A-Z_]+|DATABASE_URL|REDIS_URL)$/;

const Milliseconds = z.string().regex(/^\d+$/).transform(Number);
const Seconds = z.string().regex(/^\d+s$/).transform((text) => Number(text.slice(0, -1)));
const Environment = z.record(z.string(), z.string());
const Service = z.strictObject({
  image: z.string().regex(/^[a-z0-9/-]+(:[0-9.]+)?$/),
  build: z.strictObject({ context: z.string(), dockerfile: z.string() }).optional(),
  restart: z.literal('unless-stopped'),
  read_only: z.boolean().optional(),
  tmpfs: z.array(z.string()).optional(),
  cap_drop: z.array(z.string()).optional(),
  security_opt: z.array(z.string()).optional(),
  stop_grace_period: Seconds.optional(),
  networks: z.array(z.string()),
  depends_on: z.union([z.array(z.string()), z.record(z.string(), z.strictObject({ condition: z.enum(['service_healthy', 'service_started']) }))]).optional(),
  environment: Environment.optional(),
  volumes: z.array(z.string()).optional(),
  ports: z.array(z.string().regex(/^127\.0\.0\.1:\d+:\d+$/)).optional(),
  command: z.array(z.string()).optional(),
  profiles: z.array(z.string()).optional(),
  healthcheck: z.strictObject({ test: z.array(z.string()), interval: Seconds, timeout: Seconds, retries: z.int() }).optional(),
});
/** The part of the published compose schema that is used here, and nothing beside it but the `x-` fields. */
const Compose = z.object({
  name: z.string(),
  services: z.record(z.string().regex(/^[a-z0-9]+$/), Service),
  networks: z.record(z.string(), z.strictObject({ ipam: z.strictObject({ config: z.array(z.strictObject({ subnet: z.cidrv4() })) }) })),
  volumes: z.record(z.string(), z.null()),
});

describe('compose.yaml', () => {
  const compose = Compose.parse(yaml.load(read('compose.yaml')));
  const servers = Object.entries(compose.services).filter(([, service]) => service.image === 'wedsync-server');

  test('has every role, the two that balance twice, and names only what is there', () => {
    expect(servers.map(([, service]) => service.environment?.['WEDSYNC_ROLE']).sort()).toEqual(['intake', 'intake', 'stream', 'stream', 'worker']);
    const names = Object.keys(compose.services);
    for (const [name, service] of Object.entries(compose.services)) {
      const needs = Array.isArray(service.depends_on) ? service.depends_on : Object.keys(service.depends_on ?? {});
      expect(needs.filter((one) => !names.includes(one)), name).toEqual([]);
      expect(service.networks.filter((one) => !(one in compose.networks)), name).toEqual([]);
      for (const volume of service.volumes ?? []) {
        const [from = ''] = volume.split(':');
        if (from.startsWith('./')) expect(read(from).length).toBeGreaterThan(0);
        else expect(Object.keys(compose.volumes)).toContain(from);
      }
    }
    for (const service of ['balancer', 'nginx']) {
      const env = compose.services[service]?.environment ?? {};
      for (const key of ['INTAKE_1', 'INTAKE_2', 'STREAM_1', 'STREAM_2']) expect(servers.map(([name]) => `${name}:4317`)).toContain(env[key]);
    }
  });

  test('gives the server settings that it takes, in a box without rights', () => {
    for (const [name, service] of servers) {
      const env = Object.fromEntries(Object.entries(service.environment ?? {}).map(([key, value]) => [key, filled(value)]));
      expect(Object.keys(env).filter((key) => !SETTINGS.has(key)), name).toEqual([]);
      const loaded = loadConfig([], env, '/');
      expect(loaded.ok ? [] : loaded.error, name).toEqual([]);
      expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
      expect(service.stop_grace_period).toBeGreaterThan(Milliseconds.parse(env['WEDSYNC_DRAIN_MS']) / 1000 + 5);
    }
    // What is secret has no value here, and a start without one is refused.
    for (const name of ['POSTGRES_PASSWORD', 'WEDSYNC_MASTER_KEY']) expect(read('compose.yaml')).toContain(`\${${name}:?}`);
    const asked = [...read('compose.yaml').matchAll(/\$\{([A-Z_]+):\?\}/g)].map((match) => match[1]);
    const offered = [...read('example.env').matchAll(/^([A-Z_]+)=/gm)].map((match) => match[1]);
    expect([...new Set(asked)].sort()).toEqual(offered.sort());
  });
});

/** What a person would have put in. */
function filled(value: string): string {
  return value
    .replace('${POSTGRES_PASSWORD:?}', 'secret')
    .replace('${WEDSYNC_MASTER_KEY:?}', Buffer.alloc(32, 1).toString('base64'))
    .replace('${WEDSYNC_PUBLIC_URL:?}', 'https://wedsync.example');
}

describe('Dockerfile', () => {
  const lines = read('Dockerfile').split('\n');

  test('runs as nobody in particular, asks after its health, and starts the program itself', () => {
    const last = lines.slice(lines.lastIndexOf(lines.filter((line) => line.startsWith('FROM ')).at(-1) ?? ''));
    expect(last[0]).toMatch(/^FROM node:24-slim$/);
    expect(last).toContain('USER node');
    expect(last.some((line) => line.startsWith('HEALTHCHECK '))).toBe(true);
    expect(last.filter((line) => line !== '').at(-1)).toBe('CMD ["node", "dist/server/index.js"]');
  });

  test('copies what there is, of what it lets in, and sets settings that exist', () => {
    const allowed = new Set([...read('Dockerfile.dockerignore').matchAll(/^!(.+)$/gm)].map((match) => match[1]));
    const copied = lines.filter((line) => line.startsWith('COPY ') && !line.includes('--from')).flatMap((line) => line.split(' ').slice(1, -1));
    const top = new Set(readdirSync(REPOSITORY));
    for (const one of copied) {
      const name = one.split('/')[0] ?? '';
      expect(allowed, one).toContain(name);
      expect(top, one).toContain(name);
    }
    const set = [...read('Dockerfile').matchAll(/^(?:ENV| {3}) ([A-Z_]+)=(\S+)/gm)].filter((match) => OURS.test(match[1] ?? ''));
    expect(set.length).toBeGreaterThan(3);
    const loaded = loadConfig([], Object.fromEntries(set.map((match) => [match[1], match[2]])), '/');
    expect(loaded.ok ? [] : loaded.error).toEqual([]);
    for (const [, name] of set) expect([...SETTINGS.keys()]).toContain(name);
  });
});

describe.each(BALANCERS)('the configuration of %s', (kind) => {
  test.skipIf(!hasBalancer(kind))('is taken by the program itself, with sticky lines and without', async () => {
    const urls = { intake: ['http://127.0.0.1:5001', 'http://127.0.0.1:5002'], stream: ['http://127.0.0.1:5003', 'http://127.0.0.1:5004'] };
    for (const sticky of [false, true]) expect(await faultsOf({ kind, sticky, ...urls })).toBeNull();
  });
});

const TEMPLATES = readdirSync(join(folder, 'chart', 'templates'));

describe('the chart', () => {
  const values = yaml.load(read('chart/values.yaml')) as Record<string, unknown>;
  const helper = read('chart/templates/_server.tpl');
  const at = (dotted: string, from: unknown): unknown => dotted.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], from);

  /** The few words of the template language that the chart uses; another one stays and is no YAML. */
  function rendered(file: string): unknown[] {
    const body = read(`chart/templates/${file}`).replace(/\{\{- include "wedsync\.server" \(dict "root" \. "role" "(\w+)" "settings" \.Values\.(\w+)\) \}\}/, (_, role: string, of: string) => {
      expect(of).toBe(role);
      return helper
        .replace(/\{\{- \/\*[\s\S]*?\*\/ -\}\}\n/, '')
        .replace('{{- define "wedsync.server" -}}\n', '')
        .replace(/\{\{- end -\}\}\s*$/, '')
        .replaceAll('{{ .role }}', role)
        .replaceAll('.root.', '.')
        .replaceAll('.settings.', `.Values.${role}.`);
    });
    const text = body
      .replace(/^\s*\{\{- (if \.Values\.(\w+)|end) \}\}\n/gm, '')
      .replace(/\{\{- toYaml \.Values\.([\w.]+) \| nindent 12 \}\}/g, (_, name: string) => JSON.stringify(valueOf(name)))
      .replaceAll('{{ .Release.Name }}', 'wedsync')
      .replace(/\{\{ \.Values\.([\w.]+) \}\}/g, (_, name: string) => String(valueOf(name)));
    expect(text).not.toContain('{{');
    return yaml.loadAll(text);
  }
  function valueOf(name: string): unknown {
    const value = at(name, values);
    expect(value, `${name} in values.yaml`).toBeDefined();
    return value;
  }

  const Probe = z.looseObject({ httpGet: z.strictObject({ path: z.enum(['/healthz', '/readyz']), port: z.literal('http') }) });
  const Container = z.looseObject({
    env: z.array(z.union([z.strictObject({ name: z.string(), value: z.string() }), z.strictObject({ name: z.string(), valueFrom: z.strictObject({ secretKeyRef: z.strictObject({ name: z.string(), key: z.string() }) }) })])),
    startupProbe: Probe,
    livenessProbe: Probe,
    readinessProbe: Probe,
    lifecycle: z.strictObject({ preStop: z.strictObject({ sleep: z.strictObject({ seconds: z.int() }) }) }),
    securityContext: z.looseObject({ readOnlyRootFilesystem: z.literal(true), allowPrivilegeEscalation: z.literal(false) }),
  });
  const Deployment = z.looseObject({
    kind: z.literal('Deployment'),
    metadata: z.looseObject({ name: z.string() }),
    spec: z.looseObject({
      replicas: z.int(),
      template: z.looseObject({
        spec: z.looseObject({ terminationGracePeriodSeconds: z.int(), securityContext: z.looseObject({ runAsNonRoot: z.literal(true) }), containers: z.tuple([Container]) }),
      }),
    }),
  });

  test('renders to YAML, and uses every value that it offers', () => {
    const all = TEMPLATES.filter((file) => file.endsWith('.yaml')).map((file) => [file, rendered(file).map((one) => (one as { kind: string }).kind)]);
    expect(Object.fromEntries(all)).toEqual({
      'ingress.yaml': ['Ingress'],
      'intake.yaml': ['Deployment', 'PodDisruptionBudget', 'Service'],
      'stream.yaml': ['Deployment', 'PodDisruptionBudget', 'Service'],
      'worker.yaml': ['Deployment', 'PodDisruptionBudget'],
    });
    const text = TEMPLATES.map((file) => read(`chart/templates/${file}`)).join('\n');
    for (const name of Object.keys(values)) expect(text, name).toContain(`.Values.${name}`);
  });

  test('gives each role settings that the server takes, secrets by reference, and time to drain', () => {
    for (const role of ['intake', 'stream', 'worker']) {
      const { spec } = Deployment.parse(rendered(`${role}.yaml`)[0]);
      expect(spec.replicas).toBe(2);
      const { terminationGracePeriodSeconds, containers } = spec.template.spec;
      const [container] = containers;
      const env = Object.fromEntries(container.env.map((one) => [one.name, 'value' in one ? one.value : null]));
      expect(Object.keys(env).filter((name) => !SETTINGS.has(name))).toEqual([]);
      for (const [name, field] of SETTINGS) if (field.sensitive === true && name in env) expect(env[name], name).toBeNull();
      const given = { ...env, DATABASE_URL: 'postgres://a:b@c/d', REDIS_URL: 'redis://c', WEDSYNC_MASTER_KEY: Buffer.alloc(32, 1).toString('base64') };
      const loaded = loadConfig([], given, '/');
      expect(loaded.ok ? [] : loaded.error).toEqual([]);
      const drainSeconds = Milliseconds.parse(env['WEDSYNC_DRAIN_MS']) / 1000;
      expect(env['WEDSYNC_ROLE']).toBe(role);
      expect(terminationGracePeriodSeconds).toBeGreaterThan(container.lifecycle.preStop.sleep.seconds + drainSeconds + 5);
    }
  });
});
