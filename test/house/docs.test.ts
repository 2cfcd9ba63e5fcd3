import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CliCommand } from '../../src/cli/command.ts'
import { feeds } from '../../src/ingest/importers.ts'
import { packageRoot } from '../../src/root.ts'
import { zipOf } from '../archives.ts'

// Every command that README.md and docs/*.md show is run as a reader would run it, in the order in which it stands there.

const root = packageRoot()
const read = (path: string): string => readFileSync(join(root, path), 'utf8')

/** A command of a page. */
interface Shown {
  page: string
  command: string
  /** 0, unless the page says otherwise in a comment: `# exit code 2: …`. */
  exit: number
}

/** The commands in the ```sh blocks of a page; a backslash at the end of a line goes on with the next. */
function listCommands(page: string, text: string): Shown[] {
  return [...text.matchAll(/^```sh\n([\s\S]*?)^```/gm)]
    .flatMap(([, block]) => block!.replaceAll('\\\n', ' ').split('\n'))
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((command) => ({ page, command, exit: Number(/# exit code (\d+)/.exec(command)?.[1] ?? 0) }))
}

/** What is not run here, and why. */
const notRun: { looks: RegExp; why: string }[] = [
  { looks: /^npm (start|test|link)\b|\bnpm start$/, why: 'npm: it installs, builds, runs all tests, or changes the machine' },
  { looks: /^(psql|createdb) |postgres:\/\//, why: 'it needs a PostgreSQL server; test/contract has one' },
  { looks: /^curl .*https:\/\//, why: 'it reaches out to the internet' },
  { looks: /^day=/, why: 'it is for the download in the next line' },
  { looks: /^plimsoll feeds update$/, why: 'it reaches out to the internet; test/real/feeds-update.test.ts has a server for it' },
  { looks: /\bplimsoll serve\b/, why: 'it runs until it is stopped; the server of these tests is started so' },
  { looks: /\bplimsoll demo (load|remove)$/, why: 'loading takes a minute; src/demo has tests of its own' },
]

/** Names that the pages use, and which sample each stands for. */
const standIns: Record<string, string> = {
  'trivy.json': 'importers/trivy/samples/image-schema-2.json',
  'scan.nessus': 'importers/nessus/samples/v10-credentialed-and-remote.nessus',
  'workbench.nessus': 'importers/nessus/samples/cloud-state-export-without-times.nessus',
  'results.sarif': 'importers/sarif/samples/code-scanning.sarif',
  'assets.csv': 'importers/asset-csv/samples/cmdb-export.csv',
  'secure-score.json': 'importers/graph-secure-score/samples/scores-two-days.json',
  'secure-score-profiles.json': 'importers/graph-secure-score/samples/profiles.json',
  'kev.json': 'feeds/kev/samples/catalogue.json',
  'reports/grype.json': 'importers/grype/samples/image.json',
  'reports/prowler.ocsf.json': 'importers/prowler/samples/ocsf-5.json',
  'feeds/kev.json': 'feeds/kev/samples/catalogue.json',
  'feeds/exploit-db-2026-08-01.csv': 'feeds/exploit-db/samples/files_exploits-2026-08-01.csv',
  'feeds/metasploit-2026-08-01.json': 'feeds/metasploit/samples/modules_metadata_base-2026-08-01.json',
  'feeds/end-of-life.json': 'feeds/end-of-life/samples/api-v1-full.json',
  'feeds/nvd.json': 'feeds/nvd/samples/api-2.0.json',
  'feeds/cve-records-2026-02-06.jsonl': 'feeds/cve-records/samples/records-2026-02-06.jsonl',
}
const epss = 'feeds/epss/samples/epss_scores-2026-08-01.csv'

const pages = [
  'README.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .sort()
    .map((name) => `docs/${name}`),
]
const shown = pages.map((page) => ({ page, commands: listCommands(page, read(page)) })).filter(({ commands }) => commands.length > 0)
const left = (command: string) => notRun.find(({ looks }) => looks.test(command))
/** A page that shows a command which wants the database for itself has a data folder of its own; for all others one server runs. */
const alone = (commands: Shown[]) => commands.some(({ command }) => command === 'plimsoll rebuild')
/** Lines that the one server has seen. */
const seen = new Set<string>()
const isNew = ({ command }: Shown) => !seen.has(command) && Boolean(seen.add(command))
/** What is run of each page. A line that stood on an earlier page of the same server is not run again. */
const runs = shown.map(({ page, commands }) => {
  const run = commands.filter(({ command }) => !left(command))
  return alone(commands) ? { page, commands: run, served: false } : { page, commands: run.filter(isNew), served: true }
})

const has = (program: string) => spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0
const shell = spawnSync('sh', ['-c', 'exit 0']).status === 0
const curl = has('curl')

/** Ends within this many milliseconds, however busy the machine is. */
const LONG = 60_000

describe('commands of the pages', () => {
  let work = ''
  let program = ''
  let server: { process: ChildProcess; url: string } | null = null

  /** The environment of a reader: `plimsoll` is a command, nothing is set that these pages do not set. */
  const environment = (data: string): NodeJS.ProcessEnv => ({
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('PLIMSOLL_'))),
    PLIMSOLL_DATA: join(work, data),
    PATH: `${join(work, 'bin')}${delimiter}${process.env['PATH'] ?? ''}`,
  })

  beforeAll(async () => {
    work = mkdtempSync(join(tmpdir(), 'plimsoll-docs-'))
    // Bundled once, not through tsx: each start is then four times as fast. Under the project's folder, so that packages are found.
    program = join(root, 'node_modules', '.cache', `plimsoll-docs-${process.pid}`)
    await build({
      absWorkingDir: root,
      entryPoints: { plimsoll: 'src/cli/main.ts' },
      outdir: program,
      outExtension: { '.js': '.mjs' },
      bundle: true,
      splitting: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      packages: 'external',
      logLevel: 'silent',
    })
    const put = (name: string, bytes: string | Uint8Array, mode = 0o644) => {
      mkdirSync(dirname(join(work, name)), { recursive: true })
      writeFileSync(join(work, name), bytes, { mode })
    }
    put('bin/plimsoll', `#!/bin/sh\nexec "${process.execPath}" "${join(program, 'plimsoll.mjs')}" "$@"\n`, 0o755)
    for (const [name, sample] of Object.entries(standIns)) {
      mkdirSync(dirname(join(work, 'files', name)), { recursive: true })
      copyFileSync(join(root, 'src/ingest', sample), join(work, 'files', name))
    }
    const scores = gzipSync(readFileSync(join(root, 'src/ingest', epss)))
    put('files/epss.csv.gz', scores)
    put('files/feeds/epss.csv.gz', scores)
    put('files/reports.zip', zipOf([{ name: 'trivy.json', content: readFileSync(join(work, 'files', 'trivy.json')) }]))
    const yaml = [...read('docs/programme.md').matchAll(/^```yaml\n([\s\S]*?)^```/gm)].map((match) => match[1]!)
    for (const [index, name] of ['old-servers.yaml', 'our-servers.yaml'].entries()) put(`files/${name}`, yaml[index]!)
    put('files/our-pack/pack.yaml', 'id: our-pack\nversion: 1\nnotes: The first one\n')
    put('files/our-pack/metrics/packed-servers.yaml', yaml[0]!)
    put('files/hosts.csv', 'Box,Held by\nsrv-9.example.org,web-team@example.org\n')
  }, LONG)

  afterAll(() => {
    server?.process.kill()
    rmSync(program, { recursive: true, force: true })
    rmSync(work, { recursive: true, force: true, maxRetries: 10 })
  })

  /** Starts the server of these pages once and gives its address. */
  async function serve(): Promise<string> {
    if (server) return server.url
    const child = spawn(process.execPath, [join(program, 'plimsoll.mjs'), 'serve', '--no-demo', '--port', '0'], {
      cwd: work,
      env: environment('served'),
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const url = await new Promise<string>((resolve, reject) => {
      let said = ''
      child.stdout.on('data', (bytes: Buffer) => {
        said += bytes.toString()
        const [address] = /http:\/\/\S+/.exec(said) ?? []
        if (address) resolve(address)
      })
      child.once('error', reject)
      child.once('exit', (code) => reject(new Error(`the server ended with ${code}: ${said}`)))
    })
    server = { process: child, url }
    return url
  }

  const run = (command: string, data: string) =>
    new Promise<{ exit: number | null; said: string }>((resolve, reject) => {
      const child = spawn('sh', ['-c', command], { cwd: join(work, 'files'), env: environment(data), stdio: ['ignore', 'pipe', 'pipe'] })
      let said = ''
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (bytes: Buffer) => (said = (said + bytes.toString()).slice(-5000)))
      child.once('error', reject)
      child.once('close', (exit) => resolve({ exit, said }))
    })

  describe.each(runs.filter(({ commands }) => commands.length > 0))('$page', ({ page, commands, served }) => {
    it.for(commands)('$command', { timeout: LONG }, async ({ command, exit }, context) => {
      if (!shell) return context.skip('there is no sh on this machine')
      if (command.startsWith('curl ') && !curl) return context.skip('there is no curl on this machine')
      const url = served ? await serve() : null
      // Without these options curl is content with a refusal.
      const asked = command.replace(/^curl /, 'curl --silent --show-error --fail-with-body ').replaceAll('http://127.0.0.1:7420', url ?? '')
      const ended = await run(asked, url ? 'served' : page)
      expect(ended, ended.said).toMatchObject({ exit })
    })
  })

  it('are found, with what they expect', () => {
    expect(
      listCommands('x', 'a\n```sh\nnpm start\n\nplimsoll a \\\n  b   # exit code 2: no\n# a comment\n```\n```json\n{}\n```\n'),
    ).toEqual([
      { page: 'x', command: 'npm start', exit: 0 },
      { page: 'x', command: 'plimsoll a    b   # exit code 2: no', exit: 2 },
    ])
  })

  it('that are not run are still there', () => {
    const all = shown.flatMap(({ commands }) => commands.map(({ command }) => command))
    expect(notRun.filter(({ looks }) => !all.some((command) => looks.test(command)))).toEqual([])
  })
})

describe('docs/cli.md', () => {
  const folder = join(root, 'src/cli/commands')
  const names = readdirSync(folder)
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => name.replace(/\.ts$/, ''))
  const sections = new Map(
    read('docs/cli.md')
      .split(/^## /m)
      .slice(1)
      .map((section) => [section.split('\n')[0]!, section]),
  )

  it('has a section for each command', () => {
    expect([...sections.keys()].sort()).toEqual(names.sort())
  })

  it.each(names)('tells the options of %s, all and no others', async (name) => {
    const { command } = (await import(pathToFileURL(join(folder, `${name}.ts`)).href)) as { command: CliCommand }
    const told = [...(sections.get(name) ?? '').matchAll(/^- .*$/gm)].flatMap(([line]) =>
      [...line.split(/: /)[0]!.matchAll(/`(--[^`]+)`/g)].map((match) => match[1]!),
    )
    expect(told.sort()).toEqual((command.options ?? []).map(({ flags }) => flags).sort())
  })
})

describe('docs/api.md', () => {
  it('lists the addresses of the API, all and no others', () => {
    const { paths } = JSON.parse(read('src/api/openapi.json')) as { paths: Record<string, Record<string, unknown>> }
    const described = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    )
    expect([...read('docs/api.md').matchAll(/^\| `([A-Z]+ \/\S*)` \|/gm)].map((match) => match[1]!).sort()).toEqual(described.sort())
  })
})

describe('docs/feeds.md', () => {
  it('downloads each feed from the address that the feed itself names', () => {
    const downloaded = [...read('docs/feeds.md').matchAll(/^curl .*(https:\/\/\S+)$/gm)].map((match) => match[1]!)
    expect(downloaded.sort()).toEqual(feeds.flatMap(({ url }) => url?.replaceAll('{day}', '${day}') ?? []).sort())
  })
})
