import { createServer } from 'node:net'
import { defineConfig } from '@playwright/test'
import { findBrowser } from './tools/browser.mjs'

/** A loopback port that was free a moment ago. */
const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => (address && typeof address === 'object' ? resolve(address.port) : reject(new Error('No TCP port was given'))))
    })
  })

// This file is read again in every worker, which inherits the environment: the port is chosen once.
const port = (process.env['PLIMSOLL_TEST_PORT'] ??= String(await freePort()))
const browser = await findBrowser()

/** Tests that change the demo organisation. They run alone, one after the other, when all that only look at it have: each change works scores out anew. */
const changing = ['arrange', 'critical-assets', 'explain', 'import', 'notices', 'programme', 'secure-score'].map(
  (name) => `**/${name}.spec.ts`,
)

/** The built server on an empty store, which loads the demo organisation, and a browser in a zone that is not UTC. */
export default defineConfig({
  testDir: 'test/browser',
  // Emptied before each run, so that the server in it begins with an empty store.
  outputDir: 'test-results',
  // How fast pages are is measured by the bench; these only end what hangs, also on a machine that is busy with something else.
  timeout: 300_000,
  expect: { timeout: 120_000 },
  workers: 2,
  fullyParallel: true,
  projects: [
    { name: 'looking', testIgnore: changing },
    { name: 'changing', testMatch: changing, dependencies: ['looking'], workers: 1 },
  ],
  forbidOnly: Boolean(process.env['CI']),
  reporter: 'list',
  use: {
    browserName: 'chromium',
    baseURL: `http://127.0.0.1:${port}`,
    timezoneId: 'Pacific/Auckland',
    locale: 'en-GB',
    viewport: { width: 1440, height: 900 },
    trace: 'retain-on-failure',
    launchOptions: {
      ...(browser ? { executablePath: browser } : {}),
      args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
    },
  },
  webServer: {
    command: 'node bin/plimsoll.js serve',
    url: `http://127.0.0.1:${port}/`,
    timeout: 600_000,
    gracefulShutdown: { signal: 'SIGTERM', timeout: 5_000 },
    env: { PLIMSOLL_PORT: port, PLIMSOLL_DATA: 'test-results/data' },
    stderr: 'pipe',
  },
})
