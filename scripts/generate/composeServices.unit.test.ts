import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { isSecret } from '#platform/config/secrets.ts';
import { certificates } from '#platform/testkit/certificates.ts';
import { temporaryFolder } from '#platform/testkit/temporaryFolder.ts';
import { channels } from '#schema/channels.ts';
import { channelService } from '#schema/services.ts';
import { subgraphs } from '#schema/subgraphs.ts';
import { serviceParts } from '../system/settingCatalogue.ts';
import { metricsPort } from './composeServices.ts';
import { root } from './task.ts';

interface Service {
  readonly build?: string;
  readonly image: string;
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string | number>>;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly ports?: readonly string[];
  readonly expose?: readonly number[];
  readonly profiles?: readonly string[];
  readonly restart?: string;
  readonly stop_grace_period?: string;
  readonly init?: boolean;
  readonly volumes?: readonly string[];
}

const file = parse(readFileSync(join(root, 'docker-compose.yml'), 'utf8')) as {
  services: Record<string, Service>;
  volumes: Record<string, object>;
};
const services = Object.entries(file.services);
const commandsOf = (kind: string): string[] =>
  services.flatMap(([, { command }]) => (command?.[0] === kind ? [command[1] ?? ''] : []));

describe('docker-compose.yml', () => {
  it('has one service for each subgraph and each channel of the registries, and no other', () => {
    expect(commandsOf('subgraph')).toEqual(subgraphs.map(({ name }) => name));
    expect(commandsOf('channel')).toEqual(channels.map(({ name }) => name));
    expect(commandsOf('gateway')).toHaveLength(1);
    expect(commandsOf('provider')).toHaveLength(1);
    expect(services.map(([name]) => name)).toEqual(expect.arrayContaining(['postgres', 'kafka', 'databases']));
  });

  it('names subgraphs as SUBGRAPH_URL and GRPC_URL reach them, and gives each its own database', () => {
    for (const { name, port, database } of subgraphs) {
      const { environment, expose } = file.services[name]!;
      expect(expose).toEqual([4000 + port, 4000 + port + 20, metricsPort]);
      expect(environment?.['DATABASE_HOST']).toBe('${DATABASE_HOST:-postgres}');
      expect(file.services['databases']?.environment).toHaveProperty(`${database.toUpperCase()}_DATABASE_PASSWORD`);
    }
  });

  it('hands each service the secrets that it reads, and no others', async () => {
    const parts = await serviceParts();
    const secrets = new Set(parts.flatMap((part) => part.secrets.map(({ name }) => name)));
    for (const { name, secrets: own } of parts.filter((part) => part.name !== 'start')) {
      const handed = Object.keys(file.services[name]!.environment!).filter((key) => secrets.has(key));
      expect(handed.sort(), name).toEqual(
        own
          .map((secret) => secret.name)
          .filter((secret) => secret !== 'BUS_DATABASE_PASSWORD')
          .sort(),
      );
    }
    const holding = (secret: string) =>
      services.filter(([, { environment }]) => environment?.[secret] !== undefined).map(([name]) => name);
    expect(holding('SAGAS_DATABASE_PASSWORD')).toEqual(['databases', 'orders', 'memberships', 'marketplace']);
    expect(holding('PAYMENT_PROVIDER_API_KEY')).toEqual(['provider', 'payments']);
    expect(holding('WEBHOOK_PAYMENTS_KEYS')).toEqual(['provider', 'webhooks']);
    expect(holding('DELIVERY_VELO_API_KEY')).toEqual(['delivery-partners', 'delivery']);
    expect(holding('WEBHOOK_VELO_KEYS')).toEqual(['delivery-partners', 'webhooks']);
    expect(holding('LOYALTY_PARTNER_API_KEY')).toEqual(['loyalty-partner', 'loyalty']);
    expect(holding('WEBHOOK_LOYALTY_KEYS')).toEqual(['loyalty-partner', 'webhooks']);
    expect(holding('SUPPLIER_API_KEY')).toEqual(['supplier', 'inventory']);
    expect(holding('WEBHOOK_SUPPLIER_KEYS')).toEqual(['supplier', 'webhooks']);
    expect(holding('PII_MASTER_KEYS')).toEqual(['customers', 'delivery', 'partners', 'notifications', 'webhook-relay']);
    expect(holding('SMTP_PASSWORD')).toEqual(['mailbox', 'notifications']);
    expect(holding('POSTGRES_PASSWORD')).toEqual(['postgres', 'databases']);
  });

  it('has no value of a secret in it: not even one that production could forget to replace', () => {
    for (const [name, { environment = {} }] of services) {
      for (const [key, value] of Object.entries(environment))
        if (isSecret(key)) expect(value, `${name} ${key}`).toBe(`\${${key}-}`);
    }
  });

  it.each([
    [{ PROFILE: 'development', POSTGRES_PASSWORD: '' }, [0, 'postgres -c max_connections=400 with postgres\n', '']],
    [{ PROFILE: 'development', POSTGRES_PASSWORD: 'a b' }, [0, 'postgres -c max_connections=400 with a b\n', '']],
    [{ PROFILE: 'production', POSTGRES_PASSWORD: 'long' }, [0, 'postgres -c max_connections=400 with long\n', '']],
    [
      { PROFILE: 'production', POSTGRES_PASSWORD: '' },
      [1, '', 'POSTGRES_PASSWORD is missing in the production profile: "keys:make" makes one.\n'],
    ],
  ])('starts PostgreSQL with %o: no password that everybody knows outside development', (env, expected) => {
    const folder = temporaryFolder('entrypoint');
    // Stands for the image's own, which is called by its name and handed the command.
    writeFileSync(join(folder, 'docker-entrypoint.sh'), '#!/bin/sh\necho "$@ with $POSTGRES_PASSWORD"\n');
    chmodSync(join(folder, 'docker-entrypoint.sh'), 0o755);
    const { entrypoint = [], command = [], environment } = file.services['postgres']!;
    expect(environment).toEqual({ PROFILE: '${PROFILE:-development}', POSTGRES_PASSWORD: '${POSTGRES_PASSWORD-}' });
    const [program = '', ...args] = [...entrypoint, ...command].map((each) => each.replaceAll('$$', '$'));
    const { status, stdout, stderr } = spawnSync(program, args, {
      env: { ...env, PATH: `${folder}:${process.env['PATH']}` },
      encoding: 'utf8',
    });
    expect([status, stdout, stderr]).toEqual(expected);
  });

  it('leaves what is for development to the development profile', () => {
    expect(services.filter(([, { profiles }]) => profiles?.includes('development')).map(([name]) => name)).toEqual([
      'provider',
      'delivery-partners',
      'loyalty-partner',
      'supplier',
      'mailbox',
      'simulation',
    ]);
    expect(file.services['payments']?.environment?.['PAYMENT_PROVIDER_URL']).toBe('${PAYMENT_PROVIDER_URL-}');
    for (const [name, { depends_on = {} }] of services)
      if (name !== 'simulation') {
        expect(Object.keys(depends_on)).not.toContain('provider');
        expect(Object.keys(depends_on)).not.toContain('delivery-partners');
        expect(Object.keys(depends_on)).not.toContain('loyalty-partner');
        expect(Object.keys(depends_on)).not.toContain('supplier');
        expect(Object.keys(depends_on)).not.toContain('mailbox');
      }
  });

  it('starts everything again that ends, and lets it end in its own time', () => {
    for (const [name, { restart, stop_grace_period, image, init }] of services) {
      expect([name, restart]).toEqual([name, name === 'databases' ? 'on-failure' : 'unless-stopped']);
      expect(Number.parseInt(stop_grace_period ?? '', 10), name).toBeGreaterThanOrEqual(30);
      if (image === 'drburger-supergraph') expect([name, init]).toEqual([name, true]);
    }
  });

  it('carries the events on Kafka: every service of ours that has events waits for the broker, by itself or behind the subgraphs', () => {
    const carriers = services.filter(([, { environment }]) => environment?.['KAFKA_BROKERS'] !== undefined);
    expect(carriers.map(([name]) => name)).toEqual([
      ...subgraphs.map(({ name }) => name),
      'gateway',
      ...channels.map(({ name }) => channelService(name)),
    ]);
    for (const [name, { environment, depends_on }] of carriers) {
      expect(environment).toMatchObject({ BUS: 'kafka', KAFKA_BROKERS: '${KAFKA_BROKERS:-kafka:9092}' });
      if (subgraphs.some((each) => each.name === name))
        expect(depends_on?.['kafka']).toEqual({ condition: 'service_healthy' });
    }
  });

  it('shows the gateway, the channels and the door for webhooks to the outside, and nothing else', () => {
    const published = services.filter(([, { ports }]) => ports?.length).map(([name, { ports }]) => [name, ports]);
    // Prometheus, Keycloak and the mails of development are shown to this machine only, and the metrics themselves to
    // nobody.
    expect(published).toEqual([
      ['prometheus', ['127.0.0.1:9090:9090']],
      ['keycloak', ['127.0.0.1:4049:8080']],
      ['mailbox', ['127.0.0.1:4029:4029']],
      ['gateway', ['4000:4000']],
      ...channels.map(({ name, port }) => [channelService(name), [`${4000 + port}:${4000 + port}`]]),
      ['webhooks', ['4006:4006']],
      // What answers here are the public keys of webhooks to partners.
      ['webhook-relay', ['4028:4028']],
    ]);
  });

  it('is complete in itself: what a service depends on, and every volume, is there', () => {
    for (const [, { depends_on = {}, volumes = [] }] of services) {
      for (const other of Object.keys(depends_on)) expect(file.services).toHaveProperty(other);
      for (const [from = ''] of volumes.map((volume) => volume.split(':'))) {
        if (from.startsWith('.')) expect(existsSync(join(root, from)), from).toBe(true);
        else expect(file.volumes).toHaveProperty(from);
      }
    }
  });

  it('has every service of ours serve its metrics where Prometheus looks', () => {
    const { scrape_configs } = parse(readFileSync(join(root, 'ops/prometheus/prometheus.yml'), 'utf8')) as {
      scrape_configs: [{ static_configs: [{ targets: string[] }] }];
    };
    const serving = services.filter(([, { environment }]) => environment?.['METRICS_PORT'] === metricsPort);
    for (const [name, { expose }] of serving) expect(expose, name).toContain(metricsPort);
    expect(serving).toHaveLength(subgraphs.length + channels.length + 3);
    expect(scrape_configs[0].static_configs[0].targets).toEqual(serving.map(([name]) => `${name}:${metricsPort}`));
  });

  it('builds our services from the one Dockerfile, once', () => {
    const of = (kind: string) => services.filter(([, { command }]) => command?.[0] === kind);
    const ours = [
      'subgraph',
      'channel',
      'gateway',
      'provider',
      'delivery-partners',
      'loyalty-partner',
      'supplier',
      'mailbox',
      'databases',
      'simulation',
    ].flatMap(of);
    for (const [name, { image }] of ours) expect(image, name).toBe('drburger-supergraph');
    expect(services.filter(([, { build }]) => build !== undefined).map(([name, { build }]) => [name, build])).toEqual([
      ['databases', '.'],
    ]);
  });
});

