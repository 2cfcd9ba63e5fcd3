import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import type { UseQueryResult } from '@tanstack/react-query'
import createClient from 'openapi-fetch'
import { useMemo } from 'react'
import { useMoment } from './address.ts'
import type { paths } from './openapi.d.ts'

const client = createClient<paths>({ baseUrl: '/' })

/** An address that can be asked. */
export type Question = { [P in keyof paths]: paths[P] extends { get: { responses: { 200: unknown } } } ? P : never }[keyof paths]
type Get<P extends Question> = paths[P] extends { get: infer G } ? G : never
/** What the address answers. */
export type Answer<P extends Question> = Get<P> extends { responses: { 200: { content: { 'application/json': infer A } } } } ? A : never
type QueryOf<P extends Question> = Get<P> extends { parameters: { query?: infer Q } } ? Q : never
type PathOf<P extends Question> = Get<P> extends { parameters: { path: infer I } } ? I : never

/** Addresses that answer a page of a list. */
export type ListQuestion = { [P in Question]: Answer<P> extends { items: unknown[]; next_cursor: string | null } ? P : never }[Question]
/** One row of a list. */
export type Row<P extends ListQuestion> = Answer<P> extends { items: (infer T)[] } ? T : never

type Page<P extends ListQuestion> = { items: Row<P>[]; total: number; next_cursor: string | null }

/** What the server said no to, or that it did not answer. `code` is listed in docs/errors.md; `unreachable` when there was no answer. */
export class ApiError extends Error {
  readonly code: string
  readonly status: number
  constructor(code: string, message: string, status: number) {
    super(message)
    this.code = code
    this.status = status
  }
}

/** Reads the server's error shape from an answer that was not OK. */
export function problemOf(body: unknown, status: number): ApiError {
  const error = (body as { error?: { code?: unknown; message?: unknown } } | null)?.error
  if (typeof error?.code === 'string' && typeof error.message === 'string') return new ApiError(error.code, error.message, status)
  return new ApiError(`http_${status}`, `The server answered with status ${status} and no explanation.`, status)
}

type Values = Record<string, unknown>

function fill(path: string, values: Values): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(values[name])))
}

/** The path and query that ask this, as in "copy as API". Empty values are left out; lists repeat their name. */
export function addressOf(path: string, inPath: Values = {}, query: Values = {}): string {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === null || value === '') continue
    for (const one of Array.isArray(value) ? value : [value]) params.append(name, String(one))
  }
  return params.size === 0 ? fill(path, inPath) : `${fill(path, inPath)}?${params}`
}

type Asked = { data?: unknown; error?: unknown; response: Response }

/** The answer, or what the server said no to. Throws ApiError. */
function unwrap({ data, error, response }: Asked): unknown {
  if (response.ok) return data ?? null
  throw problemOf(error, response.status)
}

/** The typed client asks for the same paths that our types name, which the compiler cannot follow through a path that varies. */
function get(path: Question, inPath: Values, query: Values, signal: AbortSignal): Promise<unknown> {
  const asked = (client.GET as (path: string, init: object) => Promise<Asked>)(path, { params: { path: inPath, query }, signal })
  return asked.then(unwrap, asUnreachable)
}

function asUnreachable(error: unknown): never {
  if (error instanceof DOMException && error.name === 'AbortError') throw error
  throw new ApiError('unreachable', 'The server did not answer. Check that it is running, then try again.', 0)
}

