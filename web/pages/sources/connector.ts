import type { Answer } from '../../api.ts'

/** A place from which facts are fetched, as the server tells of it. */
export type Connector = Answer<'/api/v1/connectors'>['items'][number]