describe('what keeps a machine well', () => {
  it('bounds the logs of every service, and lets no reader of them stop it', () => {
    for (const [name, service] of services)
      expect((service as { logging?: object }).logging, name).toMatchObject({
        options: { 'max-size': '20m', 'max-file': '5', mode: 'non-blocking' },
      });
  });

  it('finds a channel healthy that is ready, over HTTP and with TLS', async () => {
    const { test } = (file.services['channel-web'] as { healthcheck?: { test: string[] } }).healthcheck!;
    const check = async (server: Server, env: Record<string, string>): Promise<number | null> => {
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      const [program = '', ...args] = test.slice(1).map((word) => word.replaceAll('/4002', `/${port}`));
      const probe = spawn(program, args, { stdio: 'ignore', env: { PATH: process.env['PATH'], ...env } });
      const [code] = (await once(probe, 'exit')) as [number | null];
      server.close();
      return code;
    };
    const plain = (status: number) => createServer((_, response) => void response.writeHead(status).end());
    expect(await check(plain(200), { TLS_CERT_PATH: '' })).toBe(0);
    expect(await check(plain(503), { TLS_CERT_PATH: '' })).not.toBe(0);
    const { cert, key } = certificates();
    const tls = createTlsServer({ cert: readFileSync(cert), key: readFileSync(key) });
    expect(await check(tls, { TLS_CERT_PATH: cert })).toBe(0);
  });

  it('asks for health without starting a Node or a Java each time', () => {
    const tests = services.flatMap(([name, service]) => {
      const { test } = (service as { healthcheck?: { test: string[] } }).healthcheck ?? {};
      return test ? [[name, test[1]]] : [];
    });
    expect(tests.length).toBeGreaterThan(10);
    for (const [name, program] of tests) expect(program, name).toBe(name === 'postgres' ? 'pg_isready' : 'bash');
  });
});
