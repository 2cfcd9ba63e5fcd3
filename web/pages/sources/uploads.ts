import { useQueryClient } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { addressOf, ApiError, problemOf } from '../../api.ts'
import type { Answer } from '../../api.ts'

type Progress = Answer<'/api/v1/imports/jobs'>['items'][number]
/** What an archive of reports came to. */
export type Archive = Extract<NonNullable<Progress['result']>, { kind: 'archive' }>
/** What one report or feed came to. */
export type Result = Exclude<NonNullable<Progress['result']>, { kind: 'archive' }>

/** What the person says where the file does not. */
export interface Said {
  observed_at?: string
  asset?: string
}

/** One file on its way in. */
export interface Upload {
  id: number
  file: File
  said: Said
  state: 'queued' | 'sending' | 'waiting' | 'reading' | 'storing' | 'computing' | 'done' | 'failed'
  /** Bytes read of the file. */
  bytes: number
  records: number
  result: Progress['result']
  error: { code: string; message: string } | null
}

/** Follows an import until it is done or failed. */
function follow(job: string, tell: (progress: Progress) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const events = new EventSource(`/api/v1/imports/jobs/${encodeURIComponent(job)}/progress`)
    events.addEventListener('progress', (event) => {
      const progress = JSON.parse(String(event.data)) as Progress
      tell(progress)
      if (progress.state !== 'done' && progress.state !== 'failed') return
      events.close()
      resolve()
    })
    events.addEventListener('error', () => {
      if (events.readyState !== EventSource.CLOSED) return
      reject(new ApiError('unreachable', 'The connection was lost. The import goes on; reload the page to see it in the list.', 0))
    })
  })
}

/** Files that are imported one after another. `org` is where reports go that name no tenant; empty lets the server decide. */
export function useUploads(org: string): {
  uploads: Upload[]
  add: (files: Iterable<File>) => void
  say: (id: number, said: Said) => void
  clear: () => void
} {
  const client = useQueryClient()
  const [uploads, setUploads] = useState<Upload[]>([])
  const line = useRef<Promise<void>>(Promise.resolve())
  const last = useRef(0)

  const change = (id: number, part: Partial<Upload>) => setUploads((all) => all.map((one) => (one.id === id ? { ...one, ...part } : one)))

  const bring = async (id: number, file: File, said: Said) => {
    change(id, { state: 'sending', error: null, bytes: 0, records: 0 })
    try {
      const address = addressOf('/api/v1/imports', {}, { name: file.name.slice(-300), org, ...said, wait: 'false' })
      const response = await fetch(address, { method: 'POST', body: file, headers: { 'content-type': 'application/octet-stream' } })
      const body: unknown = await response.json().catch(() => null)
      if (!response.ok) throw problemOf(body, response.status)
      await follow((body as Progress).job, ({ state, bytes, records, result, error }) =>
        change(id, { state, bytes, records, result, error }),
      )
      await client.invalidateQueries()
    } catch (error) {
      const told =
        error instanceof ApiError
          ? { code: error.code, message: error.message }
          : { code: 'unreachable', message: 'The file could not be sent: the server did not answer, or the file changed meanwhile.' }
      change(id, { state: 'failed', error: told })
    }
  }

  const queue = (id: number, file: File, said: Said) => {
    line.current = line.current.then(() => bring(id, file, said))
  }

  return {
    uploads,
    add: (files) => {
      for (const file of files) {
        const id = ++last.current
        setUploads((all) => [...all, { id, file, said: {}, state: 'queued', bytes: 0, records: 0, result: null, error: null }])
        queue(id, file, {})
      }
    },
    say: (id, said) => {
      const upload = uploads.find((one) => one.id === id)
      if (!upload) return
      const all = { ...upload.said, ...said }
      change(id, { said: all, state: 'queued', error: null })
      queue(id, upload.file, all)
    },
    clear: () => setUploads((all) => all.filter((one) => one.state !== 'done' && one.state !== 'failed')),
  }
}
