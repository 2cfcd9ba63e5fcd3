import type { Answer } from '../../api.ts'

/** An initiative with its metrics or sections and its history. */
export type Initiative = Answer<'/api/v1/initiatives/{id}'>
