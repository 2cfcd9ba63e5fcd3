import { defineConfig } from 'vitest/config'

/** The stories that random tests try are the same in every run: a commit passes or does not. */
const setupFiles = ['./test/seed.ts']
/** A real PostgreSQL server for the tests that ask for one; started once per run, when one of these projects has tests to run. */
const globalSetup = ['./test/contract/postgres.ts']

/** Milliseconds after which a test hangs. On a busy machine a good one takes several times as long as on an idle one: this ends what would never end, and measures nothing. */
const HUNG = 600_000

// Tests share their workers (no isolation: unit tests are ten times faster, others read the catalogue once), so they must not change what
// others see, or must take it back. Tests that open databases run in processes, the others in threads.
export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'tools/**/*.test.ts', 'web/**/*.test.ts', 'web/**/*.test.tsx'],
          exclude: ['**/node_modules/**'],
          setupFiles,
          pool: 'threads',
          isolate: false,
          testTimeout: HUNG,
        },
      },
      {
        test: {
          name: 'house',
          include: ['test/house/**/*.test.ts'],
          setupFiles,
          pool: 'threads',
          isolate: false,
          testTimeout: HUNG,
        },
      },
      {
        test: {
          name: 'contract',
          include: ['test/contract/**/*.test.ts'],
          setupFiles,
          pool: 'forks',
          isolate: false,
          testTimeout: HUNG,
          hookTimeout: HUNG,
          globalSetup,
        },
      },
      {
        test: {
          name: 'laws',
          include: ['test/laws/**/*.test.ts'],
          setupFiles,
          pool: 'forks',
          isolate: false,
          // The long form (npm run test:laws) takes as long as it takes.
          testTimeout: process.env['PLIMSOLL_CASES'] ? 0 : HUNG,
          hookTimeout: HUNG,
          globalSetup,
        },
      },
      {
        test: {
          name: 'real',
          include: ['test/real/**/*.test.ts'],
          setupFiles,
          pool: 'forks',
          isolate: false,
          testTimeout: HUNG,
          hookTimeout: HUNG,
          globalSetup,
        },
      },
    ],
  },
})
