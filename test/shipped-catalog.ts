import { loadCatalog } from '../src/insights/catalog.ts'

/** The catalog that comes with Plimsoll, read once for all tests of a process: nobody changes it. */
export const shippedCatalog = loadCatalog()