/** Sends a change. Gives the answer's body. Throws ApiError. */
export async function send(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', address: string, body?: unknown): Promise<unknown> {
  const init = body === undefined ? { method } : { method, body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
  const response = await fetch(address, init).catch(asUnreachable)
  const answer: unknown = response.status === 204 ? null : await response.json().catch(() => null)
  if (!response.ok) throw problemOf(answer, response.status)
  return answer
}

/** Asks one thing of the organisation, groups and moment of the page; `anywhere` leaves these out. `enabled: false` waits. */
export function useAsk<P extends Question>(
  path: P,
  options: { path?: PathOf<P>; query?: QueryOf<P>; enabled?: boolean; anywhere?: boolean } = {},
): UseQueryResult<Answer<P>, ApiError> {
  const moment = useMoment()
  const query: Values = options.anywhere
    ? { ...(options.query as Values | undefined) }
    : { ...moment, ...(options.query as Values | undefined) }
  return useQuery<Answer<P>, ApiError>({
    queryKey: [path, options.path, query],
    queryFn: ({ signal }) => get(path, { ...(options.path as Values | undefined) }, query, signal) as Promise<Answer<P>>,
    enabled: options.enabled ?? true,
    placeholderData: (before, asked) => (JSON.stringify(asked?.queryKey[1]) === JSON.stringify(options.path) ? before : undefined),
  })
}

/** A list that grows as one scrolls. */
export interface Listing<T> {
  rows: T[]
  /** Rows that meet filter and search, also those not read yet; null before the first answer. */
  total: number | null
  error: ApiError | null
  loading: boolean
  /** An answer to new filters is on its way; the rows shown are those of the old ones. */
  stale: boolean
  more: () => void
  retry: () => void
  /** Asks for the list without limit and cursor: for export and "copy as". */
  address: string
}

const PAGE = 100

/** Asks for a list page by page, of the organisation, groups and moment of the page. `first` is the first page as the server gave it. */
export function useList<P extends ListQuestion>(
  path: P,
  options: { path?: PathOf<P>; query?: QueryOf<P>; enabled?: boolean } = {},
): Listing<Row<P>> & { first: Answer<P> | null } {
  const moment = useMoment()
  const query: Values = { ...moment, ...(options.query as Values | undefined) }
  const result = useInfiniteQuery({
    queryKey: [path, 'list', options.path, query],
    queryFn: ({ pageParam, signal }) => {
      const page = pageParam ? { limit: PAGE, cursor: pageParam } : { limit: PAGE }
      return get(path, { ...(options.path as Values | undefined) }, { ...query, ...page }, signal) as Promise<Page<P>>
    },
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor,
    enabled: options.enabled ?? true,
    placeholderData: (before, asked) => (JSON.stringify(asked?.queryKey[2]) === JSON.stringify(options.path) ? before : undefined),
  })
  const pages = result.data?.pages
  const rows = useMemo(() => (pages ?? []).flatMap((page) => page.items), [pages])
  return {
    rows,
    total: pages?.[0]?.total ?? null,
    first: (pages?.[0] as Answer<P> | undefined) ?? null,
    error: result.error as ApiError | null,
    loading: result.isPending && result.isFetching,
    stale: result.isPlaceholderData,
    more: () => {
      if (result.hasNextPage && !result.isFetching) void result.fetchNextPage()
    },
    retry: () => void result.refetch(),
    address: addressOf(path, options.path as Values | undefined, query),
  }
}

/** All rows of a list, page after page, for export. */
export async function* readAll(address: string, signal?: AbortSignal): AsyncGenerator<Record<string, unknown>[]> {
  let cursor: string | null = ''
  while (cursor !== null) {
    const url: URL = new URL(address, window.location.origin)
    url.searchParams.set('limit', '1000')
    if (cursor) url.searchParams.set('cursor', cursor)
    const response = await fetch(url, signal ? { signal } : {}).catch(asUnreachable)
    const body: unknown = await response.json().catch(() => null)
    if (!response.ok) throw problemOf(body, response.status)
    const page = body as { items: Record<string, unknown>[]; next_cursor: string | null }
    yield page.items
    cursor = page.next_cursor
  }
}

export type Overview = Answer<'/api/v1/overview'>
export type Score = Overview['exposure']
export type Coverage = Overview['coverage']
export type Point = Overview['exposure_history'][number]
export type Organisation = Overview['organisation']
export type MetricSummary = Row<'/api/v1/metrics'>
export type InitiativeSummary = Row<'/api/v1/initiatives'>
export type RecommendationSummary = Row<'/api/v1/recommendations'>
export type RemediationActivity = Row<'/api/v1/remediation'>
export type Inaccuracy = Row<'/api/v1/inaccuracies'>
export type JointGain = Answer<'/api/v1/recommendations/{id}'>['gains']
export type RiskEvent = Row<'/api/v1/events'>
export type AffectedAsset = Row<'/api/v1/metrics/{id}/assets'>
export type AssetSummary = Row<'/api/v1/assets'>
export type Finding = Row<'/api/v1/findings'>
export type SoftwareSummary = Row<'/api/v1/software'>
export type VulnerabilitySummary = Row<'/api/v1/vulnerabilities'>
export type Exception = Row<'/api/v1/exceptions'>
export type Import = Row<'/api/v1/imports'>
export type SourceSummary = Overview['sources'][number]
export type Severity = Finding['severity']
export type Stage = Finding['stage']
