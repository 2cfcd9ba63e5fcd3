import fc from 'fast-check'

/**
 * Where the random stories of all tests begin. The same in every run, so that a commit passes or does not; another one is tried with
 * `PLIMSOLL_SEED=7 npm test`, and `npm run test:laws` takes a new one each time.
 */
export const seed = Number(process.env['PLIMSOLL_SEED'] || 20_260_101)

fc.configureGlobal({ seed })
