import type { z } from 'zod'
import type { Catalog } from '../insights/catalog.ts'
import type { Store } from '../store/store.ts'
import type { Jobs } from './jobs.ts'
import type { NoticePlace } from './notices.ts'
import { Problem } from './shapes.ts'

/** What the routes need to answer. */
export interface Api {
  store: Store
  catalog: Catalog
  /** Of the program, for /health and the OpenAPI description. */
  version: string
  /** Imports that run or wait. */
  jobs: Jobs
  /** How notifications are sent; `base` is known once the server listens. */
  notices: NoticePlace
}

/** The responses of a route: its own answer, and the one shape of all errors. */
export const answers = <T extends z.ZodType>(answer: T) => ({ 200: answer, '4xx': Problem, '5xx': Problem })
