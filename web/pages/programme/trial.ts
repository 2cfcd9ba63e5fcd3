import { useEffect, useMemo, useState } from 'react'
import { addressOf, send } from '../../api.ts'
import { useMoment } from '../../address.ts'

/** What came of the last question about a draft. */
export interface Tried<T> {
  trial: T | null
  /** It is about a text before this one. */
  waiting: boolean
  failure: string | null
}

/** Asks what a draft would answer, a moment after the last key. `path`: that of the question, such as /api/v1/metrics/try. `body` null: there is nothing to ask yet. */
export function useTrial<T>(path: string, body: object | null): Tried<T> {
  const { rules: _, ...query } = useMoment()
  const [state, setState] = useState<{ key: string; trial: T | null; failure: string | null }>({ key: '', trial: null, failure: null })
  const address = addressOf(path, {}, query)
  const text = JSON.stringify(body)
  const key = useMemo(() => JSON.stringify([address, text]), [address, text])
  useEffect(() => {
    if (text === 'null') return undefined
    let stale = false
    const timer = setTimeout(() => {
      send('POST', address, JSON.parse(text) as object).then(
        (trial) => !stale && setState({ key, trial: trial as T, failure: null }),
        (error: unknown) => !stale && setState({ key, trial: null, failure: error instanceof Error ? error.message : String(error) }),
      )
    }, 500)
    return () => {
      stale = true
      clearTimeout(timer)
    }
  }, [key, address, text])
  return { trial: body && state.trial, waiting: state.key !== key, failure: state.key === key ? state.failure : null }
}
