import { useQueryClient } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { addressOf, problemOf, useAsk } from '../../api.ts'
import { useMoment } from '../../address.ts'
import type { paths } from '../../openapi.d.ts'
import { Chip } from '../../components/Badge.tsx'
import { Button } from '../../components/Button.tsx'
import { Card } from '../../components/Card.tsx'
import { Confirm, ConfirmTrigger } from '../../components/Confirm.tsx'
import { Empty, Loading, Problem } from '../../components/Problem.tsx'
import { TableHead } from '../../components/TableHead.tsx'
import { counted, instant, score, word } from '../../format.ts'
import { ByFields, Failure, useAct, useBy } from './form.tsx'
import { SettingsLog } from './SettingsLog.tsx'

type Preview = paths['/api/v1/packs/preview']['post']['responses'][200]['content']['application/json']

/** Sends the bytes of a file. Throws ApiError. */
async function sendFile(address: string, file: File): Promise<unknown> {
  const response = await fetch(address, { method: 'POST', body: file, headers: { 'content-type': 'application/octet-stream' } })
  const answer: unknown = await response.json().catch(() => null)
  if (!response.ok) throw problemOf(answer, response.status)
  return answer
}

/** Content packs: those that are active, and one to be looked at before it is made active. */
export function PacksPanel() {
  const { org } = useMoment()
  const client = useQueryClient()
  const packs = useAsk('/api/v1/packs', { query: org ? { org } : {}, anywhere: true })
  const log = useAsk('/api/v1/packs/log', { query: org ? { org } : {}, anywhere: true })
  const { by, setBy, body } = useBy()
  const { act, failure: actFailure } = useAct()
  const [file, setFile] = useState<File | null>(null)
  const [preview, setPreview] = useState<Preview | null>(null)
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<string | null>(null)
  const input = useRef<HTMLInputElement>(null)
  const run = async (work: () => Promise<void>) => {
    setBusy(true)
    setFailure(null)
    try {
      await work()
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error))
    } finally {
      setBusy(false)
    }
  }
  const look = (chosen: File) =>
    run(async () => {
      setFile(chosen)
      setPreview(null)
      setPreview((await sendFile(addressOf('/api/v1/packs/preview', {}, { org }), chosen)) as Preview)
    })
  const activate = () =>
    run(async () => {
      await sendFile(addressOf('/api/v1/packs', {}, { org, ...body() }), file!)
      setPreview(null)
      setFile(null)
      await client.invalidateQueries()
    })
  if (packs.error) return <Problem error={packs.error} retry={() => void packs.refetch()} />
  return (
    <div className="grid grid-cols-12 items-start gap-4">
      <Card title="Active packs" className="col-span-12 xl:col-span-6">
        {!packs.data ? (
          <Loading className="h-32" />
        ) : packs.data.items.length === 0 ? (
          <Empty title="No pack is active">A pack is a folder of metrics and initiatives with a version, as a zip or tar.gz.</Empty>
        ) : (
          <ul className="flex flex-col divide-y divide-line text-sm">
            {packs.data.items.map((pack) => (
              <li key={pack.id} className="flex flex-wrap items-center gap-3 py-2">
                <span className="min-w-0 flex-1">
                  <span className="font-medium">{pack.title}</span> <Chip>{pack.version}</Chip>
                  <span className="block text-xs text-ink-3">
                    {counted(pack.metrics.length, 'metric')}, {counted(pack.initiatives.length, 'initiative')}, since {instant(pack.since)}{' '}
                    by {pack.actor}
                  </span>
                  {pack.notes && <span className="mt-0.5 block text-ink-2">{pack.notes}</span>}
                </span>
                <Confirm
                  trigger={<ConfirmTrigger>Deactivate</ConfirmTrigger>}
                  title={`Deactivate ${pack.title}?`}
                  action="Deactivate"
                  onConfirm={async () => {
                    if (!(await act('DELETE', `/api/v1/packs/${encodeURIComponent(pack.id)}`, undefined, body())))
                      throw new Error('It could not be deactivated.')
                  }}
                >
                  Its metrics and initiatives end now. The days on which they held keep them.
                </Confirm>
              </li>
            ))}
          </ul>
        )}
        <Failure text={actFailure} />
      </Card>
      <Card title="Look at a pack" note="nothing is saved until you activate it" className="col-span-12 xl:col-span-6">
        <div className="flex flex-col gap-3 text-sm">
          <input
            ref={input}
            type="file"
            aria-label="Content pack"
            accept=".zip,.tar,.gz,.tgz"
            className="sr-only"
            onChange={(event) => {
              const [chosen] = event.target.files ?? []
              if (chosen) void look(chosen)
              event.target.value = ''
            }}
          />
          <div>
            <Button look={preview?.pack ? 'plain' : 'primary'} disabled={busy} onClick={() => input.current?.click()}>
              {busy ? 'Working …' : 'Choose a zip or tar.gz'}
            </Button>
          </div>
          <Failure text={failure} />
          {preview && preview.problems.length > 0 && (
            <ul aria-label="What is wrong" className="flex flex-col gap-1 text-worse">
              {preview.problems.map((problem) => (
                <li key={`${problem.file} ${problem.place} ${problem.message}`}>
                  <span className="font-medium">
                    {problem.file}
                    {problem.line !== null && `, line ${problem.line}`}:
                  </span>{' '}
                  {problem.place} {problem.message}
                </li>
              ))}
            </ul>
          )}
          {preview?.pack && (
            <>
              <p>
                <span className="font-medium">{preview.pack.title}</span> {preview.pack.version}
                {preview.former !== null && <span className="text-ink-3"> (now {preview.former})</span>}
              </p>
              {preview.pack.notes && <p className="text-ink-2">{preview.pack.notes}</p>}
              {preview.moves.length === 0 ? (
                <p>No score would move.</p>
              ) : (
                <table className="w-full">
                  <TableHead heads={['What', 'Change', 'Now', 'Then', 'Why']} />
                  <tbody>
                    {preview.moves.map((move) => (
                      <tr key={`${move.kind} ${move.id}`} className="border-t border-line align-top">
                        <td className="py-1.5 pr-2">
                          {move.title}
                          <span className="block text-xs text-ink-3">
                            {move.kind === 'metric' ? 'metric, share exposed' : 'initiative, score'}
                          </span>
                        </td>
                        <td className="py-1.5 pr-2">{move.what === 'same' ? 'Score' : word(move.what)}</td>
                        <td className="num py-1.5 pr-2">{score(move.before)}</td>
                        <td className="num py-1.5 pr-2">{score(move.after)}</td>
                        <td className="py-1.5 text-ink-2">{move.why.join('; ')}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              )}
              <ByFields by={by} setBy={setBy} />
              <div className="flex justify-end gap-2">
                <Button onClick={() => setPreview(null)}>Leave it</Button>
                <Button look="primary" disabled={busy} onClick={() => void activate()}>
                  {preview.former === null ? 'Activate' : 'Activate this version'}
                </Button>
              </div>
            </>
          )}
        </div>
      </Card>
      <Card title="History of packs" className="col-span-12">
        {log.data ? <SettingsLog versions={log.data.items} label="History of packs" /> : <Loading className="h-20" />}
      </Card>
    </div>
  )
}
