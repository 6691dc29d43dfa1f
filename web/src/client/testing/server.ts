import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const startLimit = 30_000;
const stopLimit = 20_000;

/** The real server on a free port of the loopback, which can be stopped and started with its data. */
export interface TestServer {
  origin: string;
  start(): Promise<void>;
  /** SIGKILL, or SIGTERM and its drain. */
  stop(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>;
  /** Stops it and removes its data. */
  close(): Promise<void>;
}

/** Builds the server, or takes the program that SERVER_PROGRAM names, and starts it. */
export async function startServer(): Promise<TestServer> {
  const dir = mkdtempSync(join(tmpdir(), 'keepsake-client-'));
  const module = resolve(import.meta.dirname, '../../../..');
  let program = process.env.SERVER_PROGRAM;
  if (program === undefined) {
    program = join(dir, 'keepsake');
    execFileSync('go', ['build', '-o', program, '.'], { cwd: module, stdio: 'inherit' });
  }
  const listen = `127.0.0.1:${await freePort()}`;
  const origin = `http://${listen}`;
  let running: ChildProcess | null = null;

  const server: TestServer = {
    origin,
    async start() {
      const env = { PATH: process.env.PATH, HOME: process.env.HOME, KEEPSAKE_LISTEN: listen, KEEPSAKE_DATA: join(dir, 'data'), KEEPSAKE_LOG_LEVEL: 'error' };
      const child = spawn(program, [], { cwd: dir, env, stdio: ['ignore', 'ignore', 'inherit'] });
      running = child;
      await until('the server is ready', startLimit, async () => {
        if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`);
        return (await fetch(`${origin}/readyz`).catch(() => null))?.ok === true;
      });
    },
    async stop(signal) {
      const child = running;
      if (child === null || child.exitCode !== null) return;
      const ended = new Promise<void>((done) => child.once('exit', () => done()));
      child.kill(signal);
      const late = setTimeout(() => child.kill('SIGKILL'), stopLimit);
      await ended;
      clearTimeout(late);
      running = null;
    },
    async close() {
      await server.stop('SIGTERM');
      rmSync(dir, { recursive: true, force: true });
    },
  };
  await server.start();
  return server;
}

function freePort(): Promise<number> {
  return new Promise((done, failed) => {
    const probe = createServer();
    probe.once('error', failed);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => (address !== null && typeof address === 'object' ? done(address.port) : failed(new Error('no port'))));
    });
  });
}

/** Waits for a condition, at most `limit` milliseconds. */
export async function until(what: string, limit: number, condition: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = performance.now() + limit; !(await condition()); ) {
    if (performance.now() > end) throw new Error(`in vain waited until ${what}`);
    await new Promise((next) => setTimeout(next, 20));
  }
}
