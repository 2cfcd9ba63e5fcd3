import { Progress } from '@base-ui/react/progress'
import { CircleAlert, CircleCheck, Loader } from 'lucide-react'
import { useState } from 'react'
import { bytes, count, counted } from '../../format.ts'
import { Button } from '../../components/Button.tsx'
import { To } from '../../components/To.tsx'
import { writeCounts } from './counts.ts'
import type { Archive, Result, Said, Upload } from './uploads.ts'

const states: Record<Upload['state'], string> = {
  queued: 'Waiting for its turn',
  sending: 'Sending',
  waiting: 'Waiting for its turn',
  reading: 'Reading',
  storing: 'Storing',
  computing: 'Computing scores',
  done: 'Done',
  failed: 'Refused',
}

/** One file: how far it is, what came of it, or what is missing. */
export function UploadRow({ upload, say }: { upload: Upload; say: (said: Said) => void }) {
  const { file, state, result, error } = upload
  const busy = state !== 'done' && state !== 'failed'
  const partly = result?.kind === 'archive' && result.refused > 0
  const part = state === 'reading' && file.size > 0 ? Math.min(100, (upload.bytes / file.size) * 100) : null
  return (
    <li className="py-2.5 text-sm">
      <div className="flex items-center gap-2.5">
        {busy ? (
          <Loader size={15} className="shrink-0 animate-spin text-accent-ink" aria-hidden />
        ) : state === 'done' && !partly ? (
          <CircleCheck size={15} className="shrink-0 text-better" aria-hidden />
        ) : (
          <CircleAlert size={15} className="shrink-0 text-worse" aria-hidden />
        )}
        <span className="min-w-0 truncate font-medium">{file.name}</span>
        <span className="num shrink-0 text-xs text-ink-3">{bytes(file.size)}</span>
        <output className="ml-auto shrink-0 text-ink-2">
          {result?.unchanged ? 'Already known, nothing changed' : partly ? 'Done, not all of it' : states[state]}
          {busy && upload.records > 0 && <span className="num text-ink-3"> · {counted(upload.records, 'record')}</span>}
        </output>
      </div>
      {busy && (
        <Progress.Root value={part} aria-label={`Import of ${file.name}`} className="mt-1.5">
          <Progress.Track className="h-1 overflow-hidden rounded-full bg-line">
            <Progress.Indicator className={`h-full bg-accent ${part === null ? 'waiting w-full' : ''}`} />
          </Progress.Track>
        </Progress.Root>
      )}
      {result?.kind === 'archive' && <Members archive={result} />}
      {result && result.kind !== 'archive' && <Read result={result} />}
      {error && (
        <div className="mt-1 pl-6">
          <p className="text-worse">{error.message}</p>
          {error.code.startsWith('observed_at') && <AskTime say={say} file={file} />}
          {error.code.startsWith('asset') && <AskAsset say={say} />}
        </div>
      )}
    </li>
  )
}

/** What was read of one file, and where to look at it. */
function Read({ result }: { result: Result }) {
  return (
    <div className="mt-1 pl-6 text-ink-2">
      <p>
        {result.title}: {writeCounts(result.counts)}.{' '}
        {!result.unchanged && `${count(result.counts.opened)} opened, ${count(result.counts.closed)} closed.`}{' '}
        <To page="/sources" change={{ ...(result.org ? { org: result.org } : {}), open: String(result.import_no) }}>
          What was read
        </To>
        {result.org && (
          <>
            {' · '}
            <To page="/" change={{ org: result.org }}>
              See the scores
            </To>
          </>
        )}
      </p>
      {result.counts.notes.map((note) => (
        <p key={note} className="text-warn">
          {note}
        </p>
      ))}
    </div>
  )
}

/** How many members of an archive are shown before one asks for all. */
const SHOWN_MEMBERS = 20

/** What became of each member of an archive; what was refused stands first. */
function Members({ archive }: { archive: Archive }) {
  const [all, setAll] = useState(false)
  const members = archive.members.toSorted((a, b) => Number(b.error !== null) - Number(a.error !== null))
  const shown = all ? members : members.slice(0, SHOWN_MEMBERS)
  return (
    <div className="mt-1 pl-6 text-ink-2">
      <p>
        {counted(archive.members.length, 'file')} in it: {count(archive.taken)} taken
        {archive.known > 0 && `, ${count(archive.known)} already known`}
        {archive.refused > 0 && <span className="text-worse">, {count(archive.refused)} refused</span>}.
      </p>
      <ul className="mt-1 flex flex-col gap-1">
        {shown.map(({ name, result, error }, index) => (
          <li key={index} className="flex flex-wrap gap-x-2">
            <span className="font-mono text-xs break-all">{name || 'The archive itself'}</span>
            {error ? (
              <span className="text-worse">{error.message}</span>
            ) : (
              result && (
                <span>
                  {result.unchanged ? 'already known' : `${result.title}: ${writeCounts(result.counts)}`}{' '}
                  <To page="/sources" change={{ ...(result.org ? { org: result.org } : {}), open: String(result.import_no) }}>
                    What was read
                  </To>
                </span>
              )
            )}
          </li>
        ))}
      </ul>
      {shown.length < members.length && (
        <Button className="mt-1" onClick={() => setAll(true)}>
          Show all {count(members.length)}
        </Button>
      )}
    </div>
  )
}

const field = 'h-8 rounded-md border border-line-strong bg-surface px-2 text-sm'

function AskTime({ say, file }: { say: (said: Said) => void; file: File }) {
  const [value, setValue] = useState('')
  const changed = new Date(file.lastModified)
  return (
    <form
      className="mt-2 flex flex-wrap items-end gap-3"
      onSubmit={(event) => {
        event.preventDefault()
        say({ observed_at: new Date(value).toISOString() })
      }}
    >
      <label>
        <span className="block text-xs text-ink-2">When did the tool look? Your local time</span>
        <input
          type="datetime-local"
          required
          max={localNow()}
          value={value}
          onChange={(event) => setValue(event.target.value)}
          className={field}
        />
      </label>
      <Button onClick={() => setValue(localTime(changed))}>Time of the file: {localTime(changed).replace('T', ' ')}</Button>
      <Button type="submit" look="primary">
        Import
      </Button>
    </form>
  )
}

const localNow = (): string => localTime(new Date())

/** As a datetime-local field writes it. */
function localTime(date: Date): string {
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}

function AskAsset({ say }: { say: (said: Said) => void }) {
  const [value, setValue] = useState('')
  return (
    <form
      className="mt-2 flex flex-wrap items-end gap-3"
      onSubmit={(event) => {
        event.preventDefault()
        say({ asset: value })
      }}
    >
      <label>
        <span className="block text-xs text-ink-2">Which asset is it about? The source remembers it</span>
        <input
          required
          maxLength={500}
          placeholder="team/shop"
          value={value}
          onChange={(event) => setValue(event.target.value)}
          className={`${field} w-72 placeholder:text-ink-3`}
        />
      </label>
      <Button type="submit" look="primary">
        Import
      </Button>
    </form>
  )
}
